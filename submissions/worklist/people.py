"""Who works at the same desk: whose files an officer sees, and whose work a leader looks after."""

from __future__ import annotations

from portal.lib import text
from procedures.models import Agency
from submissions.models import Officer
from submissions.notices import officers_with
from submissions.worklist.gate import DESK_ROLES


def home(officer: Officer) -> Agency:
    """The agency that holds the files: departments and the one-stop centre work on those of their town."""
    within = officer.agency.kind in (Agency.Kind.DEPARTMENT, Agency.Kind.ONE_STOP_CENTRE)
    return officer.agency.parent if within and officer.agency.parent else officer.agency


def colleagues(officer: Officer) -> list[Officer]:
    """Officers at work who see the same files, by name; this one among them. Looked up once a request."""
    known: list[Officer] | None = officer.__dict__.get("_colleagues")
    if known is None:
        rows = officers_with(home(officer), *DESK_ROLES)
        known = officer.__dict__["_colleagues"] = sorted(rows, key=lambda o: text.sort_key(str(o)))
    return known


def team(leader: Officer) -> list[Officer]:
    """Whose load a leader sees: a department's leader that department, others everybody at the desk."""
    if leader.agency.kind == Agency.Kind.DEPARTMENT:
        return [o for o in colleagues(leader) if o.agency_id == leader.agency_id]
    return colleagues(leader)


def former(officer: Officer, pk: int) -> Officer | None:
    """Somebody who worked at this desk and does not any more, but may still have files."""
    family = {officer.agency_id, home(officer).pk, *officer.scope, *(o.agency_id for o in colleagues(officer))}
    found = Officer.objects.filter(pk=pk, agency__in=family).select_related("user", "agency").first()
    return found if found is not None and found not in colleagues(officer) else None
