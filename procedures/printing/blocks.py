"""What a printed form is made of. Plain data: the PDF and the Word file are drawn from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.lib import qr
from procedures.printing import words


@dataclass(frozen=True)
class Line:
    """A question with room to write: `rows` dotted lines, or the answer."""

    block: ClassVar[str] = "line"
    label: str
    kind: str = "text"
    value: str = ""
    rows: int = 1
    unit: str = ""
    under: bool = False  # asked only under the condition above

    @property
    def more_rows(self) -> range:
        return range(0 if self.value else self.rows - 1)

    @property
    def is_open_date(self) -> bool:
        return self.kind == "date" and not self.value


@dataclass(frozen=True)
class Pair:
    """Two short questions on one line."""

    block: ClassVar[str] = "pair"
    left: Line
    right: Line

    @property
    def under(self) -> bool:
        return self.left.under

    @property
    def lines(self) -> tuple[Line, Line]:
        return self.left, self.right


@dataclass(frozen=True)
class Option:
    label: str
    ticked: bool = False


@dataclass(frozen=True)
class Boxes:
    """A question that is answered by ticking; a lone checkbox has no label of its own."""

    block: ClassVar[str] = "boxes"
    label: str
    options: tuple[Option, ...]
    then: str = ""  # which answer asks the questions below
    under: bool = False


@dataclass(frozen=True)
class Column:
    label: str
    kind: str
    width: int  # per cent of the table, in steps of WIDTH_STEP
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A repeated group: one row an item. Cells are words; in a checkbox column "x" or nothing."""

    block: ClassVar[str] = "table"
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    under: bool = False


@dataclass(frozen=True)
class Remark:
    """When the questions below are to be answered."""

    block: ClassVar[str] = "remark"
    text: str
    under: bool = False


Block = Line | Pair | Boxes | Table | Remark


@dataclass(frozen=True)
class PaperSection:
    number: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Enclosure:
    name: str
    amount: str = ""
    note: str = ""


@dataclass(frozen=True)
class Signature:
    """Empty below its title: the name is written by the hand that signs."""

    title: str


@dataclass(frozen=True)
class Mark:
    """What leads from a printed form back to what was typed: a reference in words, and an address as QR code."""

    reference: str
    address: str
    until: str  # d/m/Y

    @property
    def label(self) -> str:
        return words.kept_as()

    @property
    def note(self) -> str:
        return words.kept_until(self.until)

    @property
    def picture(self) -> str:
        return qr.data_uri(self.address)

    @property
    def picture_words(self) -> str:
        return words.read_by_phone(self.reference)


@dataclass(frozen=True)
class PaperForm:
    title: str
    origin: str
    addressee: str
    addressee_is_open: bool
    sections: tuple[PaperSection, ...]
    enclosures: tuple[Enclosure, ...]
    pledges: tuple[str, ...]
    place: str
    signatures: tuple[Signature, ...]
    code: str
    revised: str
    address: str
    mark: Mark | None = None

    @property
    def heading(self) -> str:
        return self.title.upper()
