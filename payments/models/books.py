"""The books: one immutable entry for every đồng that is charged, waived, paid or refunded; receipts with numbers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models.charges import Charge, ChargeLine, PaymentAttempt, Refund
from procedures.models import Agency
from submissions.models import Officer


class EntryIsWritten(Exception):
    """An entry of the books was about to be changed; a correction is an entry of its own."""


class Entry(models.Model):
    """A line of the books. For a day and an agency: charged = paid + due + waived - refunded."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("phải nộp")  # below nothing when an amount is corrected downwards
        WAIVE = "waive", _("miễn")
        PAY = "pay", _("đã nộp")
        REFUND = "refund", _("đã hoàn")

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="entries", verbose_name=_("khoản phải nộp"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    kind = models.CharField(_("loại"), max_length=10, choices=Kind.choices)
    amount = models.BigIntegerField(_("số tiền"))
    at = models.DateTimeField(_("lúc"), default=timezone.now)
    day = models.DateField(_("ngày"))  # of `at` in Việt Nam
    line = models.ForeignKey(ChargeLine, models.PROTECT, null=True, blank=True, related_name="entries")
    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, null=True, blank=True, related_name="entries")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, blank=True, related_name="entry")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
    paper = models.CharField(_("giấy tờ chứng minh"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("dòng sổ thu")
        verbose_name_plural = _("sổ thu")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["agency", "day", "kind"], name="entry_day"),
            models.Index(fields=["officer", "day"], name="entry_officer"),
        ]
        constraints = [
            # One attempt brings its money in once, however often it is told of.
            models.UniqueConstraint(fields=["attempt"], condition=models.Q(kind="pay"), name="attempt_paid_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EntryIsWritten(str(self.pk))
        super().save(*args, **kwargs)


class ReceiptSeries(models.Model):
    """An approved series of fee receipts of an agency (biên lai: TT 303/2016/TT-BTC art. 3); used when configured."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan thu"))
    form_sign = models.CharField(_("ký hiệu mẫu"), max_length=20)
    series = models.CharField(_("ký hiệu biên lai"), max_length=20)
    collector = models.CharField(_("tên cơ quan thu"), max_length=200)
    tax_code = models.CharField(_("mã số thuế"), max_length=14)
    first_number = models.PositiveIntegerField(_("từ số"), default=1)
    last_number = models.PositiveIntegerField(_("đến số"), default=9_999_999)
    last_used = models.PositiveIntegerField(_("số đã dùng sau cùng"), default=0)
    active_from = models.DateField(_("dùng từ ngày"))
    active_to = models.DateField(_("dùng đến ngày"), null=True, blank=True)

    class Meta:
        verbose_name = _("dải số biên lai")
        verbose_name_plural = _("dải số biên lai")
        ordering = ["agency", "-active_from"]
        constraints = [models.UniqueConstraint(fields=["agency", "form_sign", "series"], name="receipt_series_once")]

    def __str__(self) -> str:
        return f"{self.form_sign} {self.series}"


class Receipt(models.Model):
    """The number under which one payment was confirmed; what it says is the submission's paper of kind "payment"."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="receipt")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    year = models.PositiveIntegerField(_("năm"))
    number = models.PositiveIntegerField(_("số"))
    series = models.ForeignKey(ReceiptSeries, models.PROTECT, null=True, blank=True, verbose_name=_("dải số"))
    series_number = models.PositiveIntegerField(_("số biên lai"), null=True, blank=True)
    issued_at = models.DateTimeField(_("lập lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("phiếu xác nhận thanh toán")
        verbose_name_plural = _("phiếu xác nhận thanh toán")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["series", "series_number"], name="receipt_series_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number:06d}/{self.year}"
