"""One try to pay in plain words: what happened, what it means, what to do."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from payments.gateways import GATEWAYS
from payments.models import Charge, PaymentAttempt
from payments.states import Attempt, Problem
from portal.templatetags.portal import vnd


@dataclass(frozen=True)
class Told:
    """A sentence and what it means; `tone` of states.Wording. `todo` may be empty; `waits`: looking again helps."""

    sentence: str
    means: str
    tone: str
    todo: str = ""
    waits: bool = False

    @property
    def panel(self) -> str:
        """Of the style sheet's panels; a neutral thing is told as information."""
        return "info" if self.tone == "neutral" else self.tone


def is_worth_telling(attempt: PaymentAttempt) -> bool:
    """Money that came is told by the bill itself; a try that was closed by another tells nothing."""
    return attempt.state not in (Attempt.PAID, Attempt.CLOSED)


def told(attempt: PaymentAttempt, charge: Charge, now: datetime.datetime | None = None) -> Told:
    return SAID[Attempt(attempt.state)](attempt, charge, now or timezone.now())


def way_is(attempt: PaymentAttempt, kind: str) -> bool:
    way = GATEWAYS.get(attempt.gateway)
    return way is not None and way.kind == kind


def code_of(attempt: PaymentAttempt) -> str:
    """The other side's answer code, as billing keeps it."""
    return str(attempt.said.get("code", ""))


def _started(attempt: PaymentAttempt, charge: Charge, now: datetime.datetime) -> Told:
    if way_is(attempt, "transfer"):
        return _awaited(attempt)
    held = _why(attempt)
    means = _("Ngân hàng thường trả lời trong vài phút. Khi ngân hàng xác nhận, cổng mới ghi là đã nộp.")
    if attempt.expires_at is not None and attempt.expires_at <= now:
        means = _("Lượt nộp đã quá giờ mà ngân hàng chưa trả lời. Cổng đang hỏi lại; thường xong trong vài phút.")
    todo = _("Nếu bạn đã trả tiền thì đừng nộp lần nữa. Đóng trang này cũng không sao: cổng ghi nhận khi tiền đến.")
    return Told(_("Chúng tôi đang chờ ngân hàng xác nhận."), held or means, "info", todo, waits=True)


def _awaited(attempt: PaymentAttempt) -> Told:
    means = _("Cổng xác nhận trong vòng một ngày làm việc sau khi tiền vào tài khoản, và báo cho bạn.")
    todo = _("Đã chuyển rồi thì bạn đừng chuyển lần nữa.")
    return Told(_("Đang chờ khoản chuyển khoản của bạn."), means, "info", todo, waits=True)


def _paid(attempt: PaymentAttempt, charge: Charge, now: datetime.datetime) -> Told:
    if attempt.refunded and attempt.refunded >= attempt.received:
        return Told(_("Đã hoàn lại %s.") % vnd(attempt.refunded), _("Tiền của lượt nộp này đã trả lại bạn."), "ok")
    explain = PROBLEMS.get(attempt.problem, _fine)
    return explain(attempt, charge)


def _fine(attempt: PaymentAttempt, charge: Charge) -> Told:
    means = _("Đã nộp đủ. Phiếu xác nhận thanh toán có ở mục “Giấy tờ của hồ sơ”, sau ít phút.")
    if charge.due > 0:
        means = _("Hồ sơ còn %s chưa nộp.") % vnd(charge.due)
    return Told(_("Đã nhận %s.") % vnd(attempt.received), means, "ok")


def _late(attempt: PaymentAttempt, charge: Charge) -> Told:
    means = _("Tiền đến sau khi lượt nộp đã quá giờ; vẫn được tính cho hồ sơ này.")
    if charge.due < 0:
        means = _("Tiền đến sau khi lượt nộp đã quá giờ. Phần không phải nộp sẽ được hoàn lại bạn.")
    return Told(_("Đã nhận %s.") % vnd(attempt.received), means, "ok")


def _back(sentence: str, means: str) -> Told:
    todo = _("Bạn không phải làm gì; cán bộ sẽ liên hệ nếu cần số tài khoản để hoàn tiền.")
    return Told(sentence, means, "warning", todo)


def _double(attempt: PaymentAttempt, charge: Charge) -> Told:
    means = _("Khoản này đã nộp bằng một lượt khác. %s nộp thừa sẽ được hoàn lại bạn.") % vnd(attempt.received)
    return _back(_("Bạn đã nộp hai lần."), means)


def _short(attempt: PaymentAttempt, charge: Charge) -> Told:
    if charge.due <= 0:
        return _fine(attempt, charge)
    facts = {"came": vnd(attempt.received), "rest": vnd(charge.due)}
    sentence = _("Đã nhận %(came)s, còn thiếu %(rest)s.") % facts
    return Told(sentence, _("Số tiền đến ít hơn số phải nộp."), "warning", _("Bạn nộp nốt phần còn thiếu."))


def _over(attempt: PaymentAttempt, charge: Charge) -> Told:
    means = _("Số tiền đến nhiều hơn số phải nộp. Phần thừa sẽ được hoàn lại bạn.")
    return _back(_("Đã nhận %s, thừa so với số phải nộp.") % vnd(attempt.received), means)


def _not_due(attempt: PaymentAttempt, charge: Charge) -> Told:
    means = _("Lúc tiền đến, hồ sơ này không còn phải nộp tiền. %s sẽ được hoàn lại bạn.") % vnd(attempt.received)
    return _back(_("Đã nhận tiền nhưng hồ sơ không còn phải nộp."), means)


PROBLEMS: Mapping[str, Callable[[PaymentAttempt, Charge], Told]] = {
    Problem.LATE: _late,
    Problem.DOUBLE: _double,
    Problem.SHORT: _short,
    Problem.OVER: _over,
    Problem.NOT_DUE: _not_due,
}


def _why(attempt: PaymentAttempt) -> str:
    way = GATEWAYS.get(attempt.gateway)
    return str(way.why(code_of(attempt))) if way is not None else ""


def _again(charge: Charge) -> str:
    return _("Bạn nộp lại bằng nút dưới đây, hoặc chọn cách nộp khác.") if charge.is_payable else ""


def _failed(attempt: PaymentAttempt, charge: Charge, now: datetime.datetime) -> Told:
    why = _why(attempt) or _("Ngân hàng không thực hiện được lượt nộp này.")
    safe = _("Cổng chưa nhận được tiền. Nếu ngân hàng đã trừ tiền, ngân hàng sẽ trả lại bạn.")
    return Told(_("Chưa nộp được."), f"{why} {safe}", "error", _again(charge))


def _cancelled(attempt: PaymentAttempt, charge: Charge, now: datetime.datetime) -> Told:
    return Told(_("Bạn đã hủy lượt nộp này."), _("Chưa có khoản tiền nào bị trừ."), "neutral", _again(charge))


def _expired(attempt: PaymentAttempt, charge: Charge, now: datetime.datetime) -> Told:
    means = _("Ngân hàng không báo có tiền trong thời gian cho phép. Nếu tiền đến muộn, cổng vẫn ghi nhận cho bạn.")
    return Told(_("Lượt nộp đã quá giờ."), means, "warning", _again(charge))


def _closed(attempt: PaymentAttempt, charge: Charge, now: datetime.datetime) -> Told:
    means = _("Khoản này đã được nộp hoặc bỏ bằng cách khác, nên lượt nộp này không dùng nữa.")
    return Told(_("Lượt nộp này đã đóng."), means, "neutral", _again(charge))


SAID: Mapping[Attempt, Callable[[PaymentAttempt, Charge, datetime.datetime], Told]] = {
    Attempt.STARTED: _started,
    Attempt.PAID: _paid,
    Attempt.FAILED: _failed,
    Attempt.CANCELLED: _cancelled,
    Attempt.EXPIRED: _expired,
    Attempt.CLOSED: _closed,
}
