"""What it will cost, before anything is charged: the lines, the postage, when and how it is paid."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from payments.gateways import GATEWAYS
from payments.models import PostageRate
from portal.templatetags.portal import vnd
from procedures.models import Procedure
from procedures.spec import Fee, ProcedureSpec
from submissions.papers.content import given

RECIPIENT, CHARGED = "recipient", "charge"


@dataclass(frozen=True)
class PriceLine:
    """A line of the price; `is_open`: the officer sets, counts or judges it."""

    name: str
    amount: int | None  # đồng
    unit: str
    condition: str
    exemption: str
    is_open: bool
    is_sample: bool


@dataclass(frozen=True)
class Postage:
    """What bringing the result home costs; `amount` in đồng where it is charged in advance."""

    sentence: str
    amount: int | None = None
    is_sample: bool = False


@dataclass(frozen=True)
class Price:
    lines: tuple[PriceLine, ...]
    postage: Postage | None
    when: str
    ways: tuple[str, ...]

    @property
    def is_free(self) -> bool:
        return all(line.amount == 0 for line in self.lines)

    @property
    def is_paid_here(self) -> bool:
        """Will there be a bill?"""
        return not self.is_free or (self.postage is not None and self.postage.amount is not None)

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)

    @property
    def total(self) -> int | None:
        """đồng, when several lines are certain; None while anything is for the officer to say."""
        amounts = [line.amount or 0 for line in self.lines]
        amounts += [self.postage.amount] if self.postage and self.postage.amount is not None else []
        return sum(amounts) if len(amounts) > 1 and not self.is_open else None


def at_filing(fees: Sequence[Mapping[str, Any]], procedure: Procedure, *, by_post: bool, on: datetime.date) -> Price:
    """The price of a filing as it stands on the day `on`; `fees` as submissions.filing.fee_lines() gives them."""
    return _price([_line(fee, given.is_open(fee)) for fee in fees], procedure, by_post=by_post, on=on)


def of_procedure(spec: ProcedureSpec, procedure: Procedure, *, by_post: bool, on: datetime.date) -> Price:
    """The price before anything is answered: every line, each with its condition in words."""
    fees = () if spec.is_free else spec.fees
    return _price([_line(vars(fee), _is_open(fee)) for fee in fees], procedure, by_post=by_post, on=on)


def _is_open(fee: Fee) -> bool:
    """A condition that the form asks about is decided by the answers, not by the officer."""
    return given.is_open({**vars(fee), "condition": "" if fee.when is not None else fee.condition})


def _price(lines: Iterable[PriceLine], procedure: Procedure, *, by_post: bool, on: datetime.date) -> Price:
    return Price(tuple(lines), _postage(on) if by_post else None, _when(procedure), _ways())


def _line(fee: Mapping[str, Any], is_open: bool) -> PriceLine:
    amount = fee.get("amount")
    return PriceLine(
        name=fee.get("name", ""),
        amount=amount,
        unit=fee.get("unit") or "",
        condition=fee.get("condition") or "",
        exemption=fee.get("exemption") or "",
        is_open=is_open,
        is_sample=bool(amount) and fee.get("amount_checked") is False,
    )


def _postage(on: datetime.date) -> Postage:
    """By whoever pays it: the receiver to the postman, the applicant in advance, or the town."""
    if settings.POSTAGE_PAYER == CHARGED:
        return _charged_postage(PostageRate.objects.filter(valid_from__lte=on).first())
    if settings.POSTAGE_PAYER == RECIPIENT:
        return Postage(_("Bạn trả cho bưu tá khi nhận kết quả, theo giá của bưu điện. Không nộp trên cổng."))
    return Postage(_("Bạn không phải trả: cơ quan trả cước cho bưu điện."))


def _charged_postage(rate: PostageRate | None) -> Postage:
    if rate is None:
        return Postage(_("Cán bộ sẽ báo mức cước; bạn nộp cùng phí, lệ phí."))
    words = _("%(amount)s (%(service)s), nộp cùng phí, lệ phí.") % {"amount": vnd(rate.amount), "service": rate.name}
    return Postage(words, rate.amount, not rate.is_checked)


def _when(procedure: Procedure) -> str:
    if procedure.pay_when == Procedure.PayWhen.BEFORE_RECEIPT:
        return _("Nộp ngay sau khi gửi hồ sơ; cơ quan tiếp nhận hồ sơ khi đã nộp đủ.")
    return _("Nộp sau khi cơ quan tiếp nhận hồ sơ. Cổng báo cho bạn khi đến lúc nộp.")


def _ways() -> tuple[str, ...]:
    return tuple(str(gateway.label) for gateway in GATEWAYS.values() if gateway.is_on())
