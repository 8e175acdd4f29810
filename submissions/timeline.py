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

from portal.templatetags.portal import day, moment, vnd
from submissions.models import Event, Submission
from submissions.notices.wording import Desk, desk_of, postage_words
from submissions.states import (
    ARRIVED,
    CHARGE,
    DELIVERED,
    DOWNLOAD,
    PAY,
    POSTED,
    RECOUNT,
    REFUND,
    REROUTE,
    RETURNED,
    UNDELIVERED,
    WAIVE,
    State,
)

DeliveryWay = Submission.DeliveryWay


@dataclass(frozen=True)
class Told:
    """How a verb is told. {office} {due} {code} {round} {how} {amount} {owed} {tracking} may stand in the sentence.

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
    DOWNLOAD: Told(_t("Bạn đã tải tệp kết quả."), "neutral"),
    POSTED: Told(_t("Kết quả đã giao cho bưu điện{tracking}.")),
    UNDELIVERED: Told(_t("Bưu điện chưa phát được kết quả."), "warning", quotes=True),
    RETURNED: Told(_t("Bưu điện đã chuyển trả kết quả về {office}."), "warning", quotes=True),
    DELIVERED: Told(_t("Bưu điện đã phát kết quả."), "ok"),
    ARRIVED: Told(_t("Giấy tờ bạn gửi qua bưu điện đã đến {office}."), "ok"),
    REROUTE: Told(_t("Cách nhận kết quả được đổi theo yêu cầu của bạn."), quotes=True),
    "hand_over": Told(_t("Đã trả kết quả: {how}."), "ok"),
    CHARGE: Told(_t("Mức thu đã xác định. Còn phải nộp: {owed}."), "info", quotes=True),
    WAIVE: Told(_t("Được miễn {amount}. Còn phải nộp: {owed}."), "info", quotes=True),
    PAY: Told(_t("Đã nhận {amount} ({how}). Còn phải nộp: {owed}."), "ok"),
    REFUND: Told(_t("Đang hoàn lại {amount} ({how})."), "info", quotes=True),
}
UNSET = _t("Hồ sơ có khoản phải nộp; cán bộ sẽ xác định mức thu.")
REFUNDED = _t("Đã hoàn lại {amount} ({how}).")
# Where nothing more is to be paid.
SETTLED: Mapping[str, object] = {
    CHARGE: _t("Mức thu đã xác định. Bạn không phải nộp thêm."),
    WAIVE: _t("Được miễn {amount}."),
    PAY: _t("Đã nhận {amount} ({how})."),
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


def owed_words(owed: int | None) -> str:
    return _("chờ cán bộ xác định") if owed is None else vnd(owed)


def _sentence(event: Event, told: Told) -> object:
    if _is_resumed(event):
        return RESUMED
    if event.verb == CHARGE and event.data.get("due") is None:
        return UNSET
    if event.verb in SETTLED and event.data.get("due", 0) == 0:
        return SETTLED[event.verb]
    if event.verb == REFUND and event.data.get("step") == "done":
        return REFUNDED
    return ENTERED.get(event.data.get("channel", ""), told.sentence)


def _line(event: Event, submission: Submission, office: str) -> Line | None:
    told = TOLD.get(event.verb)
    if told is None:
        return Line(event.at, event.note, "", "info") if event.note else None
    facts = {
        "office": office,
        "due": due_words(event.data.get("due_on")),
        "code": event.data.get("code") or submission.dossier_code or "",
        "round": event.data.get("round", 1),
        "how": HANDED.get(event.data.get("how", ""), event.data.get("how", "")),
        "amount": vnd(event.data.get("amount")),
        "owed": owed_words(event.data.get("due", 0)),
        "tracking": _(", mã bưu gửi %s") % number if (number := event.data.get("tracking")) else "",
    }
    sentence = _sentence(event, told)
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
        words = _("Chưa cần làm gì. Bưu tá mang kết quả đến: %(address)s. %(postage)s")
        return words % {"address": submission.delivery_address.rstrip(". "), "postage": postage_words()}
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


def _await_amount(_submission: Submission) -> str:
    return _("Cán bộ đang xác định mức phí, lệ phí và sẽ báo bạn. Kết quả được trả khi đã nộp đủ.")


def _todo(submission: Submission, words: Mapping[str, str]) -> str:
    """What is to be done but for paying, which the bill on the page says."""
    own = WHAT_TO_DO.get((submission.state, submission.delivery))
    if submission.state == State.RESULT_READY and submission.owed is None:
        own = _await_amount
    return own(submission) if own else str(submission.wording.todo).format(**words)


def standing(submission: Submission) -> Standing:
    desk = desk_of(submission.agency)
    words = {"office": holder(submission, desk), "due": due_words(submission.due_on)}
    todo = _todo(submission, words)
    return Standing(str(submission.wording.citizen).format(**words), todo, desk)
