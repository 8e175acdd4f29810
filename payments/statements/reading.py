"""A bank's file as lines of money that came in. Reading writes nothing and never raises for what is in the file."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.statements import cells, layouts, table
from payments.statements.cells import NotThat
from payments.statements.decoding import Unreadable, text_of
from payments.statements.layouts import AMOUNT, CREDIT, DATE, DEBIT, LAYOUTS, REFERENCE, SIGN, TEXT
from portal.lib import text

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_TEXT = 2_000  # signs; longer, and a quotation mark is missing somewhere
EARLIEST = datetime.date(2000, 1, 1)
AHEAD = datetime.timedelta(days=31)  # a bank may book on the next working day
_ACCOUNT = re.compile(rf"(?:{'|'.join(layouts.ACCOUNT)})\D{{0,20}}([0-9][0-9 .-]{{4,22}}[0-9])")


@dataclass(frozen=True)
class Problem:
    """`line` 0: the file as a whole."""

    line: int
    words: str

    def __str__(self) -> str:
        return _("Dòng %(line)d: %(words)s") % {"line": self.line, "words": self.words} if self.line else self.words


@dataclass(frozen=True)
class Line:
    """Money that came in; `amount` in đồng, `number` the line of the file."""

    number: int
    booked_on: datetime.date
    amount: int
    reference: str
    text: str
    digest: str = ""


@dataclass(frozen=True)
class Parsed:
    filename: str
    sha256: str = ""
    layout: str = ""
    account: str = ""  # as the file names it
    lines: Sequence[Line] = ()
    outgoing: int = 0
    problems: Sequence[Problem] = ()

    @property
    def is_refused(self) -> bool:
        """Nothing of it can be taken in."""
        return any(problem.line == 0 for problem in self.problems)

    @property
    def is_foreign(self) -> bool:
        """It names another account than the one that payers are told."""
        own = settings.VIETQR_ACCOUNT
        return bool(own and self.account) and own.lstrip("0") != self.account.lstrip("0")


def read(file: BinaryIO, *, filename: str, layout: str = "") -> Parsed:
    """`layout` is a key of LAYOUTS; without one the heading tells."""
    data = file.read(MOST_BYTES + 1)
    named = Parsed(filename, hashlib.sha256(data).hexdigest())
    if len(data) > MOST_BYTES:
        words = _("Tệp lớn hơn 5 MB. Bạn xuất sao kê theo khoảng ngày ngắn hơn rồi nhập từng tệp.")
        return dataclasses.replace(named, problems=[Problem(0, words)])
    try:
        return _read(named, text_of(data), layout)
    except Unreadable as problem:
        return dataclasses.replace(named, problems=[Problem(0, str(problem))])


def _read(named: Parsed, content: str, layout: str) -> Parsed:
    if not content.strip():
        raise Unreadable(_("Tệp không có dòng nào. Bạn tải lại sao kê từ ngân hàng rồi nhập lại."))
    found = table.found(content, [LAYOUTS[layout]] if layout else LAYOUTS.values())
    if found is None:
        known = ", ".join(one.name for one in (LAYOUTS.values() if not layout else [LAYOUTS[layout]]))
        words = _(
            "Không thấy dòng tiêu đề của bảng (ngày giao dịch, số tiền, nội dung) trong 30 dòng đầu. Cổng biết mẫu: %s."
            " Bạn kiểm tra đã chọn đúng tệp sao kê chưa, hoặc báo người vận hành thêm tên cột của ngân hàng."
        )
        raise Unreadable(words % known)
    book = _Book(found, _account(found.head))
    for count, row in enumerate(table.rows(content, found.delimiter), 1):
        if count - found.skip > MOST_ROWS:
            raise Unreadable(_("Tệp có hơn 20.000 dòng. Bạn xuất sao kê theo khoảng ngày ngắn hơn rồi nhập từng tệp."))
        if count > found.skip:
            book.take(row)
    return dataclasses.replace(
        named,
        layout=found.layout.key,
        account=book.account,
        lines=book.lines,
        outgoing=book.outgoing,
        problems=book.problems,
    )


def _account(head: Sequence[table.Row]) -> str:
    """The account's number, where a line above the table names it."""
    for row in head:
        named = _ACCOUNT.search(text.fold(" ".join(row.cells or ())))
        if named:
            return re.sub(r"[^0-9]", "", named[1])
    return ""


@dataclass
class _Book:
    """What the rows of one file came to."""

    sheet: table.Table
    account: str
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outgoing: int = 0
    day: datetime.date | None = None  # of the row above, for days merged over several rows
    seen: Counter[str] = field(default_factory=Counter)

    def take(self, row: table.Row) -> None:
        """A line, a problem, a payment out, or nothing at all."""
        if row.cells is None:
            words = _("Dấu ngoặc kép không khớp hoặc ô quá dài. Bạn tải lại tệp từ ngân hàng.")
            self.problems.append(Problem(row.number, words))
        elif self._is_money(row.cells):
            try:
                self._transaction(row.number, row.cells)
            except NotThat as problem:
                self.problems.append(Problem(row.number, str(problem)))

    def _is_money(self, row: Sequence[str]) -> bool:
        """Of the rows without a day, titles and the foot of a page have no figure where money stands; others number
        the columns, or sum up."""
        money = "".join(self._cell(row, key) for key in (CREDIT, DEBIT, AMOUNT))
        if self._has_day(row):
            return any(sign.isalnum() for sign in money)
        if not any(sign.isdigit() for sign in money) or table.is_heading(row, self.sheet):
            return False
        filled = [text.fold(one) for one in row if one.strip()]
        heads = (filled[0], text.fold(self._cell(row, DATE)), text.fold(self._cell(row, TEXT)))
        is_counting = all(layouts.COUNTING.fullmatch(one) for one in filled)
        return not is_counting and not any(layouts.TOTALS.match(head) for head in heads)

    def _has_day(self, row: Sequence[str]) -> bool:
        try:
            return cells.day(self._cell(row, DATE))[0] is not None
        except NotThat:
            return False

    def _transaction(self, number: int, row: Sequence[str]) -> None:
        self.day, rest = self._day(row)
        amount = self._signed(row) if AMOUNT in self.sheet.columns else self._of_two(row)
        says = cells.words(self._cell(row, TEXT))
        if len(says) > LONGEST_TEXT:
            raise NotThat(_("Nội dung dài bất thường, có thể thiếu dấu ngoặc kép. Bạn tải lại tệp từ ngân hàng."))
        if amount < 0:
            self.outgoing += 1
        elif amount > 0:
            line = Line(number, self.day, amount, self._reference(row, rest), says)
            self.lines.append(dataclasses.replace(line, digest=self._digest(line)))

    def _cell(self, row: Sequence[str], key: str) -> str:
        return table.cell(row, self.sheet.columns, key)

    def _day(self, row: Sequence[str]) -> tuple[datetime.date, str]:
        """The day, or that of the row above where a cell was merged over several; and what else is in the cell."""
        written = self._cell(row, DATE)
        try:
            day, rest = cells.day(written)
        except NotThat:
            self.day = None  # the rows below must not inherit an older one
            words = _("“%s” không phải ngày. Ngày viết như 23/11/2026.") % cells.words(written)[:40]
            raise NotThat(words) from None
        day = day or self.day
        if day is None:
            raise NotThat(_("Dòng có tiền nhưng không có ngày giao dịch. Bạn tải lại tệp từ ngân hàng."))
        if not EARLIEST <= day <= timezone.localdate() + AHEAD:
            raise NotThat(_("Ngày %s không thể đúng. Bạn xem lại dòng này.") % f"{day:%d/%m/%Y}")
        return day, rest

    def _dong(self, row: Sequence[str], key: str) -> int:
        written = self._cell(row, key)
        try:
            return cells.dong(written) or 0
        except NotThat:
            words = _("“%s” không phải số tiền đồng. Số tiền viết như 50.000 hoặc 50,000.00.")
            raise NotThat(words % cells.words(written)[:40]) from None

    def _of_two(self, row: Sequence[str]) -> int:
        """Whatever stands in the column of money that went out went out, with a minus or without."""
        came, went = self._dong(row, CREDIT), self._dong(row, DEBIT)
        if came and went:
            raise NotThat(_("Có cả số tiền ghi nợ và ghi có. Bạn xem lại dòng này."))
        return came - abs(went)

    def _signed(self, row: Sequence[str]) -> int:
        amount, sign = self._dong(row, AMOUNT), text.fold(cells.plain(self._cell(row, SIGN)))
        if sign and sign not in (*layouts.IN, *layouts.OUT):
            raise NotThat(_("“%s” không cho biết tiền vào hay tiền ra. Bạn xem lại dòng này.") % sign[:40])
        return -abs(amount) if sign in layouts.OUT else amount

    def _reference(self, row: Sequence[str], rest: str) -> str:
        """The bank's own number; some banks write it below the day, in one cell."""
        columns = self.sheet.columns
        if columns.get(REFERENCE) and columns[REFERENCE][0] != columns[DATE][0]:
            return cells.words(self._cell(row, REFERENCE))
        return rest

    def _digest(self, line: Line) -> str:
        """The same line in another file, encoding or spelling of blanks has the same. Two that are the same in one file
        are two payments only where the bank gives no number of its own."""
        account = self.account or settings.VIETQR_ACCOUNT
        parts = [account.lstrip("0"), _bare(line.reference), f"{line.booked_on}", line.amount, _bare(line.text)]
        same = json.dumps(parts)
        self.seen[same] += 1
        ordinal = 1 if _bare(line.reference) else self.seen[same]
        return hashlib.sha256(json.dumps([*parts, ordinal]).encode()).hexdigest()


def _bare(value: str) -> str:
    return "".join(sign for sign in text.fold(value) if sign.isalnum())


def choices() -> Iterator[tuple[str, str]]:
    """Keys and names of the layouts, for a form."""
    return ((key, layout.name) for key, layout in LAYOUTS.items())
