"""What officers keep for themselves: saved views of the work list, and acts on many submissions at once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from submissions.models.officers import Officer
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


class Batch(models.Model):
    """One act on many submissions: each row is its own transaction and has its own result."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="batches", verbose_name=_("cán bộ"))
    verb = models.CharField(_("việc"), max_length=30)
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("lượt xử lý nhiều hồ sơ")
        verbose_name_plural = _("lượt xử lý nhiều hồ sơ")
        ordering = ["-created_at", "-pk"]

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
    outcome = models.CharField(_("kết quả"), max_length=10, choices=Outcome.choices, blank=True)
    words = models.CharField(_("vì sao"), max_length=500, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "submission"], name="batch_row_once")]
        indexes = [models.Index(fields=["submission"], name="batch_row_waiting", condition=models.Q(outcome=""))]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.get_outcome_display()}"
