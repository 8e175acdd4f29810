"""What the public figures mean: one submission's facts, the one bucket it is in, shares, and the words printed beside.

After the national index of QĐ 766/QĐ-TTg (2022): processing ends with the result, else with refusal to settle, stop,
or withdrawal once received. Days are days in Asia/Ho_Chi_Minh. Pure: no queries, no settings.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

HUNDREDTH = Decimal("0.01")


class Bucket(models.TextChoices):
    """Every submission that a period counts is in exactly one; the values are columns of MonthFigure."""

    EARLY = "early", _("sớm hẹn")
    ON_TIME = "on_time", _("đúng hẹn")
    LATE = "late", _("trễ hẹn")
    OPEN_IN_TIME = "open_in_time", _("đang giải quyết, trong hạn")
    OPEN_OVERDUE = "open_overdue", _("đang giải quyết, quá hạn")
    WAITING_CITIZEN = "waiting_citizen", _("chờ người dân bổ sung")


@dataclass(frozen=True)
class Facts:
    """What is asked of one received submission, as it was at the end of a day.

    `asked_on` is the day of the supplement request, made while it was examined, that was unanswered then; `asked`
    counts such requests made by then.
    """

    received_on: datetime.date
    due_on: datetime.date | None
    ended_on: datetime.date | None = None
    asked_on: datetime.date | None = None
    asked: int = 0


def counts(facts: Facts, start: datetime.date, end: datetime.date) -> bool:
    """Does the closed period count it: received in it, or carried over into it?"""
    return facts.received_on <= end and (facts.ended_on is None or facts.ended_on >= start)


def is_carried_over(facts: Facts, start: datetime.date) -> bool:
    return facts.received_on < start and (facts.ended_on is None or facts.ended_on >= start)


def bucket(facts: Facts, end: datetime.date) -> Bucket:
    """Where a counted submission stands at the end of that day."""
    if facts.ended_on is not None and facts.ended_on <= end:
        return _settled(facts.ended_on, facts.due_on)
    if facts.asked_on is not None:
        return Bucket.WAITING_CITIZEN if _waits_rightly(facts) else Bucket.OPEN_OVERDUE
    return Bucket.OPEN_OVERDUE if facts.due_on is not None and facts.due_on < end else Bucket.OPEN_IN_TIME


def _settled(ended: datetime.date, due: datetime.date | None) -> Bucket:
    if due is None or ended == due:
        return Bucket.ON_TIME
    return Bucket.EARLY if ended < due else Bucket.LATE


def _waits_rightly(facts: Facts) -> bool:
    """Only the first request, and one made in time, makes the desk wait for the citizen and not the other way round."""
    assert facts.asked_on is not None
    return facts.asked <= 1 and (facts.due_on is None or facts.asked_on <= facts.due_on)


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with two decimals; None when there is nothing to take a share of, never 100 %."""
    if whole == 0:
        return None
    return (Decimal(100) * part / whole).quantize(HUNDREDTH, ROUND_HALF_UP)


def satisfaction(late: int, displeased: int, settled: int) -> Decimal | None:
    """100 % less the shares of late and of displeased ones among those settled; never below nothing."""
    if settled == 0:
        return None
    return share(max(settled - late - displeased, 0), settled)


@dataclass(frozen=True)
class Definition:
    term: object
    words: object


DEFINITIONS: tuple[Definition, ...] = (
    Definition(_("Hồ sơ tính trong kỳ"), _(
        "Hồ sơ đã được tiếp nhận: tiếp nhận trong kỳ, hoặc kỳ trước chuyển sang. Hồ sơ chờ tiếp nhận và hồ sơ bị từ "
        "chối tiếp nhận được nêu riêng, không tính vào các cột."
    )),
    Definition(_("Kỳ trước chuyển sang"), _(
        "Tiếp nhận trước ngày đầu kỳ mà đến ngày đó chưa giải quyết xong, gồm cả hồ sơ được ghi vào sổ muộn hơn."
    )),
    Definition(_("Ngày giải quyết xong"), _(
        "Ngày có kết quả; nếu không có thì ngày trả lời không giải quyết, ngày dừng, hoặc ngày người dân rút hồ sơ "
        "sau khi đã tiếp nhận."
    )),
    Definition(_("Sớm hẹn, đúng hẹn, trễ hẹn"), _("Giải quyết xong trước, đúng, hoặc sau ngày hẹn trả.")),
    Definition(_("Đang giải quyết: trong hạn, quá hạn"), _(
        "Chưa giải quyết xong vào ngày cuối kỳ (kỳ đang chạy: hôm nay), chưa qua hoặc đã qua ngày hẹn trả. Hồ sơ chờ "
        "người dân bổ sung từ lần thứ hai, hoặc được yêu cầu bổ sung sau ngày hẹn trả, tính là quá hạn."
    )),
    Definition(_("Chờ người dân bổ sung"), _(
        "Được yêu cầu bổ sung lần đầu khi đang thụ lý, không muộn hơn ngày hẹn trả, và người dân chưa bổ sung. Thời "
        "gian chờ không tính vào thời hạn giải quyết."
    )),
    Definition(_("Tổng số"), _(
        "Mỗi hồ sơ nằm ở đúng một cột, nên tổng số vừa bằng tiếp nhận trong kỳ cộng kỳ trước chuyển sang, vừa bằng "
        "tổng các cột đã giải quyết và đang giải quyết."
    )),
    Definition(_("Tỷ lệ đúng hẹn"), _(
        "(sớm hẹn + đúng hẹn) chia cho (sớm hẹn + đúng hẹn + trễ hẹn). Làm tròn hai chữ số; chưa có hồ sơ nào thì "
        "ghi “không có”, không ghi 100 %."
    )),
    Definition(_("Tỷ lệ phải bổ sung"), _(
        "Hồ sơ tiếp nhận trong tháng đã bị yêu cầu bổ sung ít nhất một lần tính đến hết tháng, chia cho hồ sơ tiếp "
        "nhận. Nhiều tháng thì cộng các tháng."
    )),
    Definition(_("Tỷ lệ trực tuyến"), _("Hồ sơ nộp trực tuyến chia cho hồ sơ tiếp nhận trong kỳ.")),
    Definition(_("Tỷ lệ thanh toán trực tuyến"), _(
        "Trong số hồ sơ tiếp nhận trong kỳ có phí, lệ phí khác 0: hồ sơ đã nộp tiền trên cổng hoặc bằng chuyển khoản "
        "tính đến hết kỳ, chia cho tất cả."
    )),
    Definition(_("Mức hài lòng"), _(
        "100 % trừ tỷ lệ trễ hẹn và tỷ lệ hồ sơ có khiếu nại hoặc được đánh giá “Chưa hài lòng” trong kỳ, cùng chia "
        "cho số hồ sơ đã giải quyết. Ba cột đánh giá là số lượt người dân chọn trong kỳ."
    )),
)  # fmt: skip
