"""Official papers, and declarations kept for the counter."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import codes
from procedures.models import Procedure, ProcedureRevision
from submissions.models.rounds import Event
from submissions.models.submissions import Submission


def paper_name(paper: Any, filename: str) -> str:
    return f"papers/{timezone.now():%Y/%m}/{codes.token()}"


class PaperQuerySet(models.QuerySet["Paper"]):
    def waiting(self) -> PaperQuerySet:
        """Issued, and not yet drawn as PDF."""
        return self.filter(file="")


class Paper(models.Model):
    """An official paper issued with a verb: what it says is frozen here, its PDF is drawn once and never again."""

    class Kind(models.TextChoices):
        """The values are those of `data-paper` on the citizen's pages."""

        FILING_RECEIPT = "filing-receipt", _("giấy xác nhận đã nộp hồ sơ")
        RECEIPT = "receipt", _("giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        # The copy that stays with the dossier; without the applicant's secret.
        RECEIPT_COPY = "receipt-copy", _("giấy tiếp nhận hồ sơ và hẹn trả kết quả, liên lưu")
        SUPPLEMENT = "supplement", _("phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
        REFUSAL = "refusal", _("phiếu từ chối tiếp nhận, thông báo không giải quyết")
        EXTENSION = "extension", _("văn bản xin lỗi và hẹn lại ngày trả kết quả")
        STOP = "stop", _("thông báo dừng giải quyết hồ sơ")
        PAYMENT = "payment", _("phiếu xác nhận thanh toán")
        CONTROL_SLIP = "control-slip", _("phiếu kiểm soát quá trình giải quyết hồ sơ")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="papers", verbose_name=_("hồ sơ"))
    kind = models.CharField(_("loại"), max_length=20, choices=Kind.choices)
    number = models.PositiveIntegerField(_("lần"), default=1)  # the first, second … of its kind for this submission
    paper_set = models.CharField(_("bộ mẫu"), max_length=4)  # PAPER_SET as it was on the day
    event = models.ForeignKey(Event, models.SET_NULL, null=True, blank=True, related_name="papers")
    content = models.JSONField(_("nội dung"))
    sha256 = models.CharField(_("mã băm nội dung"), max_length=64)
    issued_at = models.DateTimeField(_("lập lúc"))
    # The drawn PDF; empty until the worker, or the first reader, has drawn it.
    file = models.FileField(upload_to=paper_name, max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("giấy tờ đã lập")
        verbose_name_plural = _("giấy tờ đã lập")
        ordering = ["submission", "issued_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["submission", "kind", "number"], name="paper_number_once")]
        indexes = [models.Index(fields=["issued_at"], name="paper_waiting", condition=models.Q(file=""))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.number})"


class KeptForm(models.Model):
    """A declaration that was filled in to be printed, kept for a few days so that the counter need not type it."""

    reference = models.CharField(_("mã tờ khai"), max_length=12, unique=True)
    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="+", verbose_name=_("thủ tục"))
    revision = models.ForeignKey(ProcedureRevision, models.PROTECT, related_name="+")
    typed = models.JSONField(default=dict)  # {"form": {input name: [values]}}
    created_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    expires_at = models.DateTimeField(_("giữ đến"))
    used_at = models.DateTimeField(_("đã dùng lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("tờ khai đã điền")
        verbose_name_plural = _("tờ khai đã điền")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return self.reference
