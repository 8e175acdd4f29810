"""What an officer may take in: the procedures of the own desk, found by everyday words or by use."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from procedures import listing, search
from procedures.models import Agency, Procedure
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Officer, Submission
from submissions.rules import desk_tier

FAVOURITES = 8


def has_desk(officer: Officer | None) -> bool:
    return desk_tier(officer) is not None


def offered(officer: Officer) -> QuerySet[Procedure]:
    """The procedures of every level that this desk takes in on paper: published, and not abolished."""
    rows = Procedure.objects.filter(published__isnull=False, tier=desk_tier(officer) or "")
    return rows.exclude(status=Procedure.Status.CLOSED).select_related("sector").defer(*listing.HEAVY)


def found(officer: Officer, words: str) -> list[search.Hit]:
    """What answers everyday words, best first."""
    return search.find(words, offered(officer))


def favourites(officer: Officer, most: int = FAVOURITES) -> list[Procedure]:
    """What this agency had most of so far."""
    own = Submission.objects.filed().filter(
        is_rehearsal=False, agency__in=officer.scope, procedure__in=offered(officer).order_by()
    )
    used = own.order_by().values("procedure").annotate(times=Count("pk")).order_by("-times", "procedure")
    keys = [row["procedure"] for row in used[:most]]
    known = offered(officer).in_bulk(keys)
    return [known[key] for key in keys]


def procedure(officer: Officer, code: str) -> Procedure:
    """Raises NotAllowed for another desk's procedure, NotPossible for one that is closed; Procedure.DoesNotExist."""
    rows = Procedure.objects.filter(published__isnull=False).defer("search_text")
    wanted = rows.select_related("published", "sector").defer(*listing.HEAVY).get(code=code)
    if wanted.tier != desk_tier(officer):
        raise NotAllowed(_("Bộ phận một cửa của bạn không tiếp nhận thủ tục “%s”.") % wanted.short_name)
    if wanted.status == Procedure.Status.CLOSED:
        raise NotPossible(wanted.status_reason or _("Thủ tục này đã bãi bỏ, không nhận hồ sơ mới."))
    return wanted


def agency_for(officer: Officer, wanted: Procedure) -> Agency:
    """Where the file goes: the ward itself, or the town for its centre. Raises NotPossible when it is dissolved."""
    agency = wanted.agencies().filter(pk__in=officer.scope).first()
    if agency is None:
        raise NotPossible(_("%s không còn nhận hồ sơ mới.") % officer.agency.name)
    return agency
