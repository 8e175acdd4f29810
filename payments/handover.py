"""Hand-over lists (bảng kê): what an agency gives to the post at once, numbered, signed by both sides, then closed.

A list is open while parcels are put on it and taken off. Closing it hands its parcels over, all in one transaction,
and freezes its words: the sheet is drawn from them ever after.

A list is locked before the submissions of its parcels; nothing locks a list after a submission.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t

from payments import carriers, delivery
from payments.models import Delivery, HandoverList
from payments.states import Step
from portal.lib import pdf
from portal.lib.text import tidy
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Officer
from submissions.notices.wording import desk_of
from submissions.papers import digest, next_number
from submissions.papers.numbers import book_holder
from submissions.rules import Actor
from submissions.states import Role

SYMBOL = "BKBD"
STYLESHEET = "css/handover.css"
MOST = 200  # parcels of one list
TIMEOUT = 60.0  # seconds
LONGEST_NAME = 120
_NONE = _t("Những bưu gửi đã chọn không thuộc cơ quan bạn hoặc không còn. Bạn chọn lại.")


@dataclass(frozen=True)
class Done:
    """What became of the parcels: how many went, and those that did not, each with the reason in a sentence."""

    list: HandoverList
    count: int
    left_out: Sequence[tuple[Delivery, str]] = field(default_factory=tuple)


# --- who and which -------------------------------------------------------------------------------


def keeps(officer: Officer | None) -> bool:
    """Those who give parcels to the post: the reception of the agency."""
    return officer is not None and officer.has_role(Role.RECEPTION)


def _keeper(by: Actor) -> Officer:
    if by.officer is None or not keeps(by.officer):
        raise NotAllowed
    return by.officer


def lists(officer: Officer) -> QuerySet[HandoverList]:
    """The lists of the officer's own agency, open ones first, then the newest; `size`: the parcels on each."""
    rows = HandoverList.objects.filter(agency__in=officer.scope).select_related("made_by__user", "closed_by__user")
    return rows.annotate(size=Count("deliveries")).order_by(F("closed_at").desc(nulls_first=True), "-pk")


def rows(listed: HandoverList) -> QuerySet[Delivery]:
    """The parcels on the list, in the order in which they became ready."""
    found = listed.deliveries.select_related("submission", "agency").order_by("ready_at", "pk")
    return found.defer("submission__typed", "submission__answers", "submission__fees", "submission__search_text")


def _locked(pk: int, officer: Officer) -> HandoverList:
    """The list under its lock. Raises NotAllowed for one of another agency."""
    found = HandoverList.objects.select_for_update().get(pk=pk)
    if found.agency_id not in officer.scope:
        raise NotAllowed
    return found


def _open(pk: int, officer: Officer) -> HandoverList:
    """The list under its lock. Raises NotPossible once it is closed."""
    found = _locked(pk, officer)
    if found.closed_at is not None:
        raise NotPossible(_("Bảng kê %s đã giao bưu điện nên không sửa được nữa. Bạn lập bảng kê mới.") % found)
    return found


# --- while it is open ----------------------------------------------------------------------------


def make(*, by: Actor, pks: Collection[int] = ()) -> Done:
    """A new list of the officer's agency with the parcels `pks`; an empty one that is open already is taken first.

    Raises NotAllowed for who does not keep lists, NotPossible when none of the parcels can be put on it.
    """
    officer = _keeper(by)
    with transaction.atomic():
        found = _empty(officer) or _numbered(officer)
        done = _put(found, pks, officer)
        if pks and not done.count:
            raise NotPossible("\n".join(why for _d, why in done.left_out) or str(_NONE))
        return done


def _empty(officer: Officer) -> HandoverList | None:
    """An open list without parcels: its number is used before the next one is taken."""
    holder, carrier = book_holder(officer.agency), carriers.current().key
    rows = HandoverList.objects.filter(agency=holder, closed_at=None, carrier=carrier, year=timezone.localdate().year)
    found = rows.filter(deliveries=None).order_by("pk").first()
    return HandoverList.objects.select_for_update().get(pk=found.pk) if found else None


def _numbered(officer: Officer) -> HandoverList:
    holder, year = book_holder(officer.agency), timezone.localdate().year
    number = next_number(holder, SYMBOL, year)
    key = carriers.current().key
    return HandoverList.objects.create(agency=holder, year=year, number=number, carrier=key, made_by=officer)


def add(pk: int, pks: Collection[int], *, by: Actor) -> Done:
    """Puts more parcels on an open list; one that is on it already is counted once more and changes nothing."""
    officer = _keeper(by)
    with transaction.atomic():
        return _put(_open(pk, officer), pks, officer)


def remove(pk: int, delivery_pk: int, *, by: Actor) -> HandoverList:
    """Takes a parcel off an open list; one that is not on it is no matter."""
    officer = _keeper(by)
    with transaction.atomic():
        found = _open(pk, officer)
        found.deliveries.filter(pk=delivery_pk).update(handover=None)
        return found


def _put(listed: HandoverList, pks: Collection[int], officer: Officer) -> Done:
    found = Delivery.objects.filter(pk__in=pks, agency__in=officer.scope)
    left_out, going = [], []
    for d in found.select_related("handover").order_by("pk"):
        why = _why_not(d, listed)
        if why:
            left_out.append((d, why))
        else:
            going.append(d.pk)
    if listed.deliveries.exclude(pk__in=going).count() + len(going) > MOST:
        raise NotPossible(_("Một bảng kê có nhiều nhất %d bưu gửi. Bạn lập thêm bảng kê.") % MOST)
    # Only while it waits and no other list has it: two officers at once put it on one list.
    free = Delivery.objects.filter(Q(handover=None) | Q(handover=listed), pk__in=going, step=Step.READY)
    return Done(listed, free.update(handover=listed), left_out)


def _why_not(d: Delivery, listed: HandoverList) -> str:
    """Why a parcel cannot be on the list, in a sentence; empty when it can."""
    if d.direction != Delivery.Direction.OUT or d.step != Step.READY:
        return _("%(code)s không còn chờ giao bưu điện (%(step)s).") % {"code": d.code, "step": d.get_step_display()}
    if d.carrier != listed.carrier:
        return _("%s đi bằng bưu chính khác nên cần bảng kê riêng.") % d.code
    if d.handover is not None and d.handover != listed:
        return _("%(code)s đang ở bảng kê %(list)s.") % {"code": d.code, "list": d.handover}
    return ""


# --- closing -------------------------------------------------------------------------------------


def close(pk: int, received_by: str, *, by: Actor) -> Done:
    """Hands the parcels of the list to the post and freezes the sheet; once more changes nothing.

    A parcel that can no longer go (picked up, cancelled meanwhile) is named and taken off. `received_by`: who took
    them for the post. Raises Incomplete without a name, NotPossible when nothing is left.
    """
    officer, name = _keeper(by), tidy(received_by).replace("\n", " ")
    with transaction.atomic():
        listed = _locked(pk, officer)
        if listed.closed_at is not None:
            return Done(listed, len(listed.content.get("rows", ())))
        if not 0 < len(name) <= LONGEST_NAME:
            raise Incomplete(
                _("Bạn ghi họ tên người của bưu điện nhận các bưu gửi này (tối đa %d chữ).") % LONGEST_NAME
            )
        count, left_out = _hand_over(listed, by)
        if not count:
            problem = _("Bảng kê không có bưu gửi nào giao được. Bạn chọn thêm bưu gửi rồi giao.")
            raise NotPossible("\n".join([*(why for _d, why in left_out), problem]))
        _freeze(listed, officer, name)
        return Done(listed, count, left_out)


def _hand_over(listed: HandoverList, by: Actor) -> tuple[int, list[tuple[Delivery, str]]]:
    """Gives every parcel to the post that can go; the others come off the list, each with its reason."""
    left_out = []
    # In the order in which everybody locks submissions.
    parcels = list(rows(listed).order_by("submission_id", "pk"))
    for d in parcels:
        why = _why_not(d, listed) or _refusal(d, listed, by)
        if why:
            left_out.append((d, why))
    listed.deliveries.filter(pk__in=[d.pk for d, _why in left_out]).update(handover=None)
    return len(parcels) - len(left_out), left_out


def _refusal(d: Delivery, listed: HandoverList, by: Actor) -> str:
    try:
        delivery.hand_to_post([d.pk], by=by, list=listed)
    except (NotPossible, Incomplete) as problem:
        return str(problem)
    return ""


def _freeze(listed: HandoverList, officer: Officer, received_by: str) -> None:
    listed.closed_at, listed.closed_by, listed.received_by = timezone.now(), officer, received_by
    listed.content = content(listed)
    listed.sha256 = digest(listed.content)
    listed.save(update_fields=["closed_at", "closed_by", "received_by", "content", "sha256"])


def is_intact(listed: HandoverList) -> bool:
    """Does the closed list still say what its hash was taken of?"""
    return digest(listed.content) == listed.sha256


# --- the sheet -----------------------------------------------------------------------------------


def content(listed: HandoverList) -> dict[str, Any]:
    """The words of the list as it stands now."""
    desk, carrier = desk_of(listed.agency), carriers.CARRIERS.get(listed.carrier)
    closed_at = timezone.localtime(listed.closed_at).isoformat(timespec="minutes") if listed.closed_at else ""
    return {
        "number": f"{listed.number:03d}/{SYMBOL}-{listed.year}",
        "agency": listed.agency.name,
        "desk": {"name": desk.name, "address": desk.address, "phone": desk.phone},
        "carrier": str(carrier.label) if carrier else listed.carrier,
        "is_test": bool(carrier and carrier.is_test),
        "handed_at": closed_at,
        "handed_by": str(listed.closed_by or ""),
        "received_by": listed.received_by,
        "rows": [_line(d) for d in rows(listed)],
    }


def _line(d: Delivery) -> dict[str, str]:
    """The telephone stands there in full, as on the label: the postman calls before he comes."""
    return {
        "code": d.code,
        "file": d.submission.dossier_code or "",
        "name": d.name,
        "address": d.address,
        "phone": d.phone,
        "tracking_number": d.tracking_number,
        "note": d.note,
    }


def sheet(listed: HandoverList) -> bytes:
    """The list to be signed, A4 across: of a closed one always the same, of an open one marked as a draft.

    Raises pdf.PdfError.
    """
    words: Mapping[str, Any] = listed.content if listed.closed_at else content(listed)
    context = {"p": words, "is_draft": listed.closed_at is None, "closed_at": listed.closed_at, "sha256": listed.sha256}
    html = render_to_string("papers/labels/handover.html", context)
    return pdf.draw(pdf.Page((html,), (STYLESHEET,)), TIMEOUT).content
