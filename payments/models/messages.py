"""Everything that came from a gateway or a carrier, as it came, and what was answered."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models.charges import PaymentAttempt


class GatewayMessage(models.Model):
    """One message of or to a payment gateway. `raw` holds no secret of ours: what is signed with is never sent."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("báo kết quả")
        RETURN = "return", _("người nộp quay lại")
        QUERY = "query", _("hỏi kết quả")
        REFUND = "refund", _("hoàn tiền")

    gateway = models.CharField(_("cổng thanh toán"), max_length=20)
    kind = models.CharField(_("loại"), max_length=10, choices=Kind.choices)
    attempt = models.ForeignKey(
        PaymentAttempt, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("lượt nộp")
    )
    reference = models.CharField(_("mã lượt nộp"), max_length=100, blank=True)
    at = models.DateTimeField(_("lúc"), default=timezone.now)
    raw = models.TextField(_("nội dung"))
    is_genuine = models.BooleanField(_("chữ ký đúng"), default=False)
    answer = models.CharField(_("trả lời"), max_length=20, blank=True)  # RspCode of a notice, code of a query
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        verbose_name = _("thông điệp thanh toán")
        verbose_name_plural = _("thông điệp thanh toán")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="gateway_message_newest")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.get_kind_display()} {self.reference}"


class CarrierMessage(models.Model):
    """One webhook call of a carrier; its transaction number makes a repeat known."""

    carrier = models.CharField(_("bưu chính"), max_length=20)
    transaction = models.CharField(_("mã thông điệp"), max_length=100)
    tracking_number = models.CharField(_("mã bưu gửi"), max_length=40, blank=True)
    at = models.DateTimeField(_("lúc"), default=timezone.now)
    raw = models.TextField(_("nội dung"))
    used = models.BooleanField(_("đã ghi"), default=False)
    problem = models.CharField(_("vướng mắc"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("thông điệp bưu chính")
        verbose_name_plural = _("thông điệp bưu chính")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["carrier", "transaction"], name="carrier_message_once")]
        indexes = [models.Index(fields=["-at", "-id"], name="carrier_message_newest")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.transaction}"
