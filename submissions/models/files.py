"""Files that came in, that the portal made of them, or that are the result."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import codes
from submissions.models.submissions import Submission


def storage_name(attachment: Any, filename: str) -> str:
    """A random name: nothing of the person's file name or number reaches the storage."""
    return f"attachments/{timezone.now():%Y/%m}/{codes.token()}"


PHOTO = models.Q(content_type__startswith="image/")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def current(self) -> AttachmentQuerySet:
        """Files that count now: not removed by the citizen, not replaced in a supplement."""
        return self.filter(removed_at=None)


class Attachment(models.Model):
    """A file that came in (a paper of the dossier, a file field of the form) or that is the result."""

    class Purpose(models.TextChoices):
        DOCUMENT = "document", _("giấy tờ")
        FIELD = "field", _("tệp trong tờ khai")
        RESULT = "result", _("kết quả")
        AUTHORITY = "authority", _("giấy tờ ủy quyền")
        # Made by the portal: the photos of one paper as one PDF, in order, upright and legible.
        COMBINED = "combined", _("bản ghép từ ảnh")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="attachments", verbose_name=_("hồ sơ"))
    purpose = models.CharField(_("loại"), max_length=10, choices=Purpose.choices, default=Purpose.DOCUMENT)
    key = models.CharField(_("khóa"), max_length=80, blank=True)
    file = models.FileField(upload_to=storage_name, max_length=120)
    name = models.CharField(_("tên tệp"), max_length=255)
    content_type = models.CharField(_("kiểu"), max_length=100)
    size = models.PositiveBigIntegerField(_("kích thước (byte)"))
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField(_("số trang"), null=True, blank=True)
    order = models.PositiveIntegerField(default=0)
    # Files uploaded while answering a supplement stay invisible to officers until it is sent.
    supplement = models.ForeignKey(
        "SupplementRequest", models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    pending = models.BooleanField(default=False)
    # Doubts about a photo: "blurred", "dark". Said to people, never a reason to refuse.
    doubts = models.JSONField(default=list, blank=True)
    # For a combined PDF: the photos that it was made from, [{"pk", "sha256"}].
    made_from = models.JSONField(default=list, blank=True)
    # For a PDF result: what the check of its digital signatures found (submissions/signatures.py).
    signature = models.JSONField(default=dict, blank=True)
    # Photos are kept until the decision; then the stored file goes, the row with its hash stays.
    purged_at = models.DateTimeField(_("đã xóa tệp gốc lúc"), null=True, blank=True)
    uploaded_at = models.DateTimeField(_("tải lên lúc"), default=timezone.now)
    removed_at = models.DateTimeField(_("thay, bỏ lúc"), null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp đính kèm")
        verbose_name_plural = _("tệp đính kèm")
        ordering = ["purpose", "key", "order", "pk"]
        # The few among the many files that are looked through at every tick: results for their signatures, photos
        # whose originals are kept, photos that were replaced.
        indexes = [
            models.Index(fields=["uploaded_at"], name="result_by_time", condition=models.Q(purpose="result")),
            models.Index(fields=["submission", "key"], name="photo_kept", condition=PHOTO & models.Q(purged_at=None)),
            models.Index(
                fields=["submission", "key"],
                name="photo_gone",
                condition=PHOTO & models.Q(removed_at__isnull=False, purged_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type in ("image/jpeg", "image/png")
