"""A submission: what was filed, by whom, and how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.lib import codes, text
from procedures.models import Agency, Procedure, ProcedureRevision
from submissions.models.officers import Officer
from submissions.states import FINAL_STATES, OPEN_STATES, WORDINGS, Money, State, Wording

if TYPE_CHECKING:
    from submissions.models.rounds import SupplementRequest

# Large columns of the rows around a submission: kept by digest (ProcedureRevision.spec) or not needed.
HEAVY = ("procedure__search_text", *(f"revision__{name}" for name in ProcedureRevision.DOCUMENT), "agency__content")

# Conditions of partial indexes, as queries say them: what is filed(), and what of it is on somebody's desk.
FILED = models.Q(is_rehearsal=False) & ~models.Q(state=State.DRAFT)
OPEN = models.Q(state__in=(*OPEN_STATES, State.RESULT_READY))


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def with_context(self, *more: str) -> SubmissionQuerySet:
        """Procedure, revision and agency come along, without their large columns; so do the relations in `more`."""
        return self.select_related("procedure", "revision", "agency", *more).defer(*HEAVY)

    def sent(self) -> SubmissionQuerySet:
        """No drafts; rehearsals too. For getters that look at the single row; everything else asks filed()."""
        return self.exclude(state=State.DRAFT)

    def filed(self) -> SubmissionQuerySet:
        """What counts: sent by somebody who meant it."""
        return self.sent().filter(is_rehearsal=False)

    def drafts(self) -> SubmissionQuerySet:
        return self.filter(state=State.DRAFT, is_rehearsal=False)

    def rehearsals(self) -> SubmissionQuerySet:
        """Filings on an unpublished form to try it, drafts or sent."""
        return self.filter(is_rehearsal=True)

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

    class PaidHow(models.TextChoices):
        CASH = "cash", _("tiền mặt tại quầy")
        TRANSFER = "transfer", _("chuyển khoản")
        GATEWAY = "gateway", _("thanh toán trực tuyến")

    draft_key = models.CharField(max_length=40, unique=True, default=codes.token, editable=False)
    reference = models.CharField(_("mã tra cứu"), max_length=12, unique=True, null=True, blank=True)
    tracking_secret = models.CharField(max_length=20, blank=True, editable=False)
    dossier_code = models.CharField(_("mã hồ sơ"), max_length=60, unique=True, null=True, blank=True)
    state = models.CharField(_("trạng thái"), max_length=20, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0)

    # Of three keys no index of their own: one in Meta begins with them.
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="submissions", db_index=False, verbose_name=_("thủ tục")
    )
    revision = models.ForeignKey(ProcedureRevision, models.PROTECT, verbose_name=_("bản công bố"))
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="submissions", db_index=False, verbose_name=_("cơ quan")
    )
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

    # Paper that came to the counter or by post, ticked by reception: [{key, originals, certified, copies, note}];
    # `seen` instead of counts where a paper is only shown.
    papers_in = models.JSONField(_("giấy tờ đã nhận bản giấy"), default=list, blank=True)
    # Sets of paper that came in; empty for what citizens file themselves.
    sets = models.PositiveSmallIntegerField(_("số bộ hồ sơ"), null=True, blank=True)
    # The officer who typed the file in at the counter; nobody for what citizens file themselves.
    entered_by = models.ForeignKey(
        Officer, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("người nhập")
    )
    # Filed on an unpublished revision to try it: marked everywhere, counted nowhere, wiped nightly.
    is_rehearsal = models.BooleanField(_("hồ sơ thử"), default=False)

    # Fee lines as they were at filing: [{name, kind, amount, unit, exemption}], amounts in đồng.
    fees = models.JSONField(_("phí, lệ phí"), default=list, blank=True)

    # How the money stands, written by workflow.record_money() for the app that keeps the charge. `owed` in đồng, None
    # while an amount is not known yet.
    money = models.CharField(_("tiền phải nộp"), max_length=10, choices=Money.choices, blank=True)
    owed = models.BigIntegerField(_("còn phải nộp"), null=True, blank=True, default=0)
    paid_how = models.CharField(_("cách nộp tiền"), max_length=10, choices=PaidHow.choices, blank=True)

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

    # The answer to an online filing: until when (REPLY_WORKING_HOURS), when the first answer came, and whether it
    # ever came too late. An intake supplement starts a new round; `reply_missed` stays.
    reply_by = models.DateTimeField(_("trả lời trước"), null=True, blank=True)
    replied_at = models.DateTimeField(_("đã trả lời lúc"), null=True, blank=True)
    reply_missed = models.BooleanField(_("trả lời trễ"), default=False)
    # What lists and figures ask, written by the workflow with the event it follows from.
    is_back = models.BooleanField(_("vừa bổ sung"), default=False)  # the last transition was a supplement
    rounds = models.PositiveSmallIntegerField(_("số lần yêu cầu bổ sung"), default=0)
    asked_at = models.DateTimeField(_("đang chờ bổ sung từ"), null=True, blank=True)  # of the open request
    # The end of processing: result, refusal to settle, stop, or withdrawal once received (QĐ 766/QĐ-TTg).
    ended_on = models.DateField(_("giải quyết xong ngày"), null=True, blank=True)
    # The oldest message of the citizen that no officer has read.
    unread_since = models.DateTimeField(_("tin nhắn chưa đọc từ"), null=True, blank=True)

    assignee = models.ForeignKey(
        Officer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="submissions",
        db_index=False,
        verbose_name=_("phụ trách"),
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
            # The work list: of one state, all of a unit (several units: the one after), of a procedure.
            models.Index(fields=["agency", "state", "submitted_at"]),
            models.Index(fields=["agency", "-submitted_at", "-id"], name="sub_newest", condition=FILED),
            models.Index(fields=["-submitted_at", "-id"]),
            models.Index(fields=["procedure", "agency", "-submitted_at"], name="sub_procedure"),
            # The queues: a few thousand rows however many are closed.
            models.Index(fields=["agency", "state", "due_on"], name="sub_open", condition=OPEN),
            models.Index(fields=["assignee"], name="sub_open_held", condition=OPEN),
            models.Index(fields=["agency"], name="sub_unread", condition=models.Q(unread_since__isnull=False)),
            models.Index(fields=["assignee", "-submitted_at", "-id"], name="sub_held"),
            models.Index(fields=["saved_at"], name="sub_drafts", condition=models.Q(state=State.DRAFT)),
            # Figures: what came in and what ended in a period, what is open by due day, what ended unreceived.
            models.Index(fields=["received_at"], name="sub_received"),
            models.Index(fields=["ended_on"], name="sub_ended", condition=models.Q(ended_on__isnull=False)),
            models.Index(
                fields=["due_on", "id"],
                name="sub_open_due",
                condition=models.Q(ended_on=None, received_at__isnull=False),
            ),
            models.Index(
                fields=["closed_at"],
                name="sub_unreceived_end",
                condition=models.Q(received_at=None, closed_at__isnull=False),
            ),
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
        """Everything that staff search by, in the form that worklist.search asks for."""
        names = (self.applicant_name, self.owner_name)
        numbers = (self.reference, self.dossier_code, self.applicant_id_number, self.applicant_phone)
        return text.searchable(names, numbers)
