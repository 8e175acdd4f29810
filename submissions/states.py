"""The life of a submission on one screen: states, their wordings, and the table of transitions. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "DRAFT", _("bản nháp")
    SUBMITTED = "SUBMITTED", _("chờ tiếp nhận")
    AWAITING_SUPPLEMENT = "AWAITING_SUPPLEMENT", _("chờ bổ sung")
    REFUSED = "REFUSED", _("từ chối tiếp nhận")
    RECEIVED = "RECEIVED", _("đã tiếp nhận")
    IN_PROGRESS = "IN_PROGRESS", _("đang xử lý")
    AWAITING_APPROVAL = "AWAITING_APPROVAL", _("chờ ký duyệt")
    RESULT_READY = "RESULT_READY", _("đã có kết quả")
    DECLINED = "DECLINED", _("không giải quyết")
    STOPPED = "STOPPED", _("dừng xử lý")
    WITHDRAWN = "WITHDRAWN", _("đã rút")
    HANDED_OVER = "HANDED_OVER", _("đã trả kết quả")


class Role(models.TextChoices):
    """What an officer may be at an agency; one person may be several."""

    RECEPTION = "reception", _("một cửa")
    SPECIALIST = "specialist", _("chuyên môn")
    LEADER = "leader", _("lãnh đạo")
    CASHIER = "cashier", _("thu phí")
    EDITOR = "editor", _("biên tập")


CITIZEN = "citizen"
SYSTEM = "system"


class Stage(models.TextChoices):
    """Where a supplement was asked: before receipt no legal clock runs yet."""

    INTAKE = "intake", _("trước khi tiếp nhận")
    EXAMINATION = "examination", _("khi thụ lý")


class Money(models.TextChoices):
    """How the money of a submission stands; empty when nothing was ever charged. A fact of its own beside the state."""

    UNSET = "unset", _("chờ xác định mức thu")  # an officer has to set or count an amount
    DUE = "due", _("chưa nộp đủ")
    PAID = "paid", _("đã nộp đủ")
    WAIVED = "waived", _("không phải nộp")  # exempt, waived, or set to nothing
    REFUND = "refund", _("cần hoàn lại tiền")  # more came in than is to be paid


class Bucket(models.TextChoices):
    """For statistics every submission is in exactly one."""

    NONE = "none", _("không tính")
    WAITING = "waiting", _("chờ tiếp nhận")
    OPEN = "open", _("đang giải quyết")
    CITIZEN = "citizen", _("chờ người dân")
    DONE = "done", _("đã giải quyết")
    CLOSED = "closed", _("không tiếp nhận, rút, dừng")


@dataclass(frozen=True)
class Wording:
    """National status code (see reference: ten codes) and the words for citizen, officer's tone and statistics."""

    national: int | None
    citizen: object
    todo: object
    bucket: Bucket
    tone: str  # neutral | info | warning | ok | error: the shape beside the word


OPEN_STATES = (State.SUBMITTED, State.AWAITING_SUPPLEMENT, State.RECEIVED, State.IN_PROGRESS, State.AWAITING_APPROVAL)
CLOCK_STATES = (State.RECEIVED, State.IN_PROGRESS, State.AWAITING_APPROVAL)
FINAL_STATES = (State.REFUSED, State.DECLINED, State.STOPPED, State.WITHDRAWN, State.HANDED_OVER)

# {office}: the one-stop desk or the unit that has the file; {due}: the promised day in words.
WORDINGS: dict[State, Wording] = {
    State.DRAFT: Wording(None, _("Hồ sơ đang soạn, chưa gửi."), _("Điền tiếp và bấm gửi."), Bucket.NONE, "neutral"),
    State.SUBMITTED: Wording(
        1,
        _("Hồ sơ đã gửi, đang chờ {office} kiểm tra và tiếp nhận."),
        _("Chưa cần làm gì. Cán bộ sẽ liên hệ với bạn theo số điện thoại đã khai."),
        Bucket.WAITING,
        "info",
    ),
    State.AWAITING_SUPPLEMENT: Wording(
        5,
        _("Hồ sơ cần bổ sung. {office} đang chờ bạn."),
        _("Bổ sung đúng những mục được nêu dưới đây. Những phần khác giữ nguyên, bạn không phải khai lại."),
        Bucket.CITIZEN,
        "warning",
    ),
    State.REFUSED: Wording(
        3,
        _("{office} không tiếp nhận hồ sơ này."),
        _("Xem lý do dưới đây. Bạn có thể nộp hồ sơ mới khi đã sửa điều được nêu."),
        Bucket.CLOSED,
        "error",
    ),
    State.RECEIVED: Wording(
        2, _("{office} đã tiếp nhận hồ sơ. Hẹn trả: {due}."), _("Chưa cần làm gì."), Bucket.OPEN, "info"
    ),
    State.IN_PROGRESS: Wording(
        4, _("Hồ sơ đang được {office} xử lý. Hẹn trả: {due}."), _("Chưa cần làm gì."), Bucket.OPEN, "info"
    ),
    State.AWAITING_APPROVAL: Wording(
        4,
        _("Hồ sơ đã xử lý xong, đang chờ lãnh đạo {office} ký. Hẹn trả: {due}."),
        _("Chưa cần làm gì."),
        Bucket.OPEN,
        "info",
    ),
    State.RESULT_READY: Wording(
        9,
        _("Đã có kết quả tại {office}."),
        _("Mang giấy tờ bản chính và mã hồ sơ đến {office} để nhận kết quả."),
        Bucket.DONE,
        "ok",
    ),
    State.DECLINED: Wording(
        8,
        _("{office} không giải quyết được hồ sơ này."),
        _("Xem lý do dưới đây. Bạn có quyền hỏi lại hoặc khiếu nại theo quy định."),
        Bucket.DONE,
        "error",
    ),
    State.STOPPED: Wording(8, _("{office} đã dừng xử lý hồ sơ này."), _("Xem lý do dưới đây."), Bucket.CLOSED, "error"),
    State.WITHDRAWN: Wording(
        7,
        _("Bạn đã rút hồ sơ này."),
        _("Không cần làm gì. Bạn có thể nộp hồ sơ mới bất kỳ lúc nào."),
        Bucket.CLOSED,
        "neutral",
    ),
    State.HANDED_OVER: Wording(10, _("Đã trả kết quả."), _("Không cần làm gì nữa."), Bucket.DONE, "ok"),
}


@dataclass(frozen=True)
class Transition:
    """One row of the table. `target` None means: back to where the supplement was asked, or no change of state."""

    verb: str
    sources: tuple[State, ...]
    target: State | None
    roles: tuple[str, ...]
    button: object
    explain: object
    clock: str = ""  # start | pause | resume | stop
    papers: tuple[str, ...] = ()  # kinds of models.Paper that the verb issues
    needs: tuple[str, ...] = ()
    stage: str = ""


INTAKE, EXAMINATION = Stage.INTAKE, Stage.EXAMINATION
RECEPTION, SPECIALIST, LEADER = Role.RECEPTION, Role.SPECIALIST, Role.LEADER
S = State

TRANSITIONS: tuple[Transition, ...] = (
    Transition("submit", (S.DRAFT,), S.SUBMITTED, (CITIZEN, RECEPTION), _("Gửi hồ sơ"),
               _("Hồ sơ được gửi đến bộ phận một cửa."), papers=("filing-receipt",)),
    Transition("receive", (S.SUBMITTED,), S.RECEIVED, (RECEPTION,), _("Tiếp nhận"),
               _("Cấp mã hồ sơ, tính ngày hẹn trả và báo cho người nộp."), clock="start",
               papers=("receipt", "receipt-copy", "control-slip")),
    Transition("refuse", (S.SUBMITTED,), S.REFUSED, (RECEPTION,), _("Từ chối tiếp nhận"),
               _("Hồ sơ bị từ chối, người nộp được báo kèm lý do. Không quay lại được."),
               papers=("refusal",), needs=("reason",)),
    Transition("refuse", (S.AWAITING_SUPPLEMENT,), S.REFUSED, (RECEPTION,), _("Từ chối do quá hạn bổ sung"),
               _("Chỉ dùng khi đã quá hạn bổ sung trước khi tiếp nhận. Không quay lại được."),
               papers=("refusal",), needs=("reason", "expired"), stage=INTAKE),
    Transition("request_supplement", (S.SUBMITTED,), S.AWAITING_SUPPLEMENT, (RECEPTION,), _("Yêu cầu bổ sung"),
               _("Người nộp được báo đúng các mục đã đánh dấu, kèm lý do từng mục."),
               papers=("supplement",), needs=("items",), stage=INTAKE),
    Transition("request_supplement", (S.RECEIVED, S.IN_PROGRESS), S.AWAITING_SUPPLEMENT, (RECEPTION, SPECIALIST),
               _("Yêu cầu bổ sung"), _("Người nộp được báo đúng các mục đã đánh dấu; đồng hồ tạm dừng."),
               clock="pause", papers=("supplement",), needs=("items",), stage=EXAMINATION),
    Transition("supplement", (S.AWAITING_SUPPLEMENT,), None, (CITIZEN, RECEPTION), _("Nhận bổ sung"),
               _("Ghi nhận những mục người nộp đã bổ sung, trên cổng hoặc tại quầy."), clock="resume"),
    # Once received there is a dossier in law, and its end is put on paper.
    Transition("withdraw", (S.AWAITING_SUPPLEMENT,), S.WITHDRAWN, (CITIZEN,), _("Rút hồ sơ"),
               _("Hồ sơ thôi không được giải quyết nữa. Không quay lại được."),
               clock="stop", papers=("stop",), stage=EXAMINATION),
    Transition("withdraw", (S.SUBMITTED, S.AWAITING_SUPPLEMENT), S.WITHDRAWN, (CITIZEN,), _("Rút hồ sơ"),
               _("Hồ sơ thôi không được giải quyết nữa. Không quay lại được."), clock="stop"),
    Transition("start", (S.RECEIVED,), S.IN_PROGRESS, (SPECIALIST,), _("Bắt đầu xử lý"),
               _("Bạn nhận xử lý hồ sơ này.")),
    Transition("propose", (S.IN_PROGRESS,), S.AWAITING_APPROVAL, (SPECIALIST,), _("Trình ký"),
               _("Hồ sơ chuyển cho lãnh đạo ký duyệt.")),
    Transition("approve", (S.AWAITING_APPROVAL,), S.RESULT_READY, (LEADER,), _("Ký duyệt"),
               _("Kết quả được duyệt, người nộp được báo đến nhận."), clock="stop", needs=("result",)),
    Transition("send_back", (S.AWAITING_APPROVAL,), S.IN_PROGRESS, (LEADER,), _("Trả lại chuyên môn"),
               _("Hồ sơ quay lại chuyên môn kèm ý kiến của bạn."), needs=("reason",)),
    Transition("finish", (S.IN_PROGRESS,), S.RESULT_READY, (SPECIALIST,), _("Có kết quả"),
               _("Ghi kết quả, người nộp được báo đến nhận."), clock="stop", needs=("result",)),
    Transition("extend", (S.RECEIVED, S.IN_PROGRESS, S.AWAITING_APPROVAL), None, (LEADER,), _("Xin lỗi và hẹn lại"),
               _("Đổi ngày hẹn trả một lần duy nhất, người nộp được báo kèm lời xin lỗi."),
               papers=("extension",), needs=("reason", "new_date")),
    Transition("decline", (S.IN_PROGRESS,), S.DECLINED, (SPECIALIST, LEADER), _("Không giải quyết"),
               _("Trả lời không giải quyết, người nộp được báo kèm lý do. Không quay lại được."),
               clock="stop", papers=("refusal",), needs=("reason",)),
    Transition("stop", (S.RECEIVED, S.IN_PROGRESS), S.STOPPED, (SPECIALIST, LEADER), _("Dừng xử lý"),
               _("Dừng giải quyết hồ sơ, người nộp được báo kèm lý do. Không quay lại được."),
               clock="stop", papers=("stop",), needs=("reason",)),
    Transition("hand_over", (S.RESULT_READY,), S.HANDED_OVER, (RECEPTION, SYSTEM), _("Trả kết quả"),
               _("Ghi nhận đã trả kết quả cho người dân."), needs=("how",)),
)  # fmt: skip

# Acts that change who has the file or what is written on it, never its state.
ASSIGN, TAKE, NOTE, PAPERS = "assign", "take", "note", "papers"


@dataclass(frozen=True)
class Act:
    verb: str
    roles: tuple[str, ...]
    button: object
    explain: object


ACTS: tuple[Act, ...] = (
    Act(TAKE, (RECEPTION, SPECIALIST, LEADER), _("Nhận việc"), _("Hồ sơ chưa ai phụ trách chuyển cho bạn.")),
    Act(ASSIGN, (LEADER, RECEPTION), _("Giao việc"), _("Chọn cán bộ phụ trách hồ sơ.")),
    Act(
        PAPERS,
        (RECEPTION,),
        _("Ghi nhận giấy tờ bản giấy"),
        _("Đánh dấu giấy tờ đã nhận tại quầy hoặc qua bưu điện, kèm số bản."),
    ),
    Act(NOTE, (RECEPTION, SPECIALIST, LEADER), _("Ghi chú nội bộ"), _("Người nộp không xem được ghi chú này.")),
)

# Lines of the log that are no step of the file: somebody took it whole, brought it from another install, printed
# a further control slip, or said how content he or she was.
EXPORT, IMPORT, SLIP, RATE = "export", "import", "control_slip", "rate"
RECOUNT = "recount"  # the calendar changed, and with it the promised day
# Money and post: written by the app that keeps them, through workflow.record_money() and workflow.record_line().
CHARGE, WAIVE, PAY, REFUND = "charge", "waive", "pay", "refund"
POSTED, DELIVERED, UNDELIVERED, RETURNED, ARRIVED = "posted", "delivered", "undelivered", "returned", "arrived"
DOWNLOAD = "download"  # the owner took the result
REROUTE = "reroute"  # another way to receive the result than the one chosen at filing
LOGGED = {
    CHARGE: _("Xác định mức thu"),
    WAIVE: _("Miễn, không thu"),
    PAY: _("Nộp tiền"),
    REFUND: _("Hoàn tiền"),
    POSTED: _("Giao bưu điện"),
    DELIVERED: _("Bưu điện đã phát"),
    UNDELIVERED: _("Bưu điện phát không thành công"),
    RETURNED: _("Bưu điện chuyển hoàn"),
    ARRIVED: _("Bản chính gửi bưu điện đã đến"),
    DOWNLOAD: _("Tải kết quả"),
    REROUTE: _("Đổi cách nhận kết quả"),
    EXPORT: _("Tải trọn bộ hồ sơ"),
    IMPORT: _("Nhập từ gói hồ sơ"),
    SLIP: _("In phiếu kiểm soát"),
    RATE: _("Người nộp đánh giá"),
    RECOUNT: _("Đổi ngày hẹn theo lịch làm việc"),
}
EXPORTERS = (RECEPTION, SPECIALIST, LEADER, SYSTEM)
# What a line of the log is called.
VERB_LABELS: dict[str, object] = {
    **{row.verb: row.button for row in TRANSITIONS},
    **{act.verb: act.button for act in ACTS},
    **LOGGED,
}

VERBS: tuple[str, ...] = tuple(dict.fromkeys(t.verb for t in TRANSITIONS))


def rows_for(verb: str) -> list[Transition]:
    return [t for t in TRANSITIONS if t.verb == verb]


def row_for(verb: str, state: str, stage: str = "") -> Transition | None:
    """The row that applies, or None. `stage` is that of the open supplement request, if any."""
    for t in rows_for(verb):
        if state in t.sources and not (state == S.AWAITING_SUPPLEMENT and t.stage and t.stage != stage):
            return t
    return None
