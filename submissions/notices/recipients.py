"""To whom a notice goes: the citizen's own addresses, or officers of the agency that has the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from portal.lib import gsm
from procedures.models import Agency
from submissions import channels
from submissions.models import Event, Notice, Officer, Submission
from submissions.states import Role


@dataclass(frozen=True)
class Address:
    """One way to reach one person."""

    channel: str
    recipient: str


def citizen(submission: Submission, _event: Event | None = None) -> list[Address]:
    """By e-mail when there is an address, by SMS when the telephone is a Vietnamese mobile."""
    return reach(submission.applicant_email, submission.applicant_phone)


def who_pays(submission: Submission, event: Event) -> list[Address]:
    """The citizen, when something is to be paid now."""
    return citizen(submission) if event.data.get("payable") else []


def who_owed(submission: Submission, event: Event) -> list[Address]:
    """The citizen, when what was waived was still to be paid."""
    return citizen(submission) if event.data.get("was_owed") else []


def refund_asked(submission: Submission, event: Event) -> list[Address]:
    return citizen(submission) if event.data.get("step") == "asked" else []


def refund_done(submission: Submission, event: Event) -> list[Address]:
    return citizen(submission) if event.data.get("step") == "done" else []


def reach(email: str, phone: str) -> list[Address]:
    """The ways to reach somebody who gave these."""
    found = []
    if email:
        found.append(Address(Notice.Channel.EMAIL, email))
    number = gsm.mobile(phone)
    if number and channels.is_on(Notice.Channel.SMS):
        found.append(Address(Notice.Channel.SMS, number))
    return found


def officers_with(agency: Agency, *roles: str) -> list[Officer]:
    """Active officers who hold one of the roles and whose scope covers the agency. Their users come along."""
    around = Q(agency=agency) | Q(agency__parent=agency) | Q(agency=agency.parent_id)
    rows = Officer.objects.filter(around, is_active=True, user__is_active=True).select_related("user", "agency")
    scopes: dict[int, set[int]] = {}
    found = []
    for officer in rows:
        if not officer.has_role(*roles):
            continue
        if officer.agency_id not in scopes:
            scopes[officer.agency_id] = officer.scope
        if agency.pk in scopes[officer.agency_id]:
            found.append(officer)
    return found


def by_email(officers: Iterable[Officer], event: Event | None = None) -> list[Address]:
    """Their addresses, each once; who did the act is not told of it."""
    actor = event.actor_id if event else None
    mails = dict.fromkeys(o.user.email for o in officers if o.user.email and o.user_id != actor)
    return [Address(Notice.Channel.EMAIL, mail) for mail in mails]


def reception(submission: Submission, event: Event) -> list[Address]:
    return by_email(officers_with(submission.agency, Role.RECEPTION), event)


def reception_of_online(submission: Submission, event: Event) -> list[Address]:
    """What the desk itself has typed in is no news to it."""
    return reception(submission, event) if submission.channel == Submission.Channel.ONLINE else []


def leaders(submission: Submission, event: Event) -> list[Address]:
    return by_email(officers_with(submission.agency, Role.LEADER), event)


def assignee(submission: Submission, event: Event) -> list[Address]:
    """The officer who has the file, as long as that person works here."""
    return by_email([o] if (o := working_assignee(submission)) else [], event)


def assignee_or_reception(submission: Submission, event: Event) -> list[Address]:
    return assignee(submission, event) if working_assignee(submission) else reception(submission, event)


def working_assignee(submission: Submission) -> Officer | None:
    officer = submission.assignee
    return officer if officer is not None and officer.is_active and officer.user.is_active else None
