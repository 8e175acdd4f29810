"""The values of a procedure's document in words for the screen."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.lib.worktime import Hours
from procedures.models import WorkingBlock
from procedures.spec import Document, Fee, TimeLimit

UNITS = {"working_day": _("ngày làm việc"), "calendar_day": _("ngày"), "hour": _("giờ làm việc")}
METHODS = {
    "truc_tiep": _("Trực tiếp tại nơi nộp"),
    "truc_tuyen": _("Trực tuyến trên cổng này"),
    "buu_chinh": _("Qua bưu điện (dịch vụ bưu chính công ích)"),
}
DELIVERIES = {
    "truc_tiep": _("Nhận trực tiếp tại nơi nộp"),
    "truc_tuyen": _("Nhận trực tuyến"),
    "buu_chinh": _("Nhận qua bưu điện"),
}
SUBJECTS = {
    "ca_nhan": _("Cá nhân"),
    "to_chuc": _("Tổ chức"),
    "ho_gia_dinh": _("Hộ gia đình"),
    "ho_kinh_doanh": _("Hộ kinh doanh"),
    "doanh_nghiep": _("Doanh nghiệp"),
    "hop_tac_xa": _("Hợp tác xã"),
    "cong_dong_dan_cu": _("Cộng đồng dân cư"),
}
FEE_KINDS = {"phi": _("Phí"), "le_phi": _("Lệ phí")}


@dataclass(frozen=True)
class Level:
    """A level of NĐ 43/2011 with the term used since NĐ 42/2022 (the mapping is the usual one, not in the decree)."""

    number: int
    offer: Any
    meaning: Any
    term: Any


LEVELS = {
    level.number: level
    for level in (
        Level(
            1,
            _("Xem thông tin"),
            _("Bạn đọc đầy đủ hướng dẫn ở đây: giấy tờ, thời hạn, phí, nơi nộp; rồi làm và nộp hồ sơ trực tiếp."),
            _("cung cấp thông tin"),
        ),
        Level(
            2,
            _("Tải biểu mẫu"),
            _("Bạn điền tờ khai ngay trên cổng hoặc tải mẫu trống về, in ra rồi nộp trực tiếp hoặc gửi bưu điện."),
            _("cung cấp thông tin"),
        ),
        Level(
            3,
            _("Nộp trực tuyến"),
            _("Bạn điền và gửi hồ sơ qua mạng. Việc trả phí và nhận kết quả làm tại nơi nộp hoặc qua bưu điện."),
            _("một phần"),
        ),
        Level(
            4,
            _("Nộp, trả phí và nhận tại nhà"),
            _("Bạn nộp hồ sơ, trả phí (nếu có) qua mạng và nhận kết quả trực tuyến, qua bưu điện hoặc tại nơi nộp."),
            _("toàn trình"),
        ),
    )
}


def period(value: int, unit: str) -> str:
    """3, working_day: "3 ngày làm việc"."""
    return f"{value} {UNITS[unit]}"


def time_limit(limit: TimeLimit) -> str:
    """The usual limit in one phrase."""
    if limit.same_day and limit.cutoff:
        return _("Trong ngày làm việc; nộp sau %(time)s thì trả vào ngày làm việc tiếp theo") % {"time": limit.cutoff}
    if limit.same_day:
        return str(_("Trong ngày làm việc"))
    return period(limit.value, limit.unit)


def variants(limit: TimeLimit) -> list[dict[str, str]]:
    """The other limits: what happens, and how long it then takes."""
    return [
        {
            "condition": v.condition,
            "period": (_("thêm %s") % period(v.value, v.unit)) if v.adds else period(v.value, v.unit),
        }
        for v in limit.variants
    ]


def copies(document: Document) -> str:
    """How many of a paper: "1 bản chính, 2 bản sao"."""
    parts = []
    if document.originals:
        parts.append(_("%d bản chính") % document.originals)
    if document.copies:
        parts.append(_("%d bản sao") % document.copies)
    return ", ".join(parts)


def needed(document: Document) -> str:
    """For whom a paper is needed: "Bắt buộc", "Chỉ cần khi không có Giấy chứng sinh", "Nếu có"."""
    when = document.condition
    if document.required:
        return f"{_('Bắt buộc')} ({when})" if when else str(_("Bắt buộc"))
    if not when:
        return str(_("Nếu có"))
    if when.startswith("Khi "):
        return _("Chỉ cần %s") % (when[0].lower() + when[1:])
    return _("Chỉ cần trong trường hợp: %s") % when


def named(keys: Iterable[str], names: dict[str, Any]) -> list[str]:
    """Keys in words; a key that has none stays as it is."""
    return [str(names.get(key, key)) for key in keys]


def amount(fee: Fee) -> str:
    """ "10.000 đồng/lần", "Miễn phí", or that the officer will say it."""
    if fee.amount is None:
        return str(_("Cán bộ sẽ báo mức thu"))
    if fee.amount == 0:
        return str(_("Miễn phí"))
    money = f"{fee.amount:,}".replace(",", ".") + " " + str(_("đồng"))
    return f"{money}/{fee.unit}" if fee.unit else money


def plain_date(text: str) -> str:
    """ "2014-11-20" as "20/11/2014"; what is not a full date (a year alone) stays as it is."""
    try:
        return f"{datetime.date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


def office_hours(week: Mapping[int, Sequence[Hours]]) -> str:
    """The working hours of a week: "07:30–11:30 và 13:30–17:00, thứ Hai đến thứ Sáu; 07:30–11:30, thứ Bảy"."""
    runs = itertools.groupby(sorted(week), key=lambda day: day_hours(week[day]))
    return "; ".join(f"{hours}, {_weekdays(list(days))}" for hours, days in runs if hours)


def day_hours(blocks: Iterable[Hours]) -> str:
    """ "07:30–11:30 và 13:30–17:00"."""
    return str(_(" và ")).join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in blocks)


def _weekdays(days: list[int]) -> str:
    names = [str(WorkingBlock.Weekday(day).label) for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return _("%(first)s đến %(last)s") % {"first": names[0], "last": names[-1]}
    return ", ".join(names)
