"""The wording of a letter: plain text with a few marks, read into blocks, checked, and filled with values.

A blank line parts paragraphs, "# " begins a centred heading, "- " an item of a list, **…** is bold. {{name}} stands for
an answer or a fact; {{#children}} and {{/children}}, each on a line of its own, go through the rows of a list. The
reader is strict: whatever is not clearly meant is a problem with its line, and it never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.lib import text

HEADING, LIST, PARAGRAPH = "heading", "list", "paragraph"
STARTS = {"# ": HEADING, "- ": LIST}
# Inside a list's rows: the number of the row.
ROW_NUMBER = "stt"
LONGEST = 20_000  # characters of a body: some eight pages

BOLD = "**"
_MARKS = re.compile(r"(\{\{.*?\}\}|\*\*)")
_EDGE = re.compile(r"\{\{\s*([#/])\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True)
class Part:
    """A run of words, or the name of a field to put there."""

    text: str
    bold: bool = False
    is_field: bool = False


Line = tuple[Part, ...]


@dataclass(frozen=True)
class Block:
    kind: str  # HEADING | LIST | PARAGRAPH
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Repeat:
    """Blocks that come once for every row of the list."""

    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Use:
    """Where a name is used: in which line, between the marks of which list."""

    name: str
    line: int
    inside: str = ""
    is_list: bool = False


@dataclass(frozen=True)
class Problem:
    line: int
    message: str

    def __str__(self) -> str:
        return _("Dòng %(line)d: %(message)s") % {"line": self.line, "message": self.message}


@dataclass(frozen=True)
class Body:
    blocks: tuple[Block | Repeat, ...]
    uses: tuple[Use, ...] = ()
    problems: tuple[Problem, ...] = ()


# --- reading -------------------------------------------------------------------------------------


def read(wording: str) -> Body:
    """The blocks of a wording, with every problem in the order of the lines."""
    reader = _Reader()
    for number, line in enumerate(_lines(wording), start=1):
        reader.take(line, number)
    return reader.finish()


def _lines(wording: str) -> list[str]:
    """Tidied one by one: blank lines at the top are counted as the writer sees them."""
    whole = wording.replace("\r\n", "\n").replace("\r", "\n")
    return [text.tidy(line) for line in whole.split("\n")]


def read_line(wording: str) -> tuple[Line, Body]:
    """One line of words and fields, such as a title; the body carries what is used and what is wrong."""
    reader = _Reader()
    line = reader.parts(" ".join(text.tidy(wording).split("\n")), 1)
    return line, Body((), tuple(reader.uses), tuple(reader.problems))


@dataclass
class _Reader:
    blocks: list[Block | Repeat] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # The block that is being read, and the list around it with the line where it was opened.
    kind: str = ""
    lines: list[Line] = field(default_factory=list)
    inside: str = ""
    opened_at: int = 0
    rows: list[Block] = field(default_factory=list)

    def take(self, line: str, number: int) -> None:
        edge = _EDGE.fullmatch(line)
        if edge:
            self._end_block()
            (self._open if edge[1] == "#" else self._close)(edge[2], number)
        elif not line:
            self._end_block()
        else:
            kind = STARTS.get(line[:2], PARAGRAPH)
            self._add(kind, self.parts(line if kind == PARAGRAPH else line[2:], number))

    def finish(self) -> Body:
        self._end_block()
        if self.inside:
            self._problem(self.opened_at, _("Danh sách {{#%(name)s}} chưa có dòng {{/%(name)s}} để đóng."), self.inside)
        elif not self.blocks and not self.problems:
            self._problem(1, _("Mẫu chưa có nội dung. Bạn hãy viết ít nhất một đoạn."))
        in_order = sorted(self.problems, key=lambda p: p.line)
        return Body((*self.blocks, *self.rows), tuple(self.uses), tuple(in_order))

    def _problem(self, line: int, message: str, name: str = "") -> None:
        self.problems.append(Problem(line, message % {"name": name} if name else message))

    # blocks

    def _add(self, kind: str, line: Line) -> None:
        if kind != self.kind:
            self._end_block()
        self.kind = kind
        self.lines.append(line)

    def _end_block(self) -> None:
        if self.lines:
            block = Block(self.kind, tuple(self.lines))
            (self.rows if self.inside else self.blocks).append(block)
        self.kind, self.lines = "", []

    def _open(self, name: str, number: int) -> None:
        if self.inside:
            message = _("Danh sách {{#%(name)s}} nằm trong một danh sách khác. Hãy đóng danh sách trước đã.")
            self._problem(number, message, name or "#")
            return
        self.uses.append(Use(name, number, is_list=True))
        self.inside, self.opened_at = name or "#", number

    def _close(self, name: str, number: int) -> None:
        if not self.inside or name != self.inside:
            message = _("Dòng {{/%(name)s}} không khớp với danh sách nào đang mở.")
            self._problem(number, message, name or "/")
            return
        if not self.rows:
            self._problem(number, _("Giữa {{#%(name)s}} và {{/%(name)s}} chưa có nội dung."), name)
        self.blocks.append(Repeat(name, tuple(self.rows)))
        self.inside, self.rows = "", []

    # words

    def parts(self, line: str, number: int) -> Line:
        found, bold, since = list[Part](), False, 0
        for piece in filter(None, _MARKS.split(line)):
            if piece == BOLD:
                if bold and since == len(found):
                    self._problem(number, _("Giữa hai dấu ** chưa có chữ."))
                bold, since = not bold, len(found)
            elif piece.startswith("{{") and piece.endswith("}}"):
                found.append(self._field(piece, number, bold))
            else:
                self._check_words(piece, number)
                found.append(Part(piece, bold))
        if bold:
            self._problem(number, _("Dấu ** mở chữ đậm mà chưa đóng trên cùng dòng."))
        return tuple(_joined(found))

    def _field(self, mark: str, number: int, bold: bool) -> Part:
        name = mark[2:-2].strip()
        if name[:1] in ("#", "/"):
            self._problem(number, _("%(name)s phải đứng một mình trên một dòng."), mark)
        elif not name:
            self._problem(number, _("Giữa {{ và }} chưa có tên."))
        else:
            self.uses.append(Use(name, number, self.inside))
        return Part(name, bold, is_field=True)

    def _check_words(self, words: str, number: int) -> None:
        if "{{" in words:
            self._problem(number, _("Dấu {{ chưa có }} để đóng trên cùng dòng."))
        elif "}}" in words:
            self._problem(number, _("Dấu }} thừa, không có {{ đứng trước."))


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Neighbouring words of one weight as one run."""
    run: Part | None = None
    for part in parts:
        if run and not run.is_field and not part.is_field and run.bold == part.bold:
            run = Part(run.text + part.text, run.bold)
            continue
        if run:
            yield run
        run = part
    if run:
        yield run


# --- writing -------------------------------------------------------------------------------------


def write(blocks: Sequence[Block | Repeat]) -> str:
    """The wording that reads as these blocks."""
    return "\n\n".join(_written(b) for b in blocks)


def _written(block: Block | Repeat) -> str:
    if isinstance(block, Repeat):
        return f"{{{{#{block.name}}}}}\n{write(block.blocks)}\n{{{{/{block.name}}}}}"
    start = next((s for s, kind in STARTS.items() if kind == block.kind), "")
    return "\n".join(start + _written_line(line) for line in block.lines)


def _written_line(line: Line) -> str:
    out, bold = "", False
    for part in line:
        out += BOLD if part.bold != bold else ""
        out += f"{{{{{part.text}}}}}" if part.is_field else part.text
        bold = part.bold
    return out + (BOLD if bold else "")


# --- filling -------------------------------------------------------------------------------------

Row = Mapping[str, str]
Value = str | list[dict[str, str]]
Filled = dict[str, Any]  # {"kind": …, "lines": [[{"text": …, "bold": …}]]}


def fill(blocks: Sequence[Block | Repeat], values: Mapping[str, Value]) -> list[Filled]:
    """The blocks with words in place of names, plain enough to be kept as JSON."""
    plain = {name: value for name, value in values.items() if isinstance(value, str)}
    filled: list[Filled] = []
    for block in blocks:
        if isinstance(block, Repeat):
            rows = values.get(block.name)
            filled += _fill_rows(block, plain, rows if isinstance(rows, list) else [])
        else:
            filled.append(_fill_block(block, plain))
    return [block for block in filled if block["lines"]]


def _fill_rows(repeat: Repeat, plain: Row, rows: Sequence[Row]) -> list[Filled]:
    """All rows one after another; a repeat that is nothing but a list makes one list."""
    filled = [
        _fill_block(block, {ROW_NUMBER: str(number), **plain, **row})
        for number, row in enumerate(rows, start=1)
        for block in repeat.blocks
    ]
    if filled and [b.kind for b in repeat.blocks] == [LIST]:
        return [{"kind": LIST, "lines": [line for block in filled for line in block["lines"]]}]
    return filled


def _fill_block(block: Block, values: Row) -> Filled:
    lines = [line for line in block.lines if block.kind != LIST or not _is_blank(line, values)]
    return {"kind": block.kind, "lines": [fill_line(line, values) for line in lines]}


def _is_blank(line: Line, values: Mapping[str, Value]) -> bool:
    """An item that names fields, all of them empty: a label in front of nothing."""
    named = [part for part in line if part.is_field]
    return bool(named) and not any(_words(part, values).strip() for part in named)


def fill_line(line: Line, values: Mapping[str, Value]) -> list[dict[str, Any]]:
    return [{"text": _words(part, values), "bold": part.bold} for part in line]


def _words(part: Part, values: Mapping[str, Value]) -> str:
    value = values.get(part.text, "") if part.is_field else part.text
    return value if isinstance(value, str) else ""
