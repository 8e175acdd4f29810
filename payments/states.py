"""The states of money and post on one screen. Data only: billing and delivery alone write them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.states import Money

__all__ = ["ALIVE", "AT_THE_POST", "Attempt", "Booking", "Money", "Problem", "RefundState", "Step"]


class Attempt(models.TextChoices):
    """One try to pay. Only PAID has money behind it, and it never ceases to be PAID: refunds are rows of their own."""

    STARTED = "started", _("đang chờ")
    PAID = "paid", _("đã nhận tiền")
    FAILED = "failed", _("không thành công")
    CANCELLED = "cancelled", _("người nộp hủy")
    EXPIRED = "expired", _("quá giờ")
    CLOSED = "closed", _("đóng, đã nộp cách khác")


class Problem(models.TextChoices):
    """What is wrong with money that did come in; somebody has to look at it."""

    LATE = "late", _("tiền đến sau khi lượt nộp đã đóng")
    DOUBLE = "double", _("nộp hai lần")
    SHORT = "short", _("nộp thiếu")
    OVER = "over", _("nộp thừa")
    NOT_DUE = "not-due", _("hồ sơ không còn phải nộp")


class RefundState(models.TextChoices):
    ASKED = "asked", _("chờ hoàn")
    SENT = "sent", _("đã gửi yêu cầu, chờ ngân hàng")
    DONE = "done", _("đã hoàn")
    FAILED = "failed", _("hoàn không thành công")


class Step(models.TextChoices):
    """Where a parcel is. Out: preparing … delivered; in (originals of the citizen): announced … arrived."""

    PREPARING = "preparing", _("chờ có kết quả")
    READY = "ready", _("chờ giao bưu điện")
    HANDED = "handed", _("đã giao bưu điện")
    MOVING = "moving", _("bưu điện đang chuyển")
    FAILED = "failed", _("phát không thành công")
    RETURNED = "returned", _("đã chuyển hoàn")
    DELIVERED = "delivered", _("đã phát")
    ANNOUNCED = "announced", _("người nộp sẽ gửi")
    ARRIVED = "arrived", _("đã đến")
    PICKUP = "pickup", _("người dân đến nhận")
    CANCELLED = "cancelled", _("không gửi nữa")


AT_THE_POST = (Step.HANDED, Step.MOVING, Step.FAILED)
ALIVE = (Step.PREPARING, Step.READY, *AT_THE_POST, Step.RETURNED, Step.ANNOUNCED)


class Booking(models.TextChoices):
    """The order at a carrier with an interface; empty for a carrier whose numbers are typed."""

    WANTED = "wanted", _("chờ đặt")
    BOOKED = "booked", _("đã đặt")
    FAILED = "failed", _("không đặt được")
