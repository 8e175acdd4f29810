"""Which event tells whom, on one screen. Data only; the words are in templates/notices/<kind>.txt and .sms.txt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from submissions.models import Event, Notice, Submission
from submissions.notices import recipients
from submissions.notices.recipients import Address
from submissions.states import (
    ARRIVED,
    CHARGE,
    DELIVERED,
    PAY,
    POSTED,
    RECOUNT,
    REFUND,
    REROUTE,
    RETURNED,
    UNDELIVERED,
    WAIVE,
)

CITIZEN, STAFF = Notice.Audience.CITIZEN, Notice.Audience.STAFF


@dataclass(frozen=True)
class Rule:
    """One message an event gives rise to."""

    kind: str
    audience: str
    to: Callable[[Submission, Event], list[Address]]


def citizen(kind: str) -> Rule:
    return Rule(kind, CITIZEN, recipients.citizen)


def staff(kind: str, to: Callable[[Submission, Event], list[Address]]) -> Rule:
    return Rule(kind, STAFF, to)


TABLE: dict[str, tuple[Rule, ...]] = {
    "submit": (citizen("submitted"), staff("staff_new_filing", recipients.reception_of_online)),
    "receive": (citizen("received"),),
    "refuse": (citizen("refused"),),
    "request_supplement": (citizen("supplement_requested"),),
    "supplement": (citizen("supplemented"), staff("staff_supplemented", recipients.assignee_or_reception)),
    "withdraw": (citizen("withdrawn"), staff("staff_withdrawn", recipients.assignee_or_reception)),
    "start": (citizen("started"),),
    "propose": (staff("staff_proposed", recipients.leaders),),
    "send_back": (staff("staff_sent_back", recipients.assignee),),
    "approve": (citizen("result_ready"),),
    "finish": (citizen("result_ready"),),
    "extend": (citizen("extended"),),
    "decline": (citizen("declined"),),
    "stop": (citizen("stopped"),),
    "hand_over": (citizen("handed_over"),),
    "assign": (staff("staff_assigned", recipients.assignee),),
    CHARGE: (Rule("charged", CITIZEN, recipients.who_pays),),
    WAIVE: (Rule("waived", CITIZEN, recipients.who_owed),),
    PAY: (citizen("paid"),),
    REFUND: (
        Rule("refund_asked", CITIZEN, recipients.refund_asked),
        Rule("refund_done", CITIZEN, recipients.refund_done),
    ),
    RECOUNT: (citizen("recounted"), staff("staff_recounted", recipients.assignee)),
    POSTED: (citizen("posted"),),
    UNDELIVERED: (citizen("undelivered"),),
    RETURNED: (citizen("returned"),),
    ARRIVED: (citizen("originals_arrived"),),
}

# Verbs that tell nobody, and why.
SILENT: dict[str, str] = {
    DELIVERED: "the hand-over that goes with it tells it",
    REROUTE: "whoever receives the result has asked for it",
    "take": "the officer who takes a file knows it, and nobody had it before",
    "note": "a note is read on the record; it changes nothing for anybody",
    "papers": "who hands papers in sees them being ticked",
}

# The kinds as staff read them in lists. The last ones come from the calendar, not from an event.
LABELS: dict[str, object] = {
    "submitted": _("xác nhận đã nộp"),
    "received": _("đã tiếp nhận"),
    "refused": _("từ chối tiếp nhận"),
    "supplement_requested": _("yêu cầu bổ sung"),
    "supplemented": _("xác nhận đã bổ sung"),
    "withdrawn": _("xác nhận đã rút"),
    "started": _("bắt đầu xử lý"),
    "result_ready": _("đã có kết quả"),
    "extended": _("xin lỗi, hẹn lại"),
    "recounted": _("ngày hẹn đổi theo lịch"),
    "declined": _("không giải quyết"),
    "stopped": _("dừng xử lý"),
    "handed_over": _("đã trả kết quả"),
    "posted": _("đã giao bưu điện"),
    "undelivered": _("bưu điện chưa phát được"),
    "returned": _("bưu điện chuyển hoàn"),
    "originals_arrived": _("bản chính đã đến"),
    "charged": _("phải nộp tiền"),
    "waived": _("miễn, không thu"),
    "paid": _("đã nhận tiền"),
    "refund_asked": _("đang hoàn tiền"),
    "refund_done": _("đã hoàn tiền"),
    "message": _("tin nhắn của cán bộ"),
    "feedback_received": _("phản ánh: đã nhận"),
    "feedback_taken": _("phản ánh: đang giải quyết"),
    "feedback_asked": _("phản ánh: cần nói rõ thêm"),
    "feedback_refused": _("phản ánh: không giải quyết"),
    "feedback_forwarded": _("phản ánh: đã chuyển"),
    "feedback_answered": _("phản ánh: đã trả lời"),
    "staff_message": _("cán bộ: tin nhắn của người nộp"),
    "staff_feedback": _("cán bộ: phản ánh mới"),
    "staff_feedback_more": _("cán bộ: phản ánh được nói rõ thêm"),
    "staff_new_filing": _("cán bộ: hồ sơ mới"),
    "staff_supplemented": _("cán bộ: đã bổ sung"),
    "staff_withdrawn": _("cán bộ: người nộp rút"),
    "staff_proposed": _("cán bộ: chờ ký duyệt"),
    "staff_sent_back": _("cán bộ: lãnh đạo trả lại"),
    "staff_assigned": _("cán bộ: được giao việc"),
    "staff_recounted": _("cán bộ: ngày hẹn đổi theo lịch"),
    "staff_due_soon": _("cán bộ: sắp đến hạn"),
    "staff_overdue": _("cán bộ: quá hạn"),
    "staff_reply_missed": _("cán bộ: quá giờ trả lời"),
    "staff_digest": _("cán bộ: tin hằng ngày"),
}
