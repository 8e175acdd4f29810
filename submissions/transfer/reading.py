"""Opening a pack: bounds, names, sizes and hashes are checked before anything in it is believed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _

from submissions.transfer import layout
from submissions.transfer.errors import PackRefused

CHUNK = 256 * 1024
# What the standard library raises on a zip that is broken, locked, or packed in a way it does not know.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
NAME = re.compile(r"(?:[a-z0-9-]+/)?[a-z0-9][a-z0-9-]*\.?[a-z0-9]*")
END, END_SIZE, LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
ENTRY_BYTES = 46 + layout.LONGEST_NAME + 64  # of the directory, with some room for extra fields


def damaged() -> PackRefused:
    return PackRefused(_("Tệp zip hỏng hoặc không phải gói hồ sơ. Bạn hãy chép lại tệp, hoặc xuất lại từ cổng cũ."))


def too_big() -> PackRefused:
    return PackRefused(_("Gói hồ sơ lớn quá mức cổng nhận. Bạn hãy kiểm tra lại tệp và xuất lại từ cổng cũ."))


@dataclass(frozen=True)
class Pack:
    """A pack whose members are all as its manifest says."""

    zip: zipfile.ZipFile
    manifest: Mapping[str, Any]
    digest: str  # of the manifest, which names the hashes of all members

    def json(self, name: str) -> Any:
        if name not in self.members:
            raise PackRefused(_("Gói hồ sơ thiếu tệp “%s”. Bạn hãy xuất lại từ cổng cũ.") % name)
        return _parsed(_whole(self.zip, name, layout.MOST_JSON_BYTES), name)

    @property
    def members(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.manifest["members"]
        return found

    def sha256(self, name: str) -> str:
        """Of a member; "" when there is none by that name."""
        return str(self.members[name]["sha256"]) if name in self.members else ""

    def stream(self, name: str) -> IO[bytes]:
        return self.zip.open(name)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Pack]:
    """The pack, checked whole. Raises PackRefused with a sentence for the operator."""
    try:
        file = path.open("rb")
    except (OSError, ValueError):
        raise PackRefused(_("Không đọc được tệp %s. Bạn hãy kiểm tra đường dẫn và quyền đọc.") % path) from None
    with file, _directory(file) as found:
        yield _checked(found)


def _directory(file: IO[bytes]) -> zipfile.ZipFile:
    """The list of members, after a look at how long it says it is."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_SIZE - LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(END)
    end = tail[at : at + END_SIZE] if at >= 0 else b""
    if len(end) < END_SIZE:
        raise damaged()
    count, length = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if count > layout.MOST_MEMBERS or length > layout.MOST_MEMBERS * ENTRY_BYTES:
        raise too_big()
    try:
        return zipfile.ZipFile(file)
    except BROKEN:
        raise damaged() from None


def _checked(found: zipfile.ZipFile) -> Pack:
    infos = found.infolist()
    if len(infos) > layout.MOST_MEMBERS or sum(i.file_size for i in infos) > layout.MOST_BYTES:
        raise too_big()
    names = [i.filename for i in infos]
    strange = next((n for n in names if len(n) > layout.LONGEST_NAME or not NAME.fullmatch(n)), None)
    if strange is not None:
        words = _("Gói hồ sơ có tệp tên “%s” không được phép. Bạn không dùng gói này; hãy xuất lại từ cổng cũ.")
        raise PackRefused(words % strange[:80])
    if len(set(names)) != len(names) or layout.MANIFEST not in names:
        raise damaged()
    raw = _whole(found, layout.MANIFEST, layout.MANIFEST_BYTES)
    pack = Pack(found, _manifest(_parsed(raw, layout.MANIFEST)), hashlib.sha256(raw).hexdigest())
    _check_members(pack, set(names) - {layout.MANIFEST})
    return pack


def _manifest(raw: Any) -> dict[str, Any]:
    """The manifest of a format that this portal can read."""
    if not isinstance(raw, dict) or raw.get("format") != layout.FORMAT:
        raise PackRefused
    if raw.get("version") != layout.VERSION:
        words = _("Gói hồ sơ theo định dạng số %(given)s; cổng này đọc định dạng số %(known)d. Bạn hãy nâng cấp cổng.")
        raise PackRefused(words % {"given": str(raw.get("version"))[:20], "known": layout.VERSION})
    members = raw.get("members")
    if not isinstance(members, dict) or not all(_is_member(m) for m in members.values()):
        raise damaged()
    return raw


def _is_member(raw: Any) -> bool:
    size = raw.get("size") if isinstance(raw, dict) else None
    return isinstance(size, int) and not isinstance(size, bool) and isinstance(raw.get("sha256"), str)


def _check_members(pack: Pack, names: set[str]) -> None:
    """What the manifest lists is there, nothing else is, and every byte is what was packed."""
    odd = sorted(names ^ set(pack.members))
    if odd:
        raise PackRefused(_("Gói hồ sơ thiếu hoặc thừa tệp “%s”. Bạn hãy xuất lại từ cổng cũ.") % odd[0][:80])
    for name, said in pack.members.items():
        if _measured(pack.zip, name, int(said["size"])) != said["sha256"]:
            raise PackRefused(_("Tệp “%s” trong gói đã bị sửa hoặc hỏng. Bạn hãy xuất lại từ cổng cũ.") % name)


def _measured(found: zipfile.ZipFile, name: str, size: int) -> str:
    """The hash of a member; "" when it has not exactly that size, whatever the zip declares."""
    digest, seen = hashlib.sha256(), 0
    try:
        with found.open(name) as stream:
            while chunk := stream.read(CHUNK):
                seen += len(chunk)
                if seen > size:
                    return ""
                digest.update(chunk)
    except BROKEN:
        raise damaged() from None
    return digest.hexdigest() if seen == size else ""


def _whole(found: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        with found.open(name) as stream:
            content = stream.read(most + 1)
    except BROKEN:
        raise damaged() from None
    if len(content) > most:
        raise too_big()
    return content


# --- JSON ----------------------------------------------------------------------------------------


def _refused(name: str) -> PackRefused:
    return PackRefused(_("Tệp “%s” trong gói không đọc được. Bạn hãy xuất lại từ cổng cũ.") % name)


def _parsed(content: bytes, name: str) -> Any:
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise _refused(name) from None
    if not _is_storable(value):
        raise _refused(name)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _no_constant(digits)


def _is_storable(value: Any) -> bool:
    """No depth that later readers choke on, and no signs that a database cannot keep."""
    level: list[Any] = [value]
    for _depth in range(layout.DEEPEST):
        if not all(_is_clean(item) for item in level if isinstance(item, str)):
            return False
        level = [part for item in level for part in _parts(item)]
        if not level:
            return True
    return False


def _parts(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    return item if isinstance(item, list) else []


def _is_clean(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
