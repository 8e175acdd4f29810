"""What happened and what comes next, in plain words for the person who filed. Names no officer.

Every verb of states.TRANSITIONS has its sentence in TOLD, and so has the recount; a test holds them together.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.templatetags.portal import day, moment
from submissions.models import Event, Submission
from submissions.notices.wording import Desk, desk_of
from submissions.states import RECOUNT, State

DeliveryWay = Submission.DeliveryWay


@dataclass(frozen=True)
class Told:
    """How a verb is told. {office} {due} {code} {round} {answer_by} {how} may stand in the sentence.

    `quotes`: the note of the event (a reason given to the citizen) follows; notes of other verbs stay inside.
    """

    sentence: Any
    tone: str = "info"
    quotes: bool = False


_t = gettext_lazy
TOLD: Mapping[str, Told] = {
    "submit": Told(_t("Bạn đã gửi hồ sơ đến {office}.")),
    "receive": Told(_t("{office} đã tiếp nhận hồ sơ, cấp mã hồ sơ {code}. Hẹn trả: {due}."), "ok"),
    "refuse": Told(_t("{office} không tiếp nhận hồ sơ."), "error", quotes=True),
    "request_supplement": Told(_t("{office} đề nghị bạn bổ sung hồ sơ (lần {round})."), "warning", quotes=True),
    "supplement": Told(_t("Bạn đã gửi phần bổ sung lần {round}."), "info"),
    "withdraw": Told(_t("Bạn đã rút hồ sơ."), "neutral"),
    "start": Told(_t("Cán bộ chuyên môn bắt đầu xử lý hồ sơ.")),
    "propose": Told(_t("Cán bộ đã xử lý xong và trình lãnh đạo ký.")),
    "approve": Told(_t("Lãnh đạo đã ký, hồ sơ đã có kết quả."), "ok"),
    "send_back": Told(_t("Lãnh đạo đề nghị cán bộ xem lại hồ sơ. Ngày hẹn trả không đổi.")),
    "finish": Told(_t("Hồ sơ đã có kết quả."), "ok"),
    "extend": Told(_t("{office} xin lỗi bạn vì chưa kịp trả kết quả và hẹn lại: {due}."), "warning", quotes=True),
    RECOUNT: Told(_t("Ngày hẹn trả đổi thành {due}."), "warning", quotes=True),
    "decline": Told(_t("{office} trả lời không giải quyết được hồ sơ."), "error", quotes=True),
    "stop": Told(_t("{office} đã dừng xử lý hồ sơ."), "error", quotes=True),
    "hand_over": Told(_t("Đã trả kết quả: {how}."), "ok"),
}
# At the counter the officer has filed for the person.
ENTERED = {
    Submission.Channel.COUNTER: _t("Bạn đã nộp hồ sơ trực tiếp tại {office}; cán bộ đã nhập vào cổng."),
    Submission.Channel.POST: _t("Hồ sơ bạn gửi qua bưu chính đã đến {office}; cán bộ đã nhập vào cổng."),
}
# A supplement during examination moves the promised day.
RESUMED = _t("Bạn đã gửi phần bổ sung lần {round}. Hẹn trả: {due}.")
HANDED = {
    DeliveryWay.COUNTER: _t("nhận tại bộ phận một cửa"),
    DeliveryWay.POST: _t("gửi qua bưu điện"),
    DeliveryWay.ONLINE: _t("bản điện tử trên cổng"),
}


@dataclass(frozen=True)
class Line:
    """One entry of the timeline."""

    at: datetime.datetime
    sentence: str
    note: str
    tone: str


def due_words(due_on: datetime.date | str | None) -> str:
    """The promised day as people say it: "chiều thứ Ba 24/02/2026"."""
    if not due_on:
        return _("chưa có ngày hẹn")
    date = datetime.date.fromisoformat(due_on) if isinstance(due_on, str) else due_on
    return _("chiều %s") % day(date)


def _is_resumed(event: Event) -> bool:
    return event.verb == "supplement" and "due_on" in event.data


def _line(event: Event, submission: Submission, office: str) -> Line | None:
    told = TOLD.get(event.verb)
    if told is None:
        return Line(event.at, event.note, "", "info") if event.note else None
    facts = {
        "office": office,
        "due": due_words(event.data.get("due_on")),
        "code": event.data.get("code") or submission.dossier_code or "",
        "round": event.data.get("round", 1),
        "how": HANDED.get(event.data.get("how", ""), ""),
    }
    sentence = RESUMED if _is_resumed(event) else ENTERED.get(event.data.get("channel", ""), told.sentence)
    return Line(event.at, str(sentence).format(**facts), event.note if told.quotes else "", told.tone)


def lines(submission: Submission, office: str) -> list[Line]:
    """The public events, newest first. One query."""
    events = submission.events.filter(is_public=True).order_by("-number")
    return [line for event in events if (line := _line(event, submission, office)) is not None]


# --- how it stands now ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """The big sentence, what the person has to do, and where people go."""

    sentence: str
    todo: str
    desk: Desk


def holder(submission: Submission, desk: Desk) -> str:
    """Who has the file: the department of the officer while it is examined, else the one-stop desk."""
    examined = submission.state in (State.IN_PROGRESS, State.AWAITING_APPROVAL)
    if examined and submission.assignee is not None:
        return submission.assignee.agency.name
    return desk.name


def _fetch_todo(submission: Submission) -> str:
    """What to do about a result, by the way of delivery that was chosen."""
    if submission.delivery == DeliveryWay.POST:
        return _("Chưa cần làm gì. Kết quả được gửi bưu điện đến: %s.") % submission.delivery_address
    return _("Tải kết quả ở mục “Kết quả” dưới đây.")


def _await_reply(submission: Submission) -> str:
    """Until when the desk answers what came online."""
    if submission.reply_by is None:
        return str(submission.wording.todo)
    if submission.reply_by < timezone.now():
        return _("Hồ sơ được trả lời chậm hơn đã hẹn, mong bạn thông cảm. Bạn chưa cần làm gì, có thể gọi để hỏi.")
    return _("Chưa cần làm gì. Bạn sẽ được báo trước %s.") % moment(submission.reply_by)


WHAT_TO_DO: Mapping[tuple[str, str], Callable[[Submission], str]] = {
    **{(State.SUBMITTED, way): _await_reply for way in DeliveryWay},
    (State.RESULT_READY, DeliveryWay.POST): _fetch_todo,
    (State.RESULT_READY, DeliveryWay.ONLINE): _fetch_todo,
}


def standing(submission: Submission) -> Standing:
    desk = desk_of(submission.agency)
    words = {"office": holder(submission, desk), "due": due_words(submission.due_on)}
    own = WHAT_TO_DO.get((submission.state, submission.delivery))
    todo = own(submission) if own else str(submission.wording.todo).format(**words)
    return Standing(str(submission.wording.citizen).format(**words), todo, desk)
