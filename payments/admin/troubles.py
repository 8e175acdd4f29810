"""What went wrong with money, on one page with counts: each line says what to do and leads to where it is done."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments import cashier, noticing
from payments.admin import desk
from payments.models import GatewayMessage, StatementLine
from payments.statements import gate
from submissions.models import Officer

MOST = 50  # rows of a section


def messages_of(officer: Officer) -> QuerySet[GatewayMessage]:
    """Those about the officer's own submissions; at the town also those that belong to none."""
    mine = Q(attempt__charge__agency__in=officer.scope)
    return GatewayMessage.objects.filter(mine | Q(attempt=None) if is_of_town(officer) else mine)


def is_of_town(officer: Officer) -> bool:
    return officer.agency.kind in gate.TOWN


def _some(rows: QuerySet[Any]) -> dict[str, Any]:
    """The first rows and how many there are; counted only when they do not fit."""
    first = list(rows[: MOST + 1])
    count = len(first) if len(first) <= MOST else rows.order_by().count()
    return {"rows": first[:MOST], "count": count, "more": count > MOST}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    officer = desk.reader(request, *cashier.READERS)
    charges = cashier.charges_of(officer)
    attempts = _some(cashier.troubled(charges))
    sent = (GatewayMessage.Kind.NOTICE, GatewayMessage.Kind.RETURN)
    forged = messages_of(officer).filter(is_genuine=False, kind__in=sent).select_related("attempt__charge__submission")
    lost = gate.lines(officer).filter(state=StatementLine.State.UNMATCHED).count()
    context = {
        "title": _("Vướng mắc về tiền"),
        "attempts": {**attempts, "rows": [(row, cashier.PROBLEMS[row.problem]) for row in attempts["rows"]]},
        "unclear": _some(noticing.unclear(charges)),
        "refunds": _some(cashier.failed_refunds(charges)),
        "forged": _some(forged.defer("raw").order_by("-at", "-pk")),
        "lost": lost,
        "refund_act": cashier.REFUND,
    }
    return desk.page(request, "troubles", context)
