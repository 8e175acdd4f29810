"""Bank statements: every line that came in, and which charge it paid."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models.charges import Charge, PaymentAttempt
from submissions.models import Officer


class Statement(models.Model):
    """One imported file. The same file again is harmless; so is another file with the same lines."""

    layout = models.CharField(_("ngân hàng"), max_length=20)  # a key of payments.statements.LAYOUTS
    filename = models.CharField(_("tệp"), max_length=255)
    sha256 = models.CharField(max_length=64, unique=True)
    imported_at = models.DateTimeField(_("nhập lúc"), default=timezone.now)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("sao kê")
        verbose_name_plural = _("sao kê")
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return self.filename


class StatementLine(models.Model):
    """Money that came to the account. Outgoing and repeated lines of a file are counted, not kept."""

    class State(models.TextChoices):
        MATCHED = "matched", _("đã khớp")
        UNMATCHED = "unmatched", _("chưa khớp")
        BY_HAND = "by-hand", _("khớp bằng tay")
        SET_ASIDE = "set-aside", _("không phải tiền hồ sơ")

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", verbose_name=_("sao kê"))
    number = models.PositiveIntegerField(_("dòng"))
    # Of account, bank reference, day, amount and text: the same line in another file is the same line.
    digest = models.CharField(max_length=64, unique=True)
    bank_reference = models.CharField(_("số giao dịch"), max_length=100, blank=True)
    booked_on = models.DateField(_("ngày giao dịch"))
    amount = models.BigIntegerField(_("số tiền"))
    description = models.CharField(_("nội dung"), max_length=500)
    state = models.CharField(_("trạng thái"), max_length=10, choices=State.choices, default=State.UNMATCHED)
    why = models.CharField(_("vướng mắc"), max_length=300, blank=True)
    charge = models.ForeignKey(Charge, models.PROTECT, null=True, blank=True, related_name="+")
    attempt = models.OneToOneField(PaymentAttempt, models.PROTECT, null=True, blank=True, related_name="statement_line")
    handled_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField(_("xử lý lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("dòng sao kê")
        verbose_name_plural = _("dòng sao kê")
        ordering = ["-booked_on", "-pk"]
        indexes = [models.Index(fields=["state", "-booked_on"], name="statement_line_list")]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount}"
