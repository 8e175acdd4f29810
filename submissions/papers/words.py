"""Dates and times as official papers write them. Always in Việt Nam."""

from __future__ import annotations

import datetime
import re

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.worktime import WorkTime
from procedures import deadlines, wording
from submissions.models import Submission


def long_date(day: datetime.date) -> str:
    """ "ngày 05 tháng 02 năm 2026": a zero before days under ten and before months one and two (NĐ 30/2020 annex)."""
    month = f"{day.month:02d}" if day.month in (1, 2) else str(day.month)
    return _("ngày %(day)02d tháng %(month)s năm %(year)d") % {"day": day.day, "month": month, "year": day.year}


def moment(at: datetime.datetime) -> str:
    """ "08 giờ 37 phút, ngày 20 tháng 11 năm 2019"."""
    local = timezone.localtime(at)
    hours = _("%(hour)02d giờ %(minute)02d phút") % {"hour": local.hour, "minute": local.minute}
    return f"{hours}, {long_date(local.date())}"


def due(time: WorkTime, day: datetime.date) -> str:
    """The promised day, at the end of the agency's last working block."""
    blocks = time.blocks
    _opens, closes = (blocks.of(day) or blocks.usual(day))[-1]
    clock = _("%(hour)02d giờ %(minute)02d phút") % {"hour": closes.hour, "minute": closes.minute}
    return f"{clock}, {long_date(day)}"


# Words of two syllables in headings: a line that ends inside one reads wrong.
COMPOUNDS = re.compile(
    r"\b(tiếp nhận|hẹn lại|quá trình|giải quyết|hồ sơ|thời gian|hoàn thiện|kết quả)\b", re.IGNORECASE
)


def balanced(text: str, most: int) -> list[str]:
    """A heading on one line, or on two of about the same length when it is longer than `most` letters."""
    if len(text) <= most:
        return [text]
    whole = COMPOUNDS.sub(lambda word: word[0].replace(" ", "_"), text)
    breaks = [place for place, letter in enumerate(whole) if letter == " "]
    if not breaks:
        return [text]
    middle = min(breaks, key=lambda place: abs(2 * place - len(text)))
    return [text[:middle], text[middle + 1 :]]


def limit(submission: Submission) -> str:
    """The statutory time for what was answered: "3 ngày làm việc", "1 ngày làm việc, thêm 2 ngày"."""
    rule = submission.revision.spec.time_limit
    base, *more = deadlines.periods(rule, submission.answers)
    is_usual = (base.value, base.unit) == (rule.value, rule.unit)
    first = wording.time_limit(rule) if is_usual else wording.period(base.value, base.unit)
    return ", ".join([str(first), *(_("thêm %s") % wording.period(p.value, p.unit) for p in more)])
