"""What may be done with feedback, by whom and from where, and how it is told to its sender. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.models import Feedback
from submissions.states import Role

S, K = Feedback.State, Feedback.Kind
DESK = (Role.RECEPTION, Role.SPECIALIST, Role.LEADER)
# The head of the agency settles a complaint (Luật Khiếu nại 2011 art. 17, 18).
HEAD = (Role.LEADER,)
TAKE, ASK, FORWARD, REFUSE, ANSWER, PUBLISH, UNPUBLISH = "take ask forward refuse answer publish unpublish".split()
SENT, MORE = "sent", "more"


@dataclass(frozen=True)
class Verb:
    """`published` says whether it is for feedback that is (not) public; None: does not matter."""

    key: str
    sources: tuple[str, ...]
    button: Any
    explain: Any
    published: bool | None = None
    tone: str = "plain"

    def fits(self, feedback: Feedback) -> bool:
        is_public = feedback.published_at is not None
        if self.key == PUBLISH and feedback.kind == K.COMPLAINT:
            return False  # a complaint is between the person and the agency
        if self.key == UNPUBLISH and not is_public and feedback.publish_by is None:
            return False  # decided already
        return feedback.state in self.sources and self.published in (None, is_public)

    def roles(self, feedback: Feedback) -> tuple[Role, ...]:
        settles = self.key in (REFUSE, ANSWER) and feedback.kind == K.COMPLAINT
        return HEAD if settles else DESK


OPEN = (S.NEW, S.TAKEN, S.ASKED)
VERBS: tuple[Verb, ...] = (
    Verb(TAKE, (S.NEW,), _("Nhận giải quyết"),
         _("Thuộc trách nhiệm của cơ quan; người gửi được báo ngày trả lời."), tone="main"),
    Verb(ANSWER, OPEN, _("Trả lời"), _("Người gửi nhận được trả lời. Không sửa lại được."), tone="main"),
    Verb(ASK, (S.NEW, S.TAKEN), _("Hỏi thêm"),
         _("Người gửi được đề nghị nói rõ thêm; những ngày chờ không tính vào thời hạn.")),
    Verb(FORWARD, (S.NEW, S.TAKEN), _("Chuyển cơ quan khác"),
         _("Chuyển đến đơn vị khác của thị xã; người gửi và đơn vị đó được báo.")),
    Verb(REFUSE, OPEN, _("Không giải quyết"),
         _("Không thuộc trách nhiệm của thị xã, hoặc không có căn cứ. Người gửi được báo lý do. Không quay lại được."),
         tone="final"),
    Verb(PUBLISH, (S.ANSWERED,), _("Công khai câu hỏi và trả lời"),
         _("Mọi người đọc được trên cổng. Bạn bỏ tên, số điện thoại, địa chỉ và mọi chi tiết nhận ra người gửi."),
         published=False, tone="main"),
    Verb(UNPUBLISH, (S.ANSWERED,), _("Không công khai"),
         _("Không đưa lên trang công khai, vì là việc riêng hoặc nhận ra được người gửi."), published=False),
    Verb(PUBLISH, (S.ANSWERED,), _("Sửa nội dung công khai"), _("Thay lời đang công khai trên cổng."), published=True),
    Verb(UNPUBLISH, (S.ANSWERED,), _("Thôi công khai"), _("Gỡ khỏi trang công khai; người gửi vẫn xem được trả lời."),
         published=True, tone="final"),
)  # fmt: skip
KEYS = tuple(dict.fromkeys(verb.key for verb in VERBS))
LABELS: Mapping[str, Any] = {
    SENT: _("Người gửi gửi đến"),
    MORE: _("Người gửi nói rõ thêm"),
    **{verb.key: verb.button for verb in reversed(VERBS)},
}

# How it stands, for the sender: the big sentence, and the tone of its tag.
STANDING: Mapping[str, tuple[Any, str]] = {
    S.NEW: (_("{office} đã nhận. Chậm nhất {decide} bạn biết có được giải quyết không."), "info"),
    S.TAKEN: (_("{office} đang giải quyết. Trả lời chậm nhất {due}."), "info"),
    S.ASKED: (_("{office} cần bạn nói rõ thêm."), "warning"),
    S.REFUSED: (_("{office} không giải quyết nội dung này."), "error"),
    S.ANSWERED: (_("{office} đã trả lời."), "ok"),
}

# What the sender reads of each line; {office} is the agency at the end of the line. The others stay inside.
TOLD: Mapping[str, Any] = {
    SENT: _("Bạn đã gửi đến {office}."),
    TAKE: _("{office} nhận giải quyết."),
    ASK: _("{office} cần bạn nói rõ thêm."),
    MORE: _("Bạn đã nói rõ thêm."),
    FORWARD: _("Đã chuyển đến {office}, nơi có trách nhiệm giải quyết."),
    REFUSE: _("{office} không giải quyết."),
    ANSWER: _("{office} đã trả lời."),
}
# Lines whose words were written to or by the sender.
QUOTED = (ASK, MORE)
