"""What is to be paid for a submission, and every try to pay it. All amounts are whole đồng."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.states import Attempt, Money, Problem, RefundState
from procedures.models import Agency
from submissions.models import Officer, Submission


class Charge(models.Model):
    """The bill of one submission. None exists where nothing was ever to be paid. Only billing writes it.

    The four sums are those of its entries (payments.models.Entry); a test and verify_books hold them together.
    """

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="charge", verbose_name=_("hồ sơ"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan thu"))
    state = models.CharField(_("trạng thái"), max_length=10, choices=Money.choices)
    charged = models.BigIntegerField(_("phải nộp"), default=0)
    waived = models.BigIntegerField(_("miễn"), default=0)
    paid = models.BigIntegerField(_("đã nộp"), default=0)
    refunded = models.BigIntegerField(_("đã hoàn"), default=0)
    # From when it may be paid: receipt, or filing where the procedure says so. Empty: not yet.
    payable_from = models.DateTimeField(_("nộp được từ"), null=True, blank=True)
    created_at = models.DateTimeField(_("lập lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("khoản phải nộp")
        verbose_name_plural = _("khoản phải nộp")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["agency", "state", "-created_at"], name="charge_list")]

    def __str__(self) -> str:
        return str(self.submission)

    @property
    def due(self) -> int:
        """Still to be paid in đồng; below nothing: to be refunded. Means little while the state is UNSET."""
        return self.charged - self.waived - self.paid + self.refunded

    @property
    def too_much(self) -> int:
        """What is to be given back in đồng."""
        return max(-self.due, 0)

    @property
    def is_payable(self) -> bool:
        return self.state == Money.DUE and self.payable_from is not None


class ChargeLine(models.Model):
    """One line of the bill, copied from the fee case of the revision at filing; later edits there never touch it."""

    class Kind(models.TextChoices):
        PHI = "phi", _("phí")
        LE_PHI = "le_phi", _("lệ phí")
        POSTAGE = "postage", _("cước bưu chính")

    charge = models.ForeignKey(Charge, models.CASCADE, related_name="lines")
    order = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("loại"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("khoản thu"), max_length=300)
    unit = models.CharField(_("đơn vị tính"), max_length=120, blank=True)
    # đồng for one unit; None: the officer sets it.
    unit_amount = models.BigIntegerField(_("mức thu"), null=True, blank=True)
    # None: the officer counts (pages, copies …) or judges (the condition is words only).
    quantity = models.PositiveIntegerField(_("số lượng"), null=True, blank=True)
    condition = models.CharField(_("điều kiện"), max_length=500, blank=True)
    exemption = models.CharField(_("đối tượng được miễn"), max_length=500, blank=True)
    amount_checked = models.BooleanField(default=True)
    # Exempt, in whole or in part; reason and paper stand in the entry.
    waived = models.BigIntegerField(_("miễn"), default=0)

    class Meta:
        verbose_name = _("dòng thu")
        verbose_name_plural = _("dòng thu")
        ordering = ["charge", "order"]
        constraints = [models.UniqueConstraint(fields=["charge", "order"], name="charge_line_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> int | None:
        """đồng; None while something has to be set."""
        if self.quantity == 0:
            return 0
        if self.unit_amount is None or self.quantity is None:
            return None
        return self.unit_amount * self.quantity


class PaymentAttempt(models.Model):
    """One try to pay, by whatever way. Settled by a notice, a query, a statement line or a cashier, never a browser."""

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="attempts", verbose_name=_("khoản phải nộp"))
    number = models.PositiveIntegerField(_("lượt"))
    gateway = models.CharField(_("cách nộp"), max_length=20)  # a key of payments.gateways.GATEWAYS
    # What the other side calls it (vnp_TxnRef): letters, digits and one hyphen.
    reference = models.CharField(_("mã lượt nộp"), max_length=40, unique=True)
    amount = models.BigIntegerField(_("số tiền"))  # asked for
    state = models.CharField(_("trạng thái"), max_length=10, choices=Attempt.choices, default=Attempt.STARTED)
    received = models.BigIntegerField(_("tiền đã đến"), default=0)  # what really came
    refunded = models.BigIntegerField(_("đã hoàn"), default=0)
    problem = models.CharField(_("vướng mắc"), max_length=10, choices=Problem.choices, blank=True)
    created_at = models.DateTimeField(_("bắt đầu lúc"), default=timezone.now)
    expires_at = models.DateTimeField(_("hết giờ lúc"), null=True, blank=True)
    settled_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # of the other side, by the reconcile query
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người thu")
    )
    # The other side's own number and what it said: bank, card type, pay date, response code.
    provider_number = models.CharField(_("mã giao dịch"), max_length=60, blank=True)
    said = models.JSONField(default=dict, blank=True)
    is_test = models.BooleanField(_("thử nghiệm"), default=False)

    class Meta:
        verbose_name = _("lượt nộp tiền")
        verbose_name_plural = _("lượt nộp tiền")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["charge", "number"], name="attempt_number_once")]
        indexes = [
            models.Index(fields=["created_at"], name="attempt_open", condition=models.Q(state=Attempt.STARTED)),
            models.Index(fields=["officer", "settled_at"], name="attempt_cash"),
        ]

    def __str__(self) -> str:
        return self.reference


class Refund(models.Model):
    """Money that goes back, in full or in part, never more than an attempt brought in."""

    class Way(models.TextChoices):
        GATEWAY = "gateway", _("qua cổng thanh toán")
        CASH = "cash", _("tiền mặt tại quầy")
        TRANSFER = "transfer", _("chuyển khoản")

    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, related_name="refunds", verbose_name=_("lượt nộp"))
    way = models.CharField(_("cách hoàn"), max_length=10, choices=Way.choices)
    amount = models.BigIntegerField(_("số tiền"))
    reason = models.CharField(_("lý do"), max_length=300)
    state = models.CharField(_("trạng thái"), max_length=10, choices=RefundState.choices, default=RefundState.ASKED)
    request_id = models.CharField(max_length=32, unique=True)
    asked_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("người yêu cầu"))
    asked_at = models.DateTimeField(_("yêu cầu lúc"), default=timezone.now)
    done_at = models.DateTimeField(_("hoàn xong lúc"), null=True, blank=True)
    provider_number = models.CharField(_("mã giao dịch"), max_length=60, blank=True)
    # The outbox of refunds by a gateway.
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(_("số lần gửi"), default=0)
    error = models.TextField(_("lỗi"), blank=True)

    class Meta:
        verbose_name = _("lần hoàn tiền")
        verbose_name_plural = _("các lần hoàn tiền")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="refund_waiting",
                condition=models.Q(state__in=[RefundState.ASKED, RefundState.SENT]),
            )
        ]

    def __str__(self) -> str:
        return self.request_id
