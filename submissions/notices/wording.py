"""The words of a notice: templates/notices/<kind>.txt for e-mail, <kind>.sms.txt for SMS, and what they may say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from portal.lib import gsm
from procedures import hours
from procedures.models import Agency
from submissions.models import Event, Feedback, Notice, Rating, Submission

# Stands in the row instead of the tracking secret, which is put in only while the mail is being sent:
# neither staff nor a copy of the outbox can read it.
SECRET_MARK = "[mã bí mật của người nộp]"  # noqa: S105 - a mark, not a secret
SUBJECT = "Tiêu đề: "
KINDS_OF_PLACE = ("thị xã ", "thành phố ", "thị trấn ", "phường ", "xã ", "huyện ", "quận ")


@dataclass(frozen=True)
class Desk:
    """Where people go and whom they call about a submission."""

    name: str
    address: str
    phone: str
    hours: str
    email: str


def desk_of(agency: Agency) -> Desk:
    """The agency's one-stop desk; what it does not say comes from the agency, the telephone at last from the town."""
    desk = agency.desk()
    said = hours.of_desk(desk, timezone.localdate())
    return Desk(
        name=desk.desk_name,
        address=desk.address or agency.address,
        phone=gsm.first_number(desk.phone or agency.phone or _phone_above(agency)),
        hours=said.words if said.is_own else agency.hours or said.words,
        email=desk.email or agency.email,
    )


def _phone_above(agency: Agency) -> str:
    above = agency.parent
    return above.phone if above is not None and above.kind == Agency.Kind.TOWN else ""


def postage_words() -> str:
    """Who pays for the way of a result that goes by post (QĐ 45/2016/QĐ-TTg; POSTAGE_PAYER)."""
    return {
        "recipient": _("Bạn trả cước cho bưu tá khi nhận."),
        "charge": _("Cước bưu chính đã tính trong khoản bạn nộp cho hồ sơ."),
        "town": _("Bạn không phải trả cước."),
    }[settings.POSTAGE_PAYER]


def town() -> str:
    """The town's bare name: "Hồng Lĩnh"."""
    name: str = settings.TOWN_NAME
    return next((name[len(kind) :] for kind in KINDS_OF_PLACE if name.lower().startswith(kind)), name)


def supplement_items(submission: Submission, event: Event | None) -> list[dict[str, str]]:
    """Name and reason of everything that the event's supplement request asks for."""
    request = _request(submission, event)
    if request is None:
        return []
    spec = submission.revision.spec
    form = spec.form
    named = [(spec.document(d["key"]), d) for d in request.documents]
    papers = [{"name": found.name if found else d["key"], "reason": d["reason"]} for found, d in named]
    asked = [(form.field(f["key"]) if form else None, f) for f in request.fields]
    return papers + [{"name": found.label if found else f["key"], "reason": f["reason"]} for found, f in asked]


def _request(submission: Submission, event: Event | None) -> Any:
    number = event.data.get("round") if event else None
    return submission.supplement_requests.filter(round=number).first() if number else None


def context_for(submission: Submission, event: Event | None) -> dict[str, Any]:
    """What the templates may use, looked up only when they do. Nothing in it belongs to another person."""
    return {
        "s": submission,
        "event": event,
        "procedure": submission.procedure,
        "desk": SimpleLazyObject(lambda: desk_of(submission.agency)),
        "request": SimpleLazyObject(lambda: _request(submission, event)),
        "items": SimpleLazyObject(lambda: supplement_items(submission, event)),
        "reason": (event.note if event else "") or submission.reason,
        "secret": SECRET_MARK,
        "postage": postage_words(),
        "town": town(),
        "town_name": settings.TOWN_NAME,
        "page": settings.SITE_URL + submission.get_absolute_url(),
        "lookup": settings.SITE_URL + reverse("lookup"),
        "pay_page": SimpleLazyObject(lambda: settings.SITE_URL + reverse("payment", args=[submission.reference])),
        "rating_page": SimpleLazyObject(lambda: _rating_page(submission)),
        "was_due_on": _was_due_on(event),
        "staff_page": settings.SITE_URL + reverse("admin:submissions_submission_change", args=[submission.pk]),
    }


def _rating_page(submission: Submission) -> str:
    return settings.SITE_URL + reverse("rating", args=[Rating.token_for(submission)])


def _was_due_on(event: Event | None) -> datetime.date | None:
    was = event.data.get("old_due_on") if event else None
    return datetime.date.fromisoformat(was) if was else None


def context_for_feedback(feedback: Feedback) -> dict[str, Any]:
    """What the templates about feedback may use; `s` is what has a reference."""
    return {
        "s": feedback,
        "f": feedback,
        "desk": SimpleLazyObject(lambda: desk_of(feedback.agency)),
        "secret": SECRET_MARK,
        "town": town(),
        "town_name": settings.TOWN_NAME,
        "page": settings.SITE_URL + feedback.get_absolute_url(),
        "staff_page": settings.SITE_URL + reverse("admin:submissions_feedback_change", args=[feedback.pk]),
    }


def words(kind: str, channel: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body for the channel; an SMS has no subject and fits one part."""
    sms = channel == Notice.Channel.SMS
    # A plain-text template needs no escaping for HTML, which would spoil quotes and ampersands.
    template = Engine.get_default().get_template(f"notices/{kind}.{'sms.txt' if sms else 'txt'}")
    text = template.render(Context(dict(context), autoescape=False))
    if sms:
        return "", gsm.one_part(text)
    head, _line, body = text.strip().partition("\n")
    return " ".join(head.removeprefix(SUBJECT).split())[:250], _even(body)


def _even(body: str) -> str:
    """No blanks at line ends, never two empty lines in a row: what template tags leave behind."""
    lines: list[str] = []
    for line in body.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
