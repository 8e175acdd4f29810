"""One YAML file to plain values: safe, bounded, without the surprises of YAML 1.1.

Dates become ISO text; plain scalars that only look like numbers (08, 010, 15:00, a procedure code) stay text.
A mapping may not name a key twice. Depth, aliases and expanded size are bounded before anything is built.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from procedures.loading import yamlwords
from procedures.loading.problems import Problems

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
MAX_ALIASES = 200
MAX_NODES = 200_000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


TEXT, MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"


class _Loader(yaml.CSafeLoader):
    """CSafeLoader that notes repeated keys instead of keeping the last, and keys that are no text (no, 1)."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.mistakes: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != MERGE:
                self._look_at(key, seen)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)

    def _look_at(self, key: yaml.ScalarNode, seen: set[str]) -> None:
        words = {"line": key.start_mark.line + 1, "key": key.value}
        if key.value in seen:
            self.mistakes.append(_("Dòng %(line)d: khóa “%(key)s” viết hai lần. Hãy bỏ một.") % words)
        if key.tag != TEXT:
            self.mistakes.append(
                _("Dòng %(line)d: khóa “%(key)s” không phải chữ. Hãy đặt khóa trong dấu nháy.") % words
            )
            key.tag = TEXT


def _number(loader: _Loader, node: yaml.ScalarNode) -> int | float | str:
    """A whole number, or text when it is written with a leading zero or a colon."""
    text = node.value
    if ":" in text or re.fullmatch(r"[-+]?0\d+", text):
        return str(text)
    return loader.construct_yaml_int(node)


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> float | str:
    """A decimal, or text for a procedure code, a telephone number (0239.3835356) and what has a colon."""
    text = node.value
    if ":" in text or re.fullmatch(r"\d\.\d{6}|[-+]?0\d.*", text):
        return str(text)
    return loader.construct_yaml_float(node)


def _guarded(construct: Callable[[_Loader, yaml.ScalarNode], Any]) -> Callable[[_Loader, yaml.ScalarNode], Any]:
    """Wrong dates (2024-02-30) and numbers beyond all bounds are mistakes of the text, with their line."""

    def constructed(loader: _Loader, node: yaml.ScalarNode) -> Any:
        try:
            return construct(loader, node)
        except (ValueError, OverflowError, TypeError, AttributeError) as error:
            raise yaml.constructor.ConstructorError(
                problem=yamlwords.UNREADABLE, problem_mark=node.start_mark
            ) from error

    return constructed


_Loader.add_constructor("tag:yaml.org,2002:int", _guarded(_number))
_Loader.add_constructor("tag:yaml.org,2002:float", _guarded(_decimal))
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _guarded(yaml.CSafeLoader.construct_yaml_timestamp))


def read_bytes(path: Path, problems: Problems) -> bytes | None:
    """The content of a regular file of bearable size."""
    try:
        if not path.is_file():
            problems.add(_("Không phải là tệp thường. Hãy thay bằng một tệp YAML."))
            return None
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problems.add(_("Không đọc được tệp (%(why)s). Hãy kiểm tra quyền đọc.") % {"why": error.strerror})
        return None
    if len(content) > MAX_BYTES:
        problems.add(_("Tệp lớn hơn 2 MB. Hãy chia nhỏ hoặc bỏ bớt nội dung."))
        return None
    return content


def read_yaml(path: Path, problems: Problems) -> Any:
    """The plain values of a file, or None with problems added."""
    content = read_bytes(path, problems)
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems.add(_("Dòng %(line)d không phải mã UTF-8. Hãy lưu lại tệp bằng UTF-8.") % {"line": line})
        return None
    return parse(text, problems)


def parse(text: str, problems: Problems) -> Any:
    """The plain values of YAML text, or None with problems added."""
    try:
        aliases = _aliases(text, problems)
        return None if aliases is None else _construct(text, problems, has_aliases=aliases > 0)
    except yaml.YAMLError as error:
        problems.add(_broken(error, text))
    except (ValueError, OverflowError, TypeError, KeyError, AttributeError):
        # Tags with a body that does not fit.
        problems.add(_("Có giá trị không đọc được. Hãy bỏ các nhãn bắt đầu bằng dấu ! và đặt giá trị trong dấu nháy."))
    return None


def _aliases(text: str, problems: Problems) -> int | None:
    """How many aliases there are; None when there are too many or the nesting is too deep.

    Walks the events, which costs no stack, before the tree is built, which does.
    """
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > MAX_DEPTH or aliases > MAX_ALIASES:
            line = event.start_mark.line + 1  # type: ignore[union-attr]
            problems.add(
                _("Dòng %(line)d: lồng quá sâu hoặc quá nhiều bí danh (*). Hãy viết thẳng ra.") % {"line": line}
            )
            return None
    return aliases


def _construct(text: str, problems: Problems, *, has_aliases: bool) -> Any:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        size, depth = _extent(node, {}) if has_aliases else (0, 0)
        if size > MAX_NODES or depth > MAX_DEPTH + 1:
            problems.add(_("Nội dung nở ra quá lớn vì bí danh (*) lặp lại. Hãy viết thẳng ra."))
            return None
        value = loader.construct_document(node)
        for mistake in dict.fromkeys(loader.mistakes):
            problems.add(mistake)
    finally:
        loader.dispose()
    return plain(value, problems)


def _extent(node: yaml.Node, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Nodes and depth once every alias is written out; a node inside itself is beyond every limit."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = (MAX_NODES + 1, MAX_DEPTH + 1)  # what an alias to a node still open would find
    inner = []
    if isinstance(node, yaml.MappingNode):
        inner = [_extent(part, known) for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        inner = [_extent(item, known) for item in node.value]
    known[id(node)] = (1 + sum(size for size, _d in inner), 1 + max((d for _s, d in inner), default=0))
    return known[id(node)]


def _broken(error: yaml.YAMLError, text: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    why = yamlwords.why(getattr(error, "problem", None) or getattr(error, "reason", None) or str(error))
    if mark is not None:
        place = {"line": mark.line + 1, "column": mark.column + 1, "why": why}
        return _("Dòng %(line)d, cột %(column)d: YAML viết sai, %(why)s. Hãy sửa chỗ này.") % place
    # The reader, which refuses control characters, names no line.
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    line = text.count("\n", 0, odd.start()) + 1 if odd else 1
    return _("Dòng %(line)d: YAML viết sai, %(why)s. Hãy sửa chỗ này.") % {"line": line, "why": why}


# --- plain values --------------------------------------------------------------------------------


def plain(value: Any, problems: Problems) -> Any:
    """The same content with ISO dates and only what JSON can hold; complains about the rest and about loose accents."""
    if isinstance(value, dict):
        return _plain_mapping(value, problems)
    if isinstance(value, (list, tuple)):
        return [plain(item, problems.at(i)) for i, item in enumerate(value)]
    if isinstance(value, str):
        return _plain_text(value, problems)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        problems.add(_("Số này không dùng được. Hãy ghi một số hữu hạn."))
        return None
    if value is None or isinstance(value, (bool, int, float)):
        return value
    problems.add(_("Kiểu giá trị này không dùng được. Hãy ghi chữ, số, danh sách hoặc khối khóa: giá trị."))
    return None


def _plain_mapping(value: dict[Any, Any], problems: Problems) -> dict[str, Any]:
    result = {}
    for key, item in value.items():
        if not isinstance(key, str):
            problems.add(_("Khóa %(key)r không phải chữ. Hãy đặt khóa trong dấu nháy.") % {"key": key})
            continue
        result[_plain_text(key, problems)] = plain(item, problems.at(key))
    return result


def _plain_text(value: str, problems: Problems) -> str:
    if _UNSTORABLE.search(value):
        problems.add(_("Có ký tự không lưu được. Hãy xóa ký tự lạ."))
        return value.replace("\0", "")
    if not unicodedata.is_normalized("NFC", value):
        problems.add(_("Chữ gõ bằng dấu rời (Unicode tổ hợp). Hãy chuyển sang Unicode dựng sẵn (NFC)."))
    return value
