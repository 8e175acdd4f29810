"""The care of the table of days off: what is missing, what people confirm, what they are told about a day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from portal.lib.publicdays import LAST
from portal.lib.workdays import SATURDAY
from procedures.loading.year import is_proposal, load_year
from procedures.models import Holiday, WorkingBlock

# When the next year begins to matter: limits of three months reach into it, and the Prime Minister's notice of Tết is
# out by mid-December.
PROPOSE_FROM = (10, 1)
CONFIRM_BY = (12, 15)


@dataclass(frozen=True)
class Warning:
    """Something about a year's calendar that an operator has to see to."""

    year: int
    words: str


def _year_before(year: int, day: tuple[int, int]) -> datetime.date:
    return datetime.date(year - 1, *day)


def _counts(years: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Days for all units and how many of them nobody has confirmed, by year."""
    found = dict.fromkeys(years, (0, 0))
    rows = Holiday.objects.filter(agency=None, date__year__gte=min(found), date__year__lte=max(found))
    for day, confirmed in rows.values_list("date", "confirmed"):
        total, unsure = found[day.year]
        found[day.year] = (total + 1, unsure + (not confirmed))
    return found


def warnings(today: datetime.date) -> list[Warning]:
    """This year and the next: no calendar (the next from 1 October on), not confirmed (from 15 December on)."""
    found = []
    for year, (total, unsure) in _counts((today.year, today.year + 1)).items():
        if not total and today >= _year_before(year, PROPOSE_FROM):
            words = _(
                "Năm %(year)d chưa có lịch nghỉ. Hạn trả đang tính theo lịch tính sẵn của Bộ luật Lao động. "
                "Bạn nạp đề xuất rồi xác nhận."
            )
            found.append(Warning(year, words % {"year": year}))
        elif unsure and today >= _year_before(year, CONFIRM_BY):
            words = _(
                "Lịch nghỉ năm %(year)d còn %(days)d ngày chưa xác nhận. Bạn đối chiếu với thông báo chính thức "
                "rồi xác nhận."
            )
            found.append(Warning(year, words % {"year": year, "days": unsure}))
    return found


def keep_calendar(today: datetime.date) -> list[int]:
    """Proposes this year, and from 1 October on the next, where they have no day at all; the years that were loaded."""
    counts = _counts((today.year, today.year + 1))
    missing = [y for y, (total, _unsure) in counts.items() if not total and today >= _year_before(y, PROPOSE_FROM)]
    for year in missing:
        load_year(year)
    return missing


def complete(row: Holiday) -> int:
    """Loads the proposal of the row's year when the row is its first for all units; how many days came beside it.

    A year that has a row is no longer computed: one day entered by hand must not make the others working days.
    """
    if row.agency_id is not None:
        return 0
    others = Holiday.objects.filter(agency=None, date__year=row.date.year).exclude(pk=row.pk)
    return 0 if others.exists() else len(load_year(row.date.year).created)


@transaction.atomic
def confirm(keys: Iterable[int], source: str) -> int:
    """Confirms the days under a document; a source that was typed by hand stays. How many were not confirmed before."""
    rows = list(Holiday.objects.select_for_update().filter(pk__in=list(keys), confirmed=False))
    for row in rows:
        if not row.source or is_proposal(row):
            row.source = source
        row.confirmed = True
        row.save(update_fields=["source", "confirmed"])
    return len(rows)


def twin(date: datetime.date, agency_id: int | None, but: int | None) -> Holiday | None:
    """The other row of that day for the same unit, or for all."""
    rows = Holiday.objects.filter(date=date, agency=agency_id)
    return (rows.exclude(pk=but) if but else rows).first()


def remarks(row: Holiday, today: datetime.date) -> list[str]:
    """What whoever entered the day should know: it is past, or it changes nothing."""
    when = f"{WorkingBlock.Weekday(row.date.weekday()).label} {row.date:%d/%m/%Y}"
    when = when[:1].upper() + when[1:]
    said = []
    if row.date < today:
        words = _("%s đã qua. Hồ sơ đang giải quyết được tính lại hạn trả; hồ sơ đã xong giữ nguyên.")
        said.append(words % when)
    if not _changes_something(row):
        if row.date.weekday() >= SATURDAY:
            words = _("%s vốn là ngày nghỉ nên hạn trả không đổi. Nếu được nghỉ bù, bạn thêm cả ngày nghỉ bù.")
        else:
            words = _("%s vốn là ngày làm việc nên hạn trả không đổi. Bạn xem lại ngày và loại đã chọn.")
        said.append(words % when)
    return said


def _changes_something(row: Holiday) -> bool:
    """Does the kind differ from what the day is without the row?"""
    is_off = row.kind == Holiday.Kind.OFF
    shared = twin(row.date, None, row.pk) if row.agency_id else None
    if shared:
        return shared.kind != row.kind
    return is_off != (row.date.weekday() >= SATURDAY)


def in_range(date: datetime.date) -> bool:
    """Years that a calendar can be kept for: not a slip of the keyboard."""
    return datetime.date(2000, 1, 1) <= date <= datetime.date(LAST, 12, 31)
