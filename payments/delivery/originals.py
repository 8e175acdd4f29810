"""Originals that people send in by post: announced with a label of ours, known again by its code when they come."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.delivery.parcels import IN, PREFIX, Receiver, check_officer, create, locked, under_way
from payments.models import Delivery
from payments.states import Step
from portal.lib import codes
from submissions import workflow
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Submission
from submissions.notices.wording import desk_of
from submissions.rules import Actor
from submissions.states import ARRIVED, OPEN_STATES


def announce_originals(submission: Submission, *, by: Actor) -> Delivery:
    """The person will send papers: a row with the code for the label, to the desk. The open one when there is one."""
    with transaction.atomic():
        row = workflow.locked(submission.pk)
        check_officer(by, row)
        if row.state not in OPEN_STATES or row.is_rehearsal:
            raise NotPossible(_("Hồ sơ này không còn chờ giấy tờ gửi đến."))
        desk = desk_of(row.agency)
        to = Receiver(desk.name[:120], desk.phone[:20], desk.address[:300])
        return under_way(row, IN) or create(row, IN, Step.ANNOUNCED, to)


def arrive(code: str, *, by: Actor) -> Delivery:
    """The scanner read a label of ours: what was announced is here. A second scan changes nothing.

    Raises NotPossible with a sentence for a label that is none of this desk's.
    """
    signs = codes.normal(code).replace("-", "")
    found = Delivery.objects.filter(code=signs if signs.startswith(PREFIX) else PREFIX + signs).first()
    if found is None:
        raise NotPossible(_unknown(signs))
    with transaction.atomic():
        parcel = locked(found.pk)
        try:
            check_officer(by, parcel.submission)
        except NotAllowed:
            raise NotPossible(_unknown(signs)) from None
        if parcel.direction != IN:
            words = _("%s là nhãn trả kết quả của hồ sơ %s. Nếu bưu điện chuyển hoàn, bạn ghi ở trang hồ sơ đó.")
            raise NotPossible(words % (parcel.code, parcel.submission))
        if parcel.step != Step.ARRIVED:
            parcel.step, parcel.ended_at = Step.ARRIVED, timezone.now()
            parcel.save(update_fields=["step", "ended_at"])
            workflow.record_line(parcel.submission, ARRIVED, by=by, data={"parcel": parcel.code})
    return parcel


def _unknown(signs: str) -> str:
    return _("Không có nhãn %s ở cơ quan bạn. Bạn quét lại, hoặc tìm theo mã hồ sơ.") % signs[:20]
