"""The columns of the register and what stands in them. The channel is the portal's own addition."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.xlsx import Column
from submissions.models import Submission
from submissions.papers import SETS, PaperSet, current
from submissions.papers.sets import REGISTER
from submissions.register.book import Book, Entry
from submissions.register.closing import closed
from submissions.states import State

_t = gettext_lazy
Way = Submission.DeliveryWay
# Title, width in a workbook, kind; in the order of form 06 (2018) and 07 (2025).
COLUMNS: tuple[tuple[Any, float, str], ...] = (
    (_t("STT"), 6, "number"),
    (_t("Mã hồ sơ"), 22, "text"),
    (_t("Tên thủ tục hành chính"), 34, "text"),
    (_t("Số bộ hồ sơ"), 7, "number"),
    (_t("Tổ chức, cá nhân nộp hồ sơ"), 24, "text"),
    (_t("Địa chỉ, số điện thoại"), 32, "text"),
    (_t("Cơ quan chủ trì giải quyết"), 24, "text"),
    (_t("Ngày nhận hồ sơ"), 16, "moment"),
    (_t("Ngày hẹn trả kết quả"), 12, "day"),
    (_t("Ngày nhận kết quả từ cơ quan giải quyết"), 12, "day"),
    (_t("Ngày trả kết quả"), 12, "day"),
    (_t("Phương thức trả kết quả"), 16, "text"),
    (_t("Ký nhận"), 12, "text"),
    (_t("Kênh nộp"), 11, "text"),
    (_t("Ghi chú"), 24, "text"),
)
HANDED: dict[str, Any] = {Way.COUNTER: _t("tại một cửa"), Way.POST: _t("qua bưu điện"), Way.ONLINE: _t("bản điện tử")}
ENDED = (State.STOPPED, State.DECLINED, State.WITHDRAWN, State.REFUSED)


def columns() -> list[Column]:
    return [Column(str(title), width, kind) for title, width, kind in COLUMNS]


def _moment(value: datetime.datetime | None) -> datetime.datetime | None:
    """On the wall in Việt Nam, to the minute."""
    return timezone.localtime(value).replace(tzinfo=None, second=0, microsecond=0) if value else None


def _day(value: datetime.datetime | None) -> datetime.date | None:
    return timezone.localdate(value) if value else None


def _short(value: datetime.date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _remarks(s: Submission) -> str:
    found = []
    if s.filed_for_other and s.owner_name:
        found.append(_("Chủ hồ sơ: %s") % s.owner_name)
    if s.extended_at:
        found.append(_("Hẹn trả lần đầu: %s") % _short(s.original_due_on))
    if s.state in ENDED:
        found.append(f"{s.get_state_display()} {_short(_day(s.closed_at))}".strip())
    return "; ".join(found)


def line(entry: Entry) -> list[Any]:
    """The cells of one dossier, in the order of COLUMNS."""
    s, spec = entry.submission, entry.submission.revision.spec
    return [
        entry.number,
        s.dossier_code or "",
        s.procedure.short_name,
        s.sets or spec.number_of_sets,
        s.applicant_name,
        "; ".join(part for part in (s.applicant_address, s.applicant_phone) if part),
        spec.handling_office or spec.deciding_authority or s.agency.name,
        _moment(s.received_at),
        s.due_on,
        _day(s.finished_at),
        _day(s.handed_over_at),
        str(HANDED.get(s.handed_over_how, "")),
        "",
        s.get_channel_display(),
        _remarks(s),
    ]


def paper_set(year: int) -> PaperSet:
    """The set in force at the end of that year, when its register is closed; PAPER_SET for the running year."""
    last = datetime.date(year, 12, 31)
    if last >= timezone.localdate():
        return current()
    return next((s for s in SETS.values() if s.is_in_force(last)), current())


def heading(book: Book) -> Sequence[str]:
    """Who keeps it, what it is, by which form; of a closed book when that was, and its last number."""
    form = paper_set(book.year)
    title = str(form.form(REGISTER).title).upper()
    first = (
        book.agency.name,
        _("%(title)s NĂM %(year)d") % {"title": title, "year": book.year},
        form.footnote(REGISTER),
    )
    said = closing_words(book)
    return (*first, said) if said else first


def closing_words(book: Book) -> str:
    """Nothing while the book is open; nothing for the lines of one procedure, which are no book."""
    noted = closed(book) if not book.procedure else None
    if noted is None:
        return ""
    day = timezone.localdate(noted.closed_at)
    return _("Sổ đã khóa ngày %(day)s, số cuối %(last)d.") % {"day": f"{day:%d/%m/%Y}", "last": noted.last}
