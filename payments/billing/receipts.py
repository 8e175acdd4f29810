"""The number of a payment: the portal's own without gaps, and one of an approved series where there is one.

The fee receipt (biên lai: TT 303/2016/TT-BTC art. 3) is a controlled document; an agency that has registered a series
here has its numbers used, any other issues the receipt itself and the paper says so.
"""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from payments.models import Entry, Receipt, ReceiptSeries
from payments.states import Problem
from procedures.models import Agency
from submissions.papers.numbers import book_holder, next_number

SYMBOL = "PXNTT"
# Money for nothing that was to be paid is confirmed, but is no fee.
NO_FEE = (Problem.DOUBLE, Problem.NOT_DUE)


def issue(entry: Entry) -> Receipt:
    """The receipt of a PAY entry, in its transaction: a failure leaves no gap."""
    issuer, day = book_holder(entry.agency), timezone.localdate(entry.at)
    number = next_number(issuer, SYMBOL, day.year)
    series = None if entry.attempt is None or entry.attempt.problem in NO_FEE else _series(entry.agency, issuer, day)
    return Receipt.objects.create(
        entry=entry,
        agency=issuer,
        year=day.year,
        number=number,
        series=series,
        series_number=_next_of(series) if series else None,
        issued_at=entry.at,
    )


def _series(agency: Agency, issuer: Agency, day: datetime.date) -> ReceiptSeries | None:
    """The oldest series in use that day with a number left. All candidates are locked, in one order."""
    valid = Q(active_from__lte=day) & (Q(active_to=None) | Q(active_to__gte=day))
    rows = ReceiptSeries.objects.select_for_update().filter(valid, agency__in=[agency, issuer])
    return next((s for s in rows.order_by("active_from", "pk") if s.last_used < s.last_number), None)


def _next_of(series: ReceiptSeries) -> int:
    series.last_used = max(series.last_used + 1, series.first_number)
    series.save(update_fields=["last_used"])
    return series.last_used
