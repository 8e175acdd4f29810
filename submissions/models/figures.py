"""Counts by month, agency and procedure; reports that were sent; registers that were closed. Nothing personal."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedures.models import Agency, Procedure


class CountedMonth(models.Model):
    """A month whose figures were counted, and when. A closed one is never counted again."""

    month = models.DateField(_("tháng"), unique=True)  # its first day
    counted_at = models.DateTimeField(_("tính lúc"))
    is_closed = models.BooleanField(_("đã chốt"), default=False)

    class Meta:
        verbose_name = _("tháng đã tính số liệu")
        verbose_name_plural = _("các tháng đã tính số liệu")
        ordering = ["month"]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"


class MonthFigure(models.Model):
    """What statistics.figures() found for one agency and procedure in one month (definitions: statistics/).

    Flows (received …, settled …, refused, grades) count what happened in the month; stocks (open_…, waiting_…,
    not_received) how it stood at its end.
    """

    month = models.DateField(_("tháng"))  # its first day
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name=_("thủ tục"))
    received_online = models.PositiveIntegerField(default=0)
    received_counter = models.PositiveIntegerField(default=0)
    received_post = models.PositiveIntegerField(default=0)
    early = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    settled_online = models.PositiveIntegerField(default=0)  # of those three, filed online
    open_in_time = models.PositiveIntegerField(default=0)
    open_overdue = models.PositiveIntegerField(default=0)
    waiting_citizen = models.PositiveIntegerField(default=0)
    supplemented = models.PositiveIntegerField(default=0)  # received in the month and asked to supplement by its end
    not_received = models.PositiveIntegerField(default=0)  # filed online and neither received nor refused yet
    refused = models.PositiveIntegerField(default=0)
    with_fee = models.PositiveIntegerField(default=0)
    paid_online = models.PositiveIntegerField(default=0)
    very_content = models.PositiveIntegerField(default=0)
    content = models.PositiveIntegerField(default=0)
    not_content = models.PositiveIntegerField(default=0)
    # Submissions whose first complaint or grade "not content" fell in the month.
    displeased = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("số liệu tháng")
        verbose_name_plural = _("số liệu tháng")
        ordering = ["month", "agency", "procedure"]
        constraints = [models.UniqueConstraint(fields=["month", "agency", "procedure"], name="month_figure_once")]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y} {self.agency_id} {self.procedure_id}"


class MonthReport(models.Model):
    """The monthly report of an agency as it was sent: its figures stand still from then on."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="reports", verbose_name=_("cơ quan"))
    month = models.DateField(_("tháng"))
    content = models.JSONField(_("số liệu"))
    sha256 = models.CharField(_("mã băm"), max_length=64)
    reported_at = models.DateTimeField(_("chốt lúc"), default=timezone.now)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("người chốt"))

    class Meta:
        verbose_name = _("báo cáo tháng")
        verbose_name_plural = _("báo cáo tháng")
        ordering = ["-month", "agency"]
        constraints = [models.UniqueConstraint(fields=["agency", "month"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.agency} {self.month:%m/%Y}"


class ClosedRegister(models.Model):
    """A register book that was closed at the end of its year (TT 01/2018/TT-VPCP art. 10.2)."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="closed_registers", verbose_name=_("cơ quan"))
    year = models.PositiveSmallIntegerField(_("năm"))
    last = models.PositiveIntegerField(_("số cuối cùng"))
    sha256 = models.CharField(_("mã băm"), max_length=64)
    closed_at = models.DateTimeField(_("khóa lúc"), default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("người khóa")
    )

    class Meta:
        verbose_name = _("sổ theo dõi đã khóa")
        verbose_name_plural = _("sổ theo dõi đã khóa")
        ordering = ["-year", "agency"]
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="register_closed_once")]

    def __str__(self) -> str:
        return f"{self.agency} {self.year}"
