"""What citizens and officers say to each other: messages inside a submission, ratings, feedback to the town."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedures.models import Agency
from submissions.models.officers import Officer
from submissions.models.submissions import Submission


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

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_grade_display()}"


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

    reference = models.CharField(_("mã"), max_length=12, unique=True)
    secret = models.CharField(max_length=20, editable=False)
    kind = models.CharField(_("loại"), max_length=12, choices=Kind.choices, default=Kind.REMARK)
    state = models.CharField(_("trạng thái"), max_length=10, choices=State.choices, default=State.NEW)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="feedback", verbose_name=_("gửi đến"))
    submission = models.ForeignKey(
        Submission, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("về hồ sơ")
    )
    name = models.CharField(_("họ tên"), max_length=120)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    text = models.TextField(_("nội dung"), max_length=4000)
    more = models.TextField(_("phần nói rõ thêm"), max_length=4000, blank=True)
    at = models.DateTimeField(_("gửi lúc"), default=timezone.now)
    decide_by = models.DateField(_("xem xét trước"))
    due_on = models.DateField(_("trả lời trước"))
    question = models.TextField(_("điều cần nói rõ"), blank=True)
    asked_at = models.DateTimeField(_("hỏi lại lúc"), null=True, blank=True)
    answer = models.TextField(_("trả lời"), blank=True)
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    answered_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, verbose_name=_("người trả lời"))
    # Shown to everybody without name and contact, when the town has decided so.
    published_at = models.DateTimeField(_("công khai lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("phản ánh, kiến nghị")
        verbose_name_plural = _("phản ánh, kiến nghị")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["agency", "state", "due_on"], name="feedback_desk")]

    def __str__(self) -> str:
        return self.reference
