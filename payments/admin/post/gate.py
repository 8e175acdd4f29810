"""Who works with the post, and the getters through which parcels and lists are reached."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from payments import handover
from payments.models import Delivery, HandoverList
from portal.lib import codes
from submissions.admin import access
from submissions.models import Officer

BULKY = tuple(f"submission__{name}" for name in ("typed", "answers", "fees", "search_text"))


def keeper(request: HttpRequest) -> Officer:
    """The officer of the reception. Raises PermissionDenied for everybody else."""
    officer = access.desk_officer(request)
    if officer is None or not handover.keeps(officer):
        raise PermissionDenied
    return officer


def parcels(officer: Officer) -> QuerySet[Delivery]:
    """The parcels of the officer's own agency, as lists show them."""
    rows = Delivery.objects.filter(agency__in=officer.scope)
    return rows.select_related("submission", "handover", "agency").defer(*BULKY)


def parcel(request: HttpRequest, pk: int | str) -> tuple[Officer, Delivery]:
    """A parcel of the officer's own agency; Http404 for any other, as if it did not exist."""
    officer = keeper(request)
    found = parcels(officer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return officer, found


def handover_list(request: HttpRequest, pk: int) -> tuple[Officer, HandoverList]:
    """A list of the officer's own agency; Http404 for any other."""
    officer = keeper(request)
    found = handover.lists(officer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return officer, found


def signs(typed: str) -> str:
    """What a scanner or a hand typed, as codes are kept: capitals, nothing but letters and digits."""
    return codes.normal(typed.replace("\0", "")[:60]).replace("-", "")


def by_label(officer: Officer, typed: str) -> Delivery | None:
    """The parcel of the agency whose label says so."""
    wanted = signs(typed)
    return parcels(officer).filter(code=wanted).first() if wanted else None


def by_tracking(officer: Officer, typed: str) -> Delivery | None:
    """The agency's newest parcel with this number of the post."""
    wanted = signs(typed)
    return parcels(officer).filter(tracking_number=wanted).order_by("-pk").first() if wanted else None
