"""The outbox."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from submissions.models.rounds import Event
from submissions.models.submissions import Submission


class Notice(models.Model):
    """The outbox: a message to send, written in the transaction of the change it tells about."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("thư điện tử")
        SMS = "sms", _("tin nhắn")

    class Audience(models.TextChoices):
        CITIZEN = "citizen", _("người dân")
        STAFF = "staff", _("cán bộ")

    submission = models.ForeignKey(
        Submission, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("hồ sơ")
    )
    event = models.ForeignKey(Event, models.CASCADE, null=True, blank=True, related_name="notices")
    # What is told of a piece of feedback belongs to it instead of to a submission.
    feedback = models.ForeignKey(
        "submissions.Feedback", models.CASCADE, null=True, blank=True, related_name="notices", editable=False
    )
    kind = models.CharField(_("loại"), max_length=40)
    audience = models.CharField(_("gửi cho"), max_length=10, choices=Audience.choices)
    channel = models.CharField(_("kênh"), max_length=10, choices=Channel.choices)
    recipient = models.CharField(_("nơi nhận"), max_length=254)
    subject = models.CharField(_("tiêu đề"), max_length=250, blank=True)
    body = models.TextField(_("nội dung"))
    # The same event never tells the same person twice on one channel.
    once_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(_("số lần gửi"), default=0)
    sent_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True)
    failed_at = models.DateTimeField(_("bỏ lúc"), null=True, blank=True)
    error = models.TextField(_("lỗi"), blank=True)

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="notice_newest"),
            models.Index(
                fields=["next_try_at"],
                name="notice_waiting",
                condition=models.Q(sent_at=None, failed_at=None),
            ),
            models.Index(fields=["failed_at"], name="notice_failed", condition=models.Q(failed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        """Without the address: lists say this aloud beside their boxes."""
        return f"{self.get_channel_display()} {timezone.localtime(self.created_at):%H:%M %d/%m/%Y}"
