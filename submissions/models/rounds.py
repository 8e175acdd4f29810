"""What was asked for again, and the log of everything that happened."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from submissions.models.officers import Officer
from submissions.models.submissions import Submission
from submissions.states import Stage, State


class SupplementRequest(models.Model):
    """One request of the desk: the very papers and fields, each with its reason. Kept for ever, round by round."""

    submission = models.ForeignKey(
        Submission, models.CASCADE, related_name="supplement_requests", verbose_name=_("hồ sơ")
    )
    round = models.PositiveIntegerField(_("lần"))
    stage = models.CharField(_("giai đoạn"), max_length=12, choices=Stage.choices)
    from_state = models.CharField(max_length=20, choices=State.choices)
    documents = models.JSONField(_("giấy tờ"), default=list)  # [{"key", "reason"}]
    fields = models.JSONField(_("mục khai"), default=list)  # [{"key", "reason"}]
    message = models.TextField(_("lời nhắn"), blank=True)
    requested_by = models.ForeignKey(Officer, models.PROTECT, verbose_name=_("người yêu cầu"))
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    answer_by = models.DateField(_("hạn bổ sung"))
    typed = models.JSONField(default=dict, blank=True)
    old_answers = models.JSONField(default=dict, blank=True)
    answered_at = models.DateTimeField(_("bổ sung lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("yêu cầu bổ sung")
        verbose_name_plural = _("yêu cầu bổ sung")
        ordering = ["submission", "round"]
        indexes = [models.Index(fields=["answered_at"], name="supplement_answered")]
        constraints = [models.UniqueConstraint(fields=["submission", "round"], name="supplement_round_once")]

    def __str__(self) -> str:
        return f"{self.submission} – {self.round}"

    @property
    def document_keys(self) -> list[str]:
        return [d["key"] for d in self.documents]

    @property
    def field_keys(self) -> list[str]:
        return [f["key"] for f in self.fields]

    @property
    def is_expired(self) -> bool:
        return self.answered_at is None and self.answer_by < timezone.localdate()


class Event(models.Model):
    """One line of the log; append-only and chained by hash within its submission."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="events", verbose_name=_("hồ sơ"))
    number = models.PositiveIntegerField(_("số"))
    verb = models.CharField(_("việc"), max_length=30)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    actor_label = models.CharField(_("người làm"), max_length=200)
    at = models.DateTimeField(_("lúc"))
    note = models.TextField(_("nội dung"), blank=True)
    is_public = models.BooleanField(default=True)
    data = models.JSONField(default=dict, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("nhật ký")
        verbose_name_plural = _("nhật ký")
        ordering = ["submission", "number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="event_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"
