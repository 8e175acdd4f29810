"""Submissions with their files, requests, events and notices, and the officers who work on them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.lib import codes, text
from procedures.models import Agency, Procedure, ProcedureRevision
from submissions.states import FINAL_STATES, WORDINGS, Role, Stage, State, Wording


def storage_name(attachment: Any, filename: str) -> str:
    """A random name: nothing of the person's file name or number reaches the storage."""
    return f"attachments/{timezone.now():%Y/%m}/{codes.token()}"


def paper_name(paper: Any, filename: str) -> str:
    return f"papers/{timezone.now():%Y/%m}/{codes.token()}"


class Officer(models.Model):
    """A member of staff at one agency, with the roles held there."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("tài khoản"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="officers", verbose_name=_("cơ quan"))
    roles = models.JSONField(_("vai trò"), default=list)
    is_active = models.BooleanField(_("đang làm việc"), default=True)

    class Meta:
        verbose_name = _("cán bộ")
        verbose_name_plural = _("cán bộ")
        ordering = ["agency", "pk"]

    def __str__(self) -> str:
        return str(self.user)

    def has_role(self, *roles: str) -> bool:
        return self.is_active and any(r in self.roles for r in roles)

    @cached_property
    def scope(self) -> set[int]:
        """Keys of the agencies whose submissions this officer may see."""
        return self.agency.scope()

    @property
    def role_labels(self) -> str:
        return ", ".join(str(Role(r).label) for r in self.roles if r in Role.values)


# Large columns of the rows around a submission: kept by digest (ProcedureRevision.spec) or not needed.
HEAVY = ("procedure__search_text", *(f"revision__{name}" for name in ProcedureRevision.DOCUMENT), "agency__content")


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def with_context(self, *more: str) -> SubmissionQuerySet:
        """Procedure, revision and agency come along, without their large columns; so do the relations in `more`."""
        return self.select_related("procedure", "revision", "agency", *more).defer(*HEAVY)

    def filed(self) -> SubmissionQuerySet:
        return self.exclude(state=State.DRAFT)

    def drafts(self) -> SubmissionQuerySet:
        return self.filter(state=State.DRAFT)

    def visible_to(self, officer: Officer | None) -> SubmissionQuerySet:
        """Filed submissions of the officer's own agency; nothing for anybody else."""
        if officer is None or not officer.is_active:
            return self.none()
        return self.filed().filter(agency__in=officer.scope)


class Submission(models.Model):
    """A file of a citizen (hồ sơ), from the first draft to the hand-over. Only the workflow writes its state."""

    class Channel(models.TextChoices):
        ONLINE = "online", _("trực tuyến")
        COUNTER = "counter", _("trực tiếp")
        POST = "post", _("bưu chính")

    class DeliveryWay(models.TextChoices):
        COUNTER = "counter", _("đến nhận tại bộ phận một cửa")
        POST = "post", _("nhận qua bưu điện")
        ONLINE = "online", _("nhận bản điện tử trên cổng")

    draft_key = models.CharField(max_length=40, unique=True, default=codes.token, editable=False)
    reference = models.CharField(_("mã tra cứu"), max_length=12, unique=True, null=True, blank=True)
    tracking_secret = models.CharField(max_length=20, blank=True, editable=False)
    dossier_code = models.CharField(_("mã hồ sơ"), max_length=60, unique=True, null=True, blank=True)
    state = models.CharField(_("trạng thái"), max_length=20, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0)

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="submissions", verbose_name=_("thủ tục"))
    revision = models.ForeignKey(ProcedureRevision, models.PROTECT, verbose_name=_("bản công bố"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="submissions", verbose_name=_("cơ quan"))
    channel = models.CharField(_("kênh nộp"), max_length=10, choices=Channel.choices, default=Channel.ONLINE)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("tài khoản")
    )

    # What was typed, step by step and unchecked: {"applicant": {name: [values]}, "form": …, "delivery": …}
    typed = models.JSONField(default=dict, blank=True)
    # What was filed: checked, typed values by field key, hidden fields left out.
    answers = models.JSONField(_("nội dung khai"), default=dict, blank=True)

    applicant_name = models.CharField(_("người nộp"), max_length=120, blank=True)
    applicant_id_number = models.CharField(_("số căn cước"), max_length=30, blank=True)
    applicant_phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    applicant_email = models.EmailField(_("thư điện tử"), blank=True)
    applicant_address = models.CharField(_("địa chỉ"), max_length=300, blank=True)
    filed_for_other = models.BooleanField(_("nộp thay người khác"), default=False)
    owner_name = models.CharField(_("chủ hồ sơ"), max_length=120, blank=True)
    owner_relation = models.CharField(_("quan hệ với chủ hồ sơ"), max_length=120, blank=True)
    owner_id_number = models.CharField(_("số căn cước của chủ hồ sơ"), max_length=30, blank=True)
    owner_address = models.CharField(_("địa chỉ của chủ hồ sơ"), max_length=300, blank=True)
    # What shows that the representative may act (power of attorney, birth certificate …), in words.
    authority = models.CharField(_("giấy tờ ủy quyền"), max_length=300, blank=True)

    delivery = models.CharField(
        _("cách nhận kết quả"), max_length=10, choices=DeliveryWay.choices, default=DeliveryWay.COUNTER
    )
    delivery_name = models.CharField(_("người nhận"), max_length=120, blank=True)
    delivery_phone = models.CharField(_("điện thoại người nhận"), max_length=20, blank=True)
    delivery_address = models.CharField(_("địa chỉ nhận"), max_length=300, blank=True)

    # Paper that came to the counter or by post, ticked by reception: [{key, originals, certified, copies}].
    papers_in = models.JSONField(_("giấy tờ đã nhận bản giấy"), default=list, blank=True)
    # The officer who typed the file in at the counter; nobody for what citizens file themselves.
    entered_by = models.ForeignKey(
        Officer, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("người nhập")
    )
    # Filed on an unpublished revision to try it: marked everywhere, counted nowhere, wiped nightly.
    is_rehearsal = models.BooleanField(_("hồ sơ thử"), default=False)

    # Fee lines as they were at filing: [{name, kind, amount, unit, exemption}], amounts in đồng.
    fees = models.JSONField(_("phí, lệ phí"), default=list, blank=True)

    created_at = models.DateTimeField(_("tạo lúc"), default=timezone.now, editable=False)
    saved_at = models.DateTimeField(_("lưu lần cuối"), default=timezone.now)
    submitted_at = models.DateTimeField(_("nộp lúc"), null=True, blank=True)
    received_at = models.DateTimeField(_("tiếp nhận lúc"), null=True, blank=True)
    original_due_on = models.DateField(_("hẹn trả lần đầu"), null=True, blank=True)
    due_on = models.DateField(_("hẹn trả"), null=True, blank=True)
    extended_at = models.DateTimeField(_("đã hẹn lại lúc"), null=True, blank=True)
    finished_at = models.DateTimeField(_("có kết quả lúc"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("trả kết quả lúc"), null=True, blank=True)
    handed_over_how = models.CharField(_("cách trả"), max_length=10, choices=DeliveryWay.choices, blank=True)
    closed_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True)

    assignee = models.ForeignKey(
        Officer, models.SET_NULL, null=True, blank=True, related_name="submissions", verbose_name=_("phụ trách")
    )
    reason = models.TextField(_("lý do"), blank=True)
    result_note = models.TextField(_("ghi chú kết quả"), blank=True)
    search_text = models.TextField(editable=False, default="")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("hồ sơ")
        verbose_name_plural = _("hồ sơ")
        ordering = ["-submitted_at", "-pk"]
        indexes = [
            models.Index(fields=["agency", "state", "submitted_at"]),
            models.Index(fields=["agency", "state", "due_on"]),
            models.Index(fields=["assignee", "state"]),
            models.Index(fields=["state", "saved_at"]),
            models.Index(fields=["-submitted_at", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=State.DRAFT) | models.Q(reference__isnull=False),
                name="filed_has_reference",
            )
        ]

    def __str__(self) -> str:
        return self.dossier_code or self.reference or str(_("bản nháp"))

    def get_absolute_url(self) -> str:
        return reverse("submission", args=[self.reference])

    @property
    def wording(self) -> Wording:
        return WORDINGS[State(self.state)]

    @property
    def is_final(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def owner(self) -> str:
        """Whose matter it is: the person it is filed for, else the applicant."""
        return self.owner_name if self.filed_for_other and self.owner_name else self.applicant_name

    @cached_property
    def open_request(self) -> SupplementRequest | None:
        """The supplement request that waits for the citizen, if any."""
        if self.state != State.AWAITING_SUPPLEMENT:
            return None
        return self.supplement_requests.filter(answered_at=None).order_by("-round").first()

    def make_search_text(self) -> str:
        """Everything that staff search by, folded: codes, names, number, phone."""
        parts = (
            self.reference,
            self.dossier_code,
            self.applicant_name,
            self.owner_name,
            self.applicant_id_number,
            self.applicant_phone,
        )
        return text.fold(" ".join(p for p in parts if p))


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

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type in ("image/jpeg", "image/png")


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
            models.Index(
                fields=["next_try_at"],
                name="notice_waiting",
                condition=models.Q(sent_at=None, failed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}"


class DossierCounter(models.Model):
    """The last serial of dossier codes given by an agency identifier on one day."""

    identifier = models.CharField(max_length=35)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identifier", "day"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.identifier} {self.day}: {self.last}"


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
        SUPPLEMENT = "supplement", _("phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
        REFUSAL = "refusal", _("phiếu từ chối tiếp nhận, thông báo không giải quyết")
        EXTENSION = "extension", _("văn bản xin lỗi và hẹn lại ngày trả kết quả")
        STOP = "stop", _("thông báo dừng giải quyết hồ sơ")
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
        constraints = [
            models.UniqueConstraint(fields=["agency", "symbol", "year", "number"], name="letter_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.symbol}"
