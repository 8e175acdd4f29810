"""Results and letters made from templates, and the numbers that they take."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.models import Agency, Procedure
from submissions.models.files import Attachment
from submissions.models.officers import Officer
from submissions.models.submissions import Submission


class DossierCounter(models.Model):
    """The last serial of dossier codes given by an agency identifier on one day."""

    identifier = models.CharField(max_length=35)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identifier", "day"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.identifier} {self.day}: {self.last}"


class LetterTemplate(models.Model):
    """The wording of a result or a letter of one procedure, with merge fields of its definition."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="letter_templates", verbose_name=_("thủ tục"))
    name = models.CharField(_("tên mẫu"), max_length=200)
    title = models.CharField(_("tên văn bản"), max_length=300)
    body = models.TextField(_("nội dung"))
    symbol = models.CharField(_("ký hiệu"), max_length=40)  # after the number: 12/GXN-UBND
    signer_title = models.CharField(_("chức vụ người ký"), max_length=120, blank=True)
    is_active = models.BooleanField(_("đang dùng"), default=True)
    updated_at = models.DateTimeField(_("sửa lúc"), auto_now=True)

    class Meta:
        verbose_name = _("mẫu văn bản kết quả")
        verbose_name_plural = _("mẫu văn bản kết quả")
        ordering = ["procedure", "name"]
        constraints = [models.UniqueConstraint(fields=["procedure", "name"], name="letter_template_name_once")]

    def __str__(self) -> str:
        return self.name


class LetterCounter(models.Model):
    """The last number of a series of letters of an agency in one year."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="+")
    symbol = models.CharField(max_length=40)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "symbol", "year"], name="letter_counter_once")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.year}: {self.last}"


class LetterIsIssued(Exception):
    """An issued letter was about to be changed."""


class Letter(models.Model):
    """One issued letter: its number, its words as they were merged, and the file that was made of them. Immutable."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="letters", verbose_name=_("hồ sơ"))
    template = models.ForeignKey(LetterTemplate, models.SET_NULL, null=True, related_name="+", verbose_name=_("mẫu"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    number = models.PositiveIntegerField(_("số"))
    symbol = models.CharField(_("ký hiệu"), max_length=40)
    year = models.PositiveIntegerField(_("năm"))
    content = models.JSONField(_("nội dung"))
    sha256 = models.CharField(_("mã băm nội dung"), max_length=64)
    issued_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("người lập"))
    issued_at = models.DateTimeField(_("lập lúc"))
    attachment = models.OneToOneField(
        Attachment, models.PROTECT, null=True, blank=True, related_name="letter", verbose_name=_("tệp")
    )

    class Meta:
        verbose_name = _("văn bản kết quả")
        verbose_name_plural = _("văn bản kết quả")
        ordering = ["-issued_at"]
        indexes = [models.Index(fields=["-issued_at", "-id"], name="letter_newest")]
        constraints = [
            models.UniqueConstraint(fields=["agency", "symbol", "year", "number"], name="letter_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.number:02d}/{self.symbol}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise LetterIsIssued(str(self))
        super().save(*args, **kwargs)
