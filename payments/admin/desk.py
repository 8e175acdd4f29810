"""A submission's money as fetched for a page of the desk: whose it is and who may act is decided here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from payments.models import Charge
from procedures.models import Agency
from submissions import rules, workflow
from submissions.admin import access
from submissions.errors import ChangedMeanwhile
from submissions.models import Officer, Submission
from submissions.rules import Actor
from submissions.states import Role

T = TypeVar("T")


@dataclass(frozen=True)
class Money:
    officer: Officer
    submission: Submission
    charge: Charge

    @property
    def actor(self) -> Actor:
        return rules.officer_actor(self.officer)


def opened(request: HttpRequest, pk: int) -> Money:
    """The charge of a submission of the officer's own agency; Http404 for any other, and where none ever was."""
    officer, submission = access.record(request, pk)
    charge = Charge.objects.filter(submission=submission).first()
    if charge is None:
        raise Http404
    charge.submission = submission
    return Money(officer, submission, charge)


def reader(request: HttpRequest, *roles: Role) -> Officer:
    """The officer when he or she holds one of the roles. Raises PermissionDenied."""
    officer = access.desk_officer(request)
    if officer is None or not officer.has_role(*roles):
        raise PermissionDenied
    return officer


def agencies_of(officer: Officer) -> list[Agency]:
    """Those whose money the officer sees, the own one first."""
    found = list(Agency.objects.filter(pk__in=officer.scope).order_by("order", "pk"))
    return sorted(found, key=lambda agency: agency.pk != officer.agency_id)


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, f"admin/payments/{template}.html", {**admin.site.each_context(request), **context})


# --- once only -----------------------------------------------------------------------------------


def seen(charge: Charge) -> str:
    """How the money stood, in a word: a page sent again after it changed is known by it."""
    lines = list(charge.lines.values_list("pk", "unit_amount", "quantity", "waived"))
    last = (charge.entries.aggregate(n=Max("pk"))["n"], charge.attempts.aggregate(n=Max("refunds__pk"))["n"])
    sums = (charge.charged, charge.waived, charge.paid, charge.refunded)
    return hashlib.sha256(json.dumps([lines, last, sums]).encode()).hexdigest()[:16]


def once(money: Money, known: str, act: Callable[[], T]) -> T:
    """Acts only while the money stands as the page showed it, under the submission's lock.

    Raises ChangedMeanwhile, which a second click of the same button is, too.
    """
    with transaction.atomic():
        workflow.locked(money.submission.pk)
        if seen(Charge.objects.get(pk=money.charge.pk)) != known:
            raise ChangedMeanwhile
        return act()
