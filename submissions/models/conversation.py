"""What citizens and officers say to each other: messages inside a submission, ratings, feedback to the town."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import codes
from procedures.models import Agency
from submissions.models.officers import Officer
from submissions.models.submissions import Submission

RATING_SALT = "submissions.rating"


class Message(models.Model):
    """A line between the citizen and the desk, inside a submission. Never changed, never deleted."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="messages", verbose_name=_("hồ sơ"))
    # Nobody: the citizen wrote it.
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, verbose_name=_("cán bộ"))
    text = models.TextField(_("nội dung"), max_length=2000)
    at = models.DateTimeField(_("lúc"), default=timezone.now)
    read_at = models.DateTimeField(_("đã đọc lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("tin nhắn")
        verbose_name_plural = _("tin nhắn")
        ordering = ["submission", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.submission} {self.at:%d/%m/%Y %H:%M}"

    @property
    def from_citizen(self) -> bool:
        return self.officer_id is None


class Rating(models.Model):
    """How content somebody was with one submission, once, after it was handed over (TT 32/2017 art. 8)."""

    class Grade(models.IntegerChoices):
        VERY_CONTENT = 3, _("Rất hài lòng")
        CONTENT = 2, _("Hài lòng")
        NOT_CONTENT = 1, _("Chưa hài lòng")

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="rating", verbose_name=_("hồ sơ"))
    grade = models.PositiveSmallIntegerField(_("mức hài lòng"), choices=Grade.choices)
    answers = models.JSONField(_("câu hỏi thêm"), default=dict, blank=True)
    words = models.TextField(_("ý kiến"), max_length=2000, blank=True)
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("đánh giá")
        verbose_name_plural = _("đánh giá")
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["at"], name="rating_at"),
            models.Index(fields=["grade", "-at"], name="rating_by_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_grade_display()}"

    @staticmethod
    def token_for(submission: Submission) -> str:
        """What the link in a mail carries: it opens the rating form of this submission and nothing else."""
        return signing.dumps(submission.pk, salt=RATING_SALT)

    @staticmethod
    def named_by(token: str) -> int | None:
        """The key of the submission that a link names; None when it is forged or older than RATING_DAYS."""
        age = datetime.timedelta(days=settings.RATING_DAYS)
        try:
            named = signing.loads(token, salt=RATING_SALT, max_age=age)
        except signing.BadSignature:
            return None
        return named if isinstance(named, int) else None


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def waiting(self) -> FeedbackQuerySet:
        """For the desk to do something about; not what waits for the sender."""
        return self.filter(state__in=[Feedback.State.NEW, Feedback.State.TAKEN])

    def late(self, today: datetime.date) -> FeedbackQuerySet:
        """Not looked at, or not answered, when the day for it has passed."""
        unseen = models.Q(state=Feedback.State.NEW, decide_by__lt=today)
        return self.waiting().filter(unseen | models.Q(due_on__lt=today))

    def to_publish(self) -> FeedbackQuerySet:
        """Answered, and nobody has decided yet to show it to everybody. Complaints are never shown."""
        return self.filter(state=Feedback.State.ANSWERED, published_at=None, publish_by__isnull=False)

    def published(self) -> FeedbackQuerySet:
        """Answered ones that everybody may read, newest first."""
        return self.filter(state=Feedback.State.ANSWERED, published_at__isnull=False).order_by("-published_at", "-pk")


class Feedback(models.Model):
    """A remark, question or complaint to the town, with a clock of its own."""

    class Kind(models.TextChoices):
        REMARK = "remark", _("phản ánh, kiến nghị")
        QUESTION = "question", _("câu hỏi")
        COMPLAINT = "complaint", _("khiếu nại")

    class State(models.TextChoices):
        NEW = "new", _("chờ xem xét")
        TAKEN = "taken", _("đang giải quyết")
        ASKED = "asked", _("chờ người gửi nói rõ thêm")
        REFUSED = "refused", _("không thuộc trách nhiệm giải quyết")
        ANSWERED = "answered", _("đã trả lời")

    # Made by the empty form: the same page sent twice is one row.
    form_key = models.CharField(max_length=40, unique=True, default=codes.token, editable=False)
    reference = models.CharField(_("mã"), max_length=12, unique=True)
    secret = models.CharField(max_length=20, editable=False)
    kind = models.CharField(_("loại"), max_length=12, choices=Kind.choices, default=Kind.REMARK)
    state = models.CharField(_("trạng thái"), max_length=10, choices=State.choices, default=State.NEW)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="feedback", verbose_name=_("gửi đến"))
    submission = models.ForeignKey(
        Submission, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("về hồ sơ")
    )
    # The dossier code or reference as it was typed; `submission` is set when the agency has one of that code.
    about = models.CharField(_("mã hồ sơ đã ghi"), max_length=80, blank=True)
    name = models.CharField(_("họ tên"), max_length=120)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    text = models.TextField(_("nội dung"), max_length=4000)
    more = models.TextField(_("phần nói rõ thêm"), max_length=4000, blank=True)
    at = models.DateTimeField(_("gửi lúc"), default=timezone.now)
    decide_by = models.DateField(_("xem xét trước"))
    ask_by = models.DateField(_("hỏi lại trước"))
    due_on = models.DateField(_("trả lời trước"))
    publish_by = models.DateField(_("công khai trước"), null=True, blank=True)
    question = models.TextField(_("điều cần nói rõ"), blank=True)
    asked_at = models.DateTimeField(_("hỏi lại lúc"), null=True, blank=True)
    answer = models.TextField(_("trả lời"), blank=True)
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    answered_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, verbose_name=_("người trả lời"))
    # Shown to everybody without name and contact, when the town has decided so.
    published_at = models.DateTimeField(_("công khai lúc"), null=True, blank=True)
    published_text = models.TextField(_("nội dung công khai"), max_length=4000, blank=True)
    published_answer = models.TextField(_("trả lời công khai"), max_length=4000, blank=True)
    # Who did what and when: [{"at", "verb", "by", "officer", "note"}], oldest first; only ever appended to.
    history = models.JSONField(_("diễn biến"), default=list, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("phản ánh, kiến nghị")
        verbose_name_plural = _("phản ánh, kiến nghị")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["agency", "state", "due_on"], name="feedback_desk"),
            models.Index(fields=["kind", "at"], name="feedback_kind_at"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("feedback-own", args=[self.reference])

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.NEW, self.State.TAKEN, self.State.ASKED)
