"""Who sees what of the statements (docs/decisions/029-statements.md). One account takes in the money of all desks.

The town's cashiers and leaders keep it: they import, and see the lines that wait. A ward's cashier sees what came in
for the own agency. Whoever runs the portal may import, and sees counts, never a line: lines name payers.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from payments.models import StatementLine
from procedures.models import Agency
from submissions import rules
from submissions.models import Officer
from submissions.states import Role

ROLES = (Role.CASHIER, Role.LEADER)
TOWN = (Agency.Kind.TOWN, Agency.Kind.ONE_STOP_CENTRE)


def keeps(officer: Officer | None) -> bool:
    """Does this officer keep the town's account?"""
    return officer is not None and officer.has_role(*ROLES) and officer.agency.kind in TOWN


def reads(officer: Officer | None) -> bool:
    return officer is not None and officer.has_role(*ROLES)


def may_import(user: Any) -> bool:
    return keeps(rules.officer_of(user)) or bool(user.is_active and user.is_superuser)


def lines(officer: Officer | None) -> QuerySet[StatementLine]:
    """The lines that this officer may see."""
    rows = StatementLine.objects.select_related("statement", "charge__submission", "attempt", "handled_by__user")
    if officer is None or not reads(officer):
        return rows.none()
    return rows if keeps(officer) else rows.filter(charge__agency__in=officer.scope)
