"""What officers keep for themselves: saved views of the work list, and acts on many submissions at once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import codes
from submissions.models.officers import Officer
from submissions.models.papers import Paper
from submissions.models.submissions import Submission
from submissions.states import Role


class SavedView(models.Model):
    """Filters of the work list under a name; its owner's, or shared with a role of the agency."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="views", verbose_name=_("cán bộ"))
    name = models.CharField(_("tên"), max_length=80)
    query = models.CharField(_("bộ lọc"), max_length=1000)
    shared_with = models.CharField(_("dùng chung với"), max_length=12, choices=Role.choices, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("bộ lọc đã lưu")
        verbose_name_plural = _("bộ lọc đã lưu")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["officer", "name"], name="view_name_once")]

    def __str__(self) -> str:
        return self.name


def batch_file_name(batch: Batch, filename: str) -> str:
    return f"batches/{timezone.now():%Y/%m}/{codes.token()}"


class Batch(models.Model):
    """One act on many submissions: each row is its own transaction and has its own result."""

    # Made when the page that asks for confirmation is shown: pressed twice, it is one batch.
    key = models.CharField(max_length=40, unique=True, default=codes.token, editable=False)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="batches", verbose_name=_("cán bộ"))
    verb = models.CharField(_("việc"), max_length=30)
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)
    # Of a batch that prints: the papers one after another as one PDF, for a day.
    file = models.FileField(upload_to=batch_file_name, max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("lượt xử lý nhiều hồ sơ")
        verbose_name_plural = _("lượt xử lý nhiều hồ sơ")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["created_at"], name="batch_waiting", condition=models.Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.verb} {self.created_at:%d/%m/%Y %H:%M}"


class BatchRow(models.Model):
    class Outcome(models.TextChoices):
        WAITING = "", _("đang chờ")
        DONE = "done", _("xong")
        SKIPPED = "skipped", _("không làm được")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    # As the officer saw it: a change meanwhile leaves the row undone.
    version = models.PositiveIntegerField()
    # Nobody else may act on the submission while the row waits; printing changes nothing and holds nothing.
    holds = models.BooleanField(default=True)
    outcome = models.CharField(_("kết quả"), max_length=10, choices=Outcome.choices, blank=True)
    words = models.CharField(_("vì sao"), max_length=500, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    # The paper that a batch that prints has found or made.
    paper = models.ForeignKey(Paper, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["batch", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "submission"], name="batch_row_once"),
            # One batch at a time has a submission.
            models.UniqueConstraint(
                fields=["submission"], name="batch_row_waiting", condition=models.Q(outcome="", holds=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.get_outcome_display()}"
