"""What the holder of a submission sees of its post: the result on its way, originals on theirs, and what to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from payments import carriers, journeys
from payments.journeys import Line
from payments.models import Delivery, DeliveryEvent
from payments.states import AT_THE_POST, Step
from portal.templatetags.portal import vnd
from procedures.spec import Document
from submissions import rules
from submissions.models import Submission
from submissions.states import OPEN_STATES, State

OUT, IN = Delivery.Direction.OUT, Delivery.Direction.IN
CAME_BACK = (Step.FAILED, Step.RETURNED)
AT_THE_DESK = (Step.PREPARING, Step.READY)


@dataclass(frozen=True)
class Shown:
    """One parcel as its receiver sees it."""

    parcel: Delivery
    journey: Sequence[Line]

    @property
    def tone(self) -> str:
        return journeys.tone(self.parcel)

    @property
    def is_test(self) -> bool:
        return carriers.of(self.parcel).is_test

    @property
    def carrier(self) -> str:
        return str(carriers.of(self.parcel).label)

    @property
    def postage(self) -> str:
        return postage(self.parcel)

    @property
    def may_change(self) -> bool:
        """Before the post has it, another receiver or address may be given."""
        return self.parcel.step in AT_THE_DESK

    @property
    def has_choice(self) -> bool:
        """It did not arrive: the person comes for it, or names another address."""
        return self.parcel.step in CAME_BACK

    @property
    def is_on_its_way(self) -> bool:
        return self.parcel.step in AT_THE_POST


@dataclass(frozen=True)
class Post:
    """All the post of a submission; `out` and `into` are the newest parcels of either direction."""

    submission: Submission
    out: Shown | None
    into: Shown | None
    originals: Sequence[Document]

    @property
    def may_announce(self) -> bool:
        """Originals may be announced: something has to be brought, and none is on its way."""
        return bool(self.originals) and (self.into is None or self.into.parcel.step != Step.ANNOUNCED)


def of(s: Submission) -> Post:
    """One query, and one more for the events where there is a parcel."""
    newest: dict[str, Delivery] = {}
    for d in s.deliveries.select_related("agency").order_by("number"):
        newest[d.direction] = d
    events: dict[int, list[DeliveryEvent]] = {}
    if newest:
        for e in DeliveryEvent.objects.filter(delivery__in=newest.values()).order_by("at", "pk"):
            events.setdefault(e.delivery_id, []).append(e)
    shown = {way: Shown(d, journeys.journey(d, events.get(d.pk, ()))) for way, d in newest.items()}
    return Post(s, shown.get(OUT), shown.get(IN), originals(s))


def originals(s: Submission) -> list[Document]:
    """What a person who filed online has to bring or to send in the original; empty when nothing is open any more."""
    if s.state not in OPEN_STATES or s.is_rehearsal or rules.came_on_paper(s):
        return []
    there = {p["key"] for p in s.papers_in if p.get("originals") or p.get("certified")}
    needed = (d for d in s.revision.spec.documents if d.originals and d.how == "submit" and not d.produced_by_form)
    return [d for d in needed if d.key not in there and rules.is_needed_on_paper(d, s.answers)]


def postage(d: Delivery) -> str:
    """Who pays for the way, in a sentence to the person."""
    if d.direction == IN:
        return _("Bạn trả cước gửi tại bưu cục.")
    if d.collect:
        return _("Bưu tá thu %s khi giao.") % vnd(d.collect)
    if d.collect is None and settings.POSTAGE_PAYER == "recipient":
        return _("Bưu tá thu cước khi giao, theo bảng giá của bưu điện.")
    if settings.POSTAGE_PAYER == "charge":
        return _("Cước đã tính trong khoản bạn nộp cho hồ sơ; bưu tá không thu thêm.")
    return _("Bạn không phải trả cước.")


def to_do(post: Post, otherwise: str) -> str:
    """What the person has to do about the post now; `otherwise` when it asks for nothing."""
    out = post.out
    if out is None or post.submission.state != State.RESULT_READY or not out.has_choice:
        return otherwise
    if out.parcel.wish:
        return _("Chưa cần làm gì. Bộ phận một cửa làm theo lựa chọn của bạn khi bưu gửi về đến nơi.")
    return _(
        "Bưu điện chưa giao được kết quả cho bạn. Bạn chọn cách nhận lại ở mục “Gửi kết quả qua bưu điện” dưới đây."
    )
