"""Parcels: results on their way to people, originals on their way to the desk."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.states import ALIVE, AT_THE_POST, Booking, Step
from procedures.models import Agency
from submissions.models import Officer, Submission


class HandoverList(models.Model):
    """What an agency gives to the post at once (bảng kê): numbered, printed, closed when the post has signed."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    year = models.PositiveIntegerField(_("năm"))
    number = models.PositiveIntegerField(_("số"))
    carrier = models.CharField(_("bưu chính"), max_length=20)  # a key of payments.carriers.CARRIERS
    made_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("người lập"))
    made_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    closed_at = models.DateTimeField(_("giao lúc"), null=True, blank=True)
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    received_by = models.CharField(_("người nhận của bưu điện"), max_length=120, blank=True)
    # What was closed, word by word; the sheet is drawn from it.
    content = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("bảng kê giao bưu điện")
        verbose_name_plural = _("bảng kê giao bưu điện")
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["agency", "year", "number"], name="handover_number_once")]

    def __str__(self) -> str:
        return f"{self.number:03d}/{self.year}"


class Delivery(models.Model):
    """One parcel, its address as a copy of what was declared. Only payments.delivery writes it.

    A parcel that came back and is sent anew is a new row with the next number.
    """

    class Direction(models.TextChoices):
        OUT = "out", _("trả kết quả")
        IN = "in", _("gửi bản chính")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="deliveries", verbose_name=_("hồ sơ"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    direction = models.CharField(_("chiều"), max_length=3, choices=Direction.choices)
    number = models.PositiveIntegerField(_("lần"), default=1)
    # Printed as barcode and QR on the label: letters and digits that are easily read out.
    code = models.CharField(_("mã nhãn"), max_length=20, unique=True)
    step = models.CharField(_("bước"), max_length=10, choices=Step.choices)
    carrier = models.CharField(_("bưu chính"), max_length=20)
    tracking_number = models.CharField(_("mã bưu gửi"), max_length=40, blank=True)
    name = models.CharField(_("người nhận"), max_length=120)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    address = models.CharField(_("địa chỉ"), max_length=300)
    # đồng: what the carrier says the postage is, and what the postman collects on delivery.
    postage = models.BigIntegerField(_("cước"), null=True, blank=True)
    collect = models.BigIntegerField(_("bưu tá thu hộ"), null=True, blank=True)
    handover = models.ForeignKey(
        HandoverList, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("bảng kê")
    )
    created_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    ready_at = models.DateTimeField(_("sẵn sàng lúc"), null=True, blank=True)
    handed_at = models.DateTimeField(_("giao bưu điện lúc"), null=True, blank=True)
    ended_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("số lần phát"), default=0)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    # What the person asked for while the parcel was still at the post, done when it is back: {"pickup": true} or the
    # new {name, phone, address}.
    wish = models.JSONField(_("mong muốn khi bưu gửi về"), default=dict, blank=True)
    # The outbox of bookings and of questions to the carrier.
    booking = models.CharField(_("đặt bưu gửi"), max_length=10, choices=Booking.choices, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(_("lỗi"), blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # when the carrier was last asked where it is

    class Meta:
        verbose_name = _("bưu gửi")
        verbose_name_plural = _("bưu gửi")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["agency", "step", "ready_at"], name="delivery_list"),
            models.Index(fields=["tracking_number"], name="delivery_tracking"),
            models.Index(fields=["next_try_at"], name="delivery_booking", condition=models.Q(booking=Booking.WANTED)),
            models.Index(fields=["asked_at"], name="delivery_moving", condition=models.Q(step__in=AT_THE_POST)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["submission", "direction", "number"], name="delivery_number_once"),
            models.UniqueConstraint(
                fields=["submission", "direction"],
                condition=models.Q(step__in=ALIVE),
                name="one_delivery_under_way",
            ),
        ]

    def __str__(self) -> str:
        return self.tracking_number or self.code


class DeliveryEvent(models.Model):
    """What the carrier, or an officer, says happened; sorted by its own time, for they arrive out of order."""

    class Source(models.TextChoices):
        WEBHOOK = "webhook", _("bưu chính báo")
        QUERY = "query", _("hỏi bưu chính")
        OFFICER = "officer", _("cán bộ ghi")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="events", verbose_name=_("bưu gửi"))
    at = models.DateTimeField(_("lúc"))
    step = models.CharField(_("bước"), max_length=10, choices=Step.choices, blank=True)
    code = models.CharField(_("mã"), max_length=20, blank=True)
    name = models.CharField(_("việc"), max_length=200)
    place = models.CharField(_("nơi"), max_length=200, blank=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("chặng bưu gửi")
        verbose_name_plural = _("các chặng bưu gửi")
        ordering = ["delivery", "at", "pk"]
        constraints = [models.UniqueConstraint(fields=["delivery", "at", "code", "name"], name="delivery_event_once")]

    def __str__(self) -> str:
        return self.name


class CarrierStatus(models.Model):
    """What a carrier's code means. Editable: the full list belongs to the contract with the carrier."""

    carrier = models.CharField(_("bưu chính"), max_length=20)
    code = models.CharField(_("mã"), max_length=20)
    name = models.CharField(_("tên"), max_length=200)
    step = models.CharField(_("bước"), max_length=10, choices=Step.choices)

    class Meta:
        verbose_name = _("mã trạng thái bưu chính")
        verbose_name_plural = _("mã trạng thái bưu chính")
        ordering = ["carrier", "code"]
        constraints = [models.UniqueConstraint(fields=["carrier", "code"], name="carrier_status_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PostageRate(models.Model):
    """Postage that is charged in advance, from a day on; sample until the town has its contract with the post."""

    name = models.CharField(_("dịch vụ"), max_length=120)
    amount = models.BigIntegerField(_("cước (đồng)"))
    valid_from = models.DateField(_("áp dụng từ"), unique=True)
    basis = models.CharField(_("căn cứ"), max_length=200, blank=True)
    is_checked = models.BooleanField(_("đã đối chiếu"), default=False)

    class Meta:
        verbose_name = _("mức cước bưu chính")
        verbose_name_plural = _("mức cước bưu chính")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"
