"""Money at the desk: who may do what with a submission's charge now, and what each problem asks of an officer.

Only questions; billing does it, and asks again under the lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from payments import gateways
from payments.models import Charge, PaymentAttempt, Refund
from payments.states import Money, Problem, RefundState
from procedures.models import Agency
from submissions import notices
from submissions.models import Officer
from submissions.states import Role

RECEPTION, SPECIALIST, LEADER, CASHIER = Role.RECEPTION, Role.SPECIALIST, Role.LEADER, Role.CASHIER
AMOUNTS, EXEMPT, WAIVE, CASH, REFUND = "muc-thu", "mien", "khong-thu", "tien-mat", "hoan-tien"
# Lists of money say who pays for what: for those who have to do with it.
READERS = (RECEPTION, LEADER, CASHIER)
BOOK_READERS = (LEADER, CASHIER)


@dataclass(frozen=True)
class Act:
    """What can be done with a charge: one page each. `why_not` is a sentence, empty when it is possible."""

    key: str
    roles: tuple[Role, ...]
    button: Any
    explain: Any
    why_not: Callable[[Charge], Any]


def _sets(charge: Charge) -> Any:
    if charge.submission.is_final:
        return _("Hồ sơ đã kết thúc nên mức thu không đổi được nữa.")
    if charge.state in (Money.PAID, Money.REFUND):
        return _("Hồ sơ đã có tiền nộp nên mức thu không đổi được nữa. Nếu thu thừa, bạn hoàn lại phần thừa.")
    return ""


def _waives(charge: Charge) -> Any:
    if charge.state == Money.UNSET or charge.charged > charge.waived:
        return ""
    return _("Hồ sơ không còn khoản nào để miễn hoặc không thu.")


def _takes(charge: Charge) -> Any:
    if charge.state == Money.UNSET:
        return _("Chưa xác định mức thu nên chưa thu tiền được. Bạn hãy xác định mức thu trước.")
    if charge.state != Money.DUE:
        return _("Hồ sơ không còn khoản nào chưa nộp.")
    if charge.payable_from is None:
        return _("Hồ sơ chưa được tiếp nhận nên chưa thu tiền. Bạn hãy thu sau khi tiếp nhận.")
    return ""


def _gives_back(charge: Charge) -> Any:
    if charge.paid > charge.refunded:
        return ""
    return _("Hồ sơ không còn khoản tiền nào đã nộp để hoàn lại.")


ACTS: tuple[Act, ...] = (
    Act(CASH, (CASHIER,), _("Thu tiền mặt"), _("Ghi số tiền đã nhận và in phiếu xác nhận thanh toán."), _takes),
    Act(AMOUNTS, (RECEPTION, SPECIALIST, CASHIER), _("Xác định mức thu"),
        _("Ghi mức thu và số lượng của từng khoản."), _sets),
    Act(EXEMPT, (RECEPTION, SPECIALIST, CASHIER), _("Miễn"),
        _("Miễn một khoản cho người thuộc đối tượng được miễn, kèm giấy tờ chứng minh."), _waives),
    Act(WAIVE, (LEADER,), _("Không thu"), _("Lãnh đạo quyết định không thu, kèm lý do."), _waives),
    Act(REFUND, (CASHIER,), _("Hoàn tiền"), _("Trả lại tiền đã nộp, toàn bộ hoặc một phần."), _gives_back),
)  # fmt: skip
BY_KEY = {act.key: act for act in ACTS}

# Luật Phí và lệ phí số 97/2015/QH13, điều 10; which fee is waived for whom is for the provincial People's Council.
EXEMPT_GROUPS: tuple[tuple[str, Any], ...] = (
    ("child", _("Trẻ em")),
    ("poor", _("Hộ nghèo")),
    ("elderly", _("Người cao tuổi")),
    ("disabled", _("Người khuyết tật")),
    ("merit", _("Người có công với cách mạng")),
    ("minority", _("Đồng bào dân tộc thiểu số ở xã có điều kiện kinh tế – xã hội đặc biệt khó khăn")),
)


# --- who may -------------------------------------------------------------------------------------


def handles_cash(officer: Officer, agency: Agency) -> bool:
    """Takes and returns money: the cashiers, and reception as settings.CASH_BY_RECEPTION says."""
    if officer.has_role(CASHIER):
        return True
    if settings.CASH_BY_RECEPTION == "never" or not officer.has_role(RECEPTION):
        return False
    return settings.CASH_BY_RECEPTION == "always" or not notices.officers_with(agency, CASHIER)


def may(officer: Officer, act: Act, agency: Agency) -> bool:
    """By role alone; how the money stands is not looked at."""
    return handles_cash(officer, agency) if act.key in (CASH, REFUND) else officer.has_role(*act.roles)


def acts_for(officer: Officer, charge: Charge) -> list[Act]:
    """What this officer may do with the charge now, what comes first on top."""
    agency = charge.submission.agency
    return [act for act in ACTS if not act.why_not(charge) and may(officer, act, agency)]


def charges_of(officer: Officer) -> QuerySet[Charge]:
    """The charges of the officer's own agency."""
    return Charge.objects.filter(agency__in=officer.scope) if officer.is_active else Charge.objects.none()


def way_words(gateway: str) -> Any:
    """How an attempt is paid, as officers say it."""
    known = gateways.GATEWAYS.get(gateway)
    return known.label if known is not None else gateway


# --- what is wrong -------------------------------------------------------------------------------

PROBLEMS: dict[str, Any] = {
    Problem.LATE: _("Tiền đến khi lượt nộp đã quá giờ hoặc đã hủy. Nếu hồ sơ nộp thừa, bạn hoàn lại phần thừa."),
    Problem.DOUBLE: _("Người nộp đã trả hai lần. Bạn hoàn lại số tiền của một lần."),
    Problem.SHORT: _("Số tiền đến ít hơn số phải nộp. Bạn báo người nộp trả nốt, hoặc thu phần thiếu tại quầy."),
    Problem.OVER: _("Số tiền đến nhiều hơn số phải nộp. Bạn hoàn lại phần thừa."),
    Problem.NOT_DUE: _("Tiền đến khi hồ sơ không còn phải nộp. Bạn hoàn lại toàn bộ số tiền này."),
}


def troubled(charges: QuerySet[Charge]) -> QuerySet[PaymentAttempt]:
    """Attempts whose problem still asks for something: too little while it is due, too much until it is given back."""
    short = Q(problem=Problem.SHORT, charge__state__in=(Money.DUE, Money.UNSET))
    other = ~Q(problem__in=("", Problem.SHORT)) & Q(charge__state=Money.REFUND)
    rows = PaymentAttempt.objects.filter(short | other, charge__in=charges)
    return rows.select_related("charge__submission__procedure").order_by("-settled_at", "-pk")


def needs_care(attempt: PaymentAttempt) -> bool:
    """The same for one attempt, whose charge came along."""
    if attempt.problem == Problem.SHORT:
        return attempt.charge.state in (Money.DUE, Money.UNSET)
    return bool(attempt.problem) and attempt.charge.state == Money.REFUND


def failed_refunds(charges: QuerySet[Charge]) -> QuerySet[Refund]:
    """Refunds that did not go through while the money is still to be given back."""
    rows = Refund.objects.filter(state=RefundState.FAILED, attempt__charge__in=charges)
    rows = rows.filter(attempt__charge__state=Money.REFUND)
    return rows.select_related("attempt__charge__submission__procedure", "asked_by__user").order_by("-asked_at", "-pk")
