"""Digital signatures of result files: looked at by the worker, kept on the file's row, shown with its bounds.

A check is a technical one, never a statement of legal force: the file as it is, the certificates that the operator
trusts (SIGNATURE_ROOTS), no network and so no revocation. Attachment.signature holds {} until the first look, then
{"state", "signatures", "revocation", "checked_at"}, each signature as
{"state", "trouble", "signer", "issuer", "signed_at", "coverage"}.
"""

from __future__ import annotations

import base64
import datetime
import json
import logging
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.lib import child, text
from submissions import files
from submissions.errors import FileNotOpened
from submissions.models import Attachment, AttachmentQuerySet

WORKER = Path(child.__file__).with_name("signature_worker.py")
TIMEOUT = 40.0  # seconds for one file, waiting for a place included
CERTIFICATES = (".pem", ".crt")
# Looks at one file before it counts as one that cannot be checked; how long a look of a process that died stays taken.
TRIES = 3
CLAIMED = datetime.timedelta(minutes=2)
# Older ones that were never looked at (a restored archive) are not looked for at every tick.
LOOK_BACK = datetime.timedelta(days=30)
AT_ONCE = 5
PDF = "application/pdf"

NONE, UNKNOWN, WAITING = "none", "unknown", "waiting"
NOT_CHECKED = "not_checked"

Found = dict[str, Any]

logger = logging.getLogger(__name__)


def unsigned(now: datetime.datetime) -> Found:
    """For files that the portal itself has just made: there is nothing to look for."""
    return {"state": NONE, "signatures": [], "checked_at": now.isoformat()}


# --- checking ------------------------------------------------------------------------------------


def roots() -> list[bytes]:
    """The certificates that the operator trusts, as files in SIGNATURE_ROOTS; none by default."""
    folder: Path | None = settings.SIGNATURE_ROOTS
    if folder is None:
        return []
    return [p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix.lower() in CERTIFICATES and p.is_file()]


def waiting() -> AttachmentQuerySet:
    """PDF results that nobody has looked at, or whose look did not come to an end."""
    fresh = Attachment.objects.current().filter(uploaded_at__gte=timezone.now() - LOOK_BACK)
    results = fresh.filter(purpose=Attachment.Purpose.RESULT, content_type=PDF)
    return results.filter(Q(signature={}) | Q(signature__state=WAITING))


def check_waiting(limit: int = AT_ONCE) -> int:
    """Looks at what waits, oldest first; how many got their answer. Two workers never take the same file."""
    done = 0
    for row in waiting().order_by("uploaded_at", "pk")[:limit]:
        claimed = _claim(row)
        if claimed is not None:
            done += _settle(row, claimed)
    return done


def _claim(row: Attachment) -> Found | None:
    """What the row says while it is looked at; None when another worker has it."""
    now, old = timezone.now(), row.signature
    if old and old.get("claimed_at", "") > (now - CLAIMED).isoformat():
        return None
    mine = {"state": WAITING, "tries": old.get("tries", 0) + 1, "claimed_at": now.isoformat()}
    return mine if _write(row, old, mine) else None


def _write(row: Attachment, old: Found, new: Found) -> bool:
    return Attachment.objects.filter(pk=row.pk, signature=old).update(signature=new) == 1


def _settle(row: Attachment, mine: Found) -> bool:
    """Writes what was found, or gives the file back for another try."""
    try:
        found = look(row)
    except FileNotOpened:
        # The storage is down: that says nothing about the file, and is no try.
        _write(row, mine, {**mine, "tries": mine["tries"] - 1, "claimed_at": ""})
        return False
    except child.ChildError as problem:
        logger.warning("Signatures of file %s: try %s failed (%s)", row.pk, mine["tries"], str(problem)[-200:])
        if mine["tries"] < TRIES:
            _write(row, mine, {**mine, "claimed_at": ""})
            return False
        found = {"state": UNKNOWN, "signatures": []}
    return _write(row, mine, {**found, "revocation": NOT_CHECKED, "checked_at": timezone.now().isoformat()})


def look(row: Attachment) -> Found:
    """What the signatures of the stored file are. Raises ChildError when the process dies, FileNotOpened."""
    try:
        with files.open_stored(row) as stream:
            content = stream.read()
    except FileNotFoundError:
        return {"state": UNKNOWN, "signatures": []}
    return look_at(content)


def look_at(content: bytes) -> Found:
    """The same for the bytes of a file."""
    known = [base64.b64encode(root).decode() for root in roots()]
    header = json.dumps({"roots": known, "now": timezone.now().isoformat()}).encode()
    order = len(header).to_bytes(4, "big") + header + content
    answer: Found = json.loads(child.run(WORKER, order, timeout=TIMEOUT, slots=1))
    if answer.pop("unread_roots"):
        logger.warning("SIGNATURE_ROOTS: some files are no certificates and were left out")
    for one in answer["signatures"]:
        one |= {"signer": _clean(one["signer"]), "issuer": _clean(one["issuer"])}
    return answer


def _clean(name: str) -> str:
    """A name out of a stranger's certificate: without control and direction signs."""
    kept = "".join(c for c in text.nfc(name) if unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())


# --- showing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signer:
    name: str
    issuer: str
    at: datetime.datetime | None
    trouble: str | Promise


@dataclass(frozen=True)
class Shown:
    """Words for people; `tone` as everywhere (ok, warning, error, neutral), `staff_only` when citizens need not see."""

    label: str | Promise
    tone: str
    signers: tuple[Signer, ...] = ()
    is_valid: bool = False
    staff_only: bool = False


LABELS: dict[str, tuple[str | Promise, str]] = {
    "valid": (_("chữ ký số: hợp lệ"), "ok"),
    "invalid": (_("chữ ký số: không hợp lệ"), "error"),
    "modified": (_("chữ ký số: đã sửa sau khi ký"), "error"),
    "untrusted": (_("chữ ký số: chưa xác minh được nơi cấp chứng thư"), "warning"),
    UNKNOWN: (_("chữ ký số: chưa kiểm tra được"), "neutral"),
    WAITING: (_("chữ ký số: đang kiểm tra"), "neutral"),
    NONE: (_("không có chữ ký số"), "neutral"),
}
TROUBLES: dict[str, str | Promise] = {
    "broken": _("nội dung tệp không khớp với chữ ký, hoặc chữ ký bị hỏng"),
    "out_of_date": _("chứng thư ngoài thời hạn sử dụng"),
    "refused": _("chứng thư không dùng được cho chữ ký này"),
}


def shown(row: Attachment) -> Shown | None:
    """What is said of a file's signatures; None for files that are no PDF results."""
    if row.purpose != Attachment.Purpose.RESULT or row.content_type != PDF:
        return None
    state = row.signature.get("state", WAITING)
    label, tone = LABELS.get(state, LABELS[UNKNOWN])
    signers = tuple(_signer(one) for one in row.signature.get("signatures", ()))
    return Shown(label, tone, signers, is_valid=state == "valid", staff_only=state == NONE)


def _signer(one: Found) -> Signer:
    at = datetime.datetime.fromisoformat(one["signed_at"]) if one["signed_at"] else None
    return Signer(one["signer"], one["issuer"], at, TROUBLES.get(one["trouble"], ""))
