"""The bill of a submission in the words of the person who pays it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from payments.gateways import GATEWAYS, Gateway, offered
from payments.models import Charge, ChargeLine, PaymentAttempt, Refund
from payments.shown.tries import Told, way_is
from payments.states import Attempt, Money, RefundState
from portal.templatetags.portal import vnd
from procedures.models import Procedure
from submissions.models import Submission
from submissions.states import FINAL_STATES, State


@dataclass(frozen=True)
class Bill:
    """A charge with everything that its pages show; one query for each of lines, tries and refunds."""

    charge: Charge
    submission: Submission

    @cached_property
    def told(self) -> Told:
        return SAID[Money(self.charge.state)](self)

    @property
    def is_payable(self) -> bool:
        return self.charge.is_payable

    @property
    def may_change(self) -> bool:
        """Who is exempt should say so now, before paying."""
        return self.charge.state in (Money.UNSET, Money.DUE)

    @property
    def rest(self) -> int | None:
        """đồng still to be paid, where the lines above do not say it already."""
        is_plain = len(self.lines) == 1 and not self.charge.waived and not self.kept
        return self.charge.due if self.charge.state == Money.DUE and not is_plain else None

    @property
    def waived_beside(self) -> int:
        """đồng that were waived of the whole, not of a line."""
        return self.charge.waived - sum(line.waived for line in self.lines)

    @cached_property
    def lines(self) -> list[ChargeLine]:
        """What the officer has judged not to apply is not shown."""
        return [line for line in self.charge.lines.all() if line.quantity != 0]

    @cached_property
    def tries(self) -> list[PaymentAttempt]:
        """Newest first."""
        return list(self.charge.attempts.order_by("-number"))

    @property
    def received(self) -> list[PaymentAttempt]:
        return [a for a in reversed(self.tries) if a.state == Attempt.PAID]

    @cached_property
    def refunds(self) -> list[Refund]:
        rows = Refund.objects.filter(attempt__charge=self.charge).select_related("attempt")
        return list(rows.order_by("asked_at", "pk"))

    @cached_property
    def ways(self) -> list[Gateway]:
        return offered(self.charge) if self.is_payable else []

    @property
    def is_test(self) -> bool:
        """Is any money of this bill make-believe?"""
        return any(way.is_test for way in self.ways) or any(a.is_test for a in self.received)

    @property
    def kept(self) -> int:
        """đồng that came in and did not go back."""
        return self.charge.paid - self.charge.refunded

    @property
    def has_ended(self) -> bool:
        return self.submission.state in FINAL_STATES and self.submission.state != State.HANDED_OVER


def of(submission: Submission) -> Bill | None:
    """None where nothing was ever to be paid; then without a query."""
    if not submission.money:
        return None
    charge = Charge.objects.filter(submission=submission).first()
    return Bill(charge, submission) if charge is not None else None


def latest_redirect(bill: Bill) -> PaymentAttempt | None:
    """The newest try at a gateway that people are sent to."""
    return next((a for a in bill.tries if way_is(a, "redirect")), None)


def open_transfer(bill: Bill) -> PaymentAttempt | None:
    """The transfer that was chosen and is for what is due now."""
    if not bill.is_payable:
        return None
    rows = (a for a in bill.tries if a.state == Attempt.STARTED and way_is(a, "transfer"))
    return next((a for a in rows if a.amount == bill.charge.due), None)


def way_of(attempt: PaymentAttempt) -> str:
    """How it was paid, in words."""
    way = GATEWAYS.get(attempt.gateway)
    return str(way.label) if way is not None else attempt.gateway


# --- how the money stands ------------------------------------------------------------------------


def _unset(_bill: Bill) -> Told:
    means = _("Có khoản cán bộ phải đếm hoặc xét mới biết mức thu. Bạn chưa phải nộp gì; cổng báo khi có mức thu.")
    return Told(_("Chờ cán bộ xác định mức thu."), means, "info")


def _due(bill: Bill) -> Told:
    amount = vnd(bill.charge.due)
    if not bill.is_payable:
        means = _("Chưa phải nộp bây giờ: nộp sau khi cơ quan tiếp nhận hồ sơ. Cổng báo cho bạn khi đến lúc.")
        return Told(_("Bạn sẽ nộp %s.") % amount, means, "info")
    if bill.kept > 0:
        means = _("Đã nhận %s. Bạn nộp nốt phần còn lại theo một trong các cách dưới đây.") % vnd(bill.kept)
        return Told(_("Bạn còn thiếu %s.") % amount, means, "warning")
    return Told(_("Bạn cần nộp %s.") % amount, _why_now(bill.submission), "warning")


def _why_now(submission: Submission) -> str:
    if submission.procedure.pay_when == Procedure.PayWhen.BEFORE_RECEIPT and submission.state == State.SUBMITTED:
        return _("Cơ quan tiếp nhận hồ sơ khi bạn đã nộp đủ.")
    if submission.state == State.RESULT_READY:
        return _("Kết quả đã có. Nộp đủ thì bạn nhận được kết quả.")
    return _("Bạn nộp lúc nào cũng được, trước khi nhận kết quả.")


def _paid(bill: Bill) -> Told:
    return Told(_("Đã nộp đủ %s.") % vnd(bill.kept), _("Bạn không phải nộp gì thêm."), "ok")


def _waived(bill: Bill) -> Told:
    charge = bill.charge
    if charge.refunded:
        return Told(_("Đã hoàn lại %s.") % vnd(charge.refunded), _("Bạn không phải nộp gì thêm."), "ok")
    if bill.has_ended:
        return Told(_("Bạn không phải nộp tiền nữa."), _("Hồ sơ đã kết thúc, khoản chưa nộp đã được bỏ."), "neutral")
    if not charge.charged:
        return Told(_("Bạn không phải nộp khoản nào."), _("Cán bộ đã xét: hồ sơ này không phải nộp tiền."), "ok")
    return Told(_("Bạn được miễn %s.") % vnd(charge.waived), _("Bạn không phải nộp gì."), "ok")


def _refund(bill: Bill) -> Told:
    means = REFUNDING[_refund_state(bill.refunds)]
    return Told(_("Bạn sẽ được hoàn %s.") % vnd(-bill.charge.due), str(means()), "info")


def _refund_state(refunds: list[Refund]) -> str:
    """Of the latest refund that is not finished; empty when none has been asked for."""
    return next((r.state for r in reversed(refunds) if r.state != RefundState.DONE), "")


REFUNDING: Mapping[str, Callable[[], str]] = {
    "": lambda: _("Bạn chưa cần làm gì: cán bộ sẽ liên hệ để hoàn tiền cho bạn."),
    RefundState.ASKED: lambda: _("Cán bộ đã lập yêu cầu hoàn tiền. Bạn không phải làm gì."),
    RefundState.SENT: lambda: _("Đã gửi yêu cầu hoàn tiền. Ngân hàng thường trả lại trong 3 đến 7 ngày làm việc."),
    RefundState.FAILED: lambda: _("Lần hoàn vừa rồi không thành công. Cán bộ sẽ liên hệ để hoàn bằng cách khác."),
}
SAID: Mapping[Money, Callable[[Bill], Told]] = {
    Money.UNSET: _unset,
    Money.DUE: _due,
    Money.PAID: _paid,
    Money.WAIVED: _waived,
    Money.REFUND: _refund,
}
# While the office works the person has nothing to do but to pay.
QUIET = (State.SUBMITTED, State.RECEIVED, State.IN_PROGRESS, State.AWAITING_APPROVAL)


def to_do(bill: Bill, todo: str) -> str:
    """What to do about the submission (`todo`) together with the money."""
    if not bill.is_payable:
        return todo
    pay = _("Nộp %s; cách nộp ở mục “Tiền phải nộp” dưới đây.") % vnd(bill.charge.due)
    if bill.submission.state in QUIET:
        return pay
    if bill.submission.state == State.RESULT_READY:
        return pay + " " + _("Nộp đủ thì bạn nhận được kết quả.")
    return f"{todo} {pay}"
