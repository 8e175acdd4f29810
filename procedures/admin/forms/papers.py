"""The papers of a dossier and the fees as rows of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from procedures import wording
from procedures.admin.forms.block import Block, Data
from procedures.admin.forms.conditions import Conditional
from procedures.admin.forms.inputs import Amount, Count, Entry, Flag, Pick, Words
from procedures.editing.outline import Question, propose_key

HOW = [("submit", _("Nộp")), ("show", _("Chỉ mang theo để xuất trình"))]


class Sets(Block):
    number_of_sets = Count(_("Số bộ hồ sơ"), least=1, most=100)


class Paper(Conditional):
    """A key that was published once is fixed: attachments lie under it. A new one is made from the name."""

    NEW = {"originals": 1, "copies": 0, "required": True, "how": "submit", "produced_by_form": False, "upload": True}
    condition_label = _("Tự bắt buộc khi trong tờ khai")
    always = _("không xét tờ khai")

    name = Words(_("Tên giấy tờ"), rows=2)
    required = Flag(_("Ai cũng phải có"))
    condition = Entry(_("Cần trong trường hợp nào"), help_text=_("Bằng lời, ví dụ: Khi không có Giấy chứng sinh."))
    originals = Count(_("Số bản chính"), most=100)
    copies = Count(_("Số bản sao"), most=100)
    how = Pick(_("Nộp hay xuất trình"), HOW)
    upload = Flag(_("Nộp trực tuyến thì đính kèm tệp hoặc ảnh chụp"))
    produced_by_form = Flag(_("Là tờ khai của cổng, không phải đính kèm"))
    template__name = Entry(_("Tên mẫu"), help_text=_("Khi giấy này có mẫu in sẵn."))
    template__reference = Entry(_("Mẫu ban hành theo"), help_text=_("Ví dụ: Thông tư 04/2020/TT-BTP."))
    note = Entry(_("Ghi chú cho người dân"))
    key = Entry(_("Khóa"), help_text=_("Tên ngắn không dấu để lưu tệp. Để trống thì tự đặt theo tên giấy tờ."))

    def __init__(
        self,
        raw: Any,
        data: Data | None = None,
        *,
        prefix: str | None = None,
        questions: Sequence[Question],
        fixed: frozenset[str],
        taken: set[str],
    ) -> None:
        self.fixed, self.taken = fixed, taken
        super().__init__(raw, data, prefix=prefix, questions=questions)

    def prepare(self) -> None:
        if self.raw.get("key") in self.fixed:
            self.fields["key"].disabled = True
            self.fields["key"].help_text = str(_("Đã công bố nên không đổi: tệp của người dân lưu dưới khóa này."))

    def write(self, content: dict[str, Any]) -> None:
        super().write(content)
        if not content.get("key") and content.get("name"):
            content["key"] = propose_key(content["name"], self.taken, fallback="giay_to")
            self.taken.add(content["key"])


class Free(Block):
    free_of_charge = Flag(_("Không thu phí, lệ phí"))


class Fee(Conditional):
    NEW = {"kind": "le_phi", "amount": None, "amount_checked": False}
    condition_label = _("Tự tính khi trong tờ khai")
    always = _("không xét tờ khai")

    kind = Pick(_("Loại"), list(wording.FEE_KINDS.items()))
    name = Entry(_("Tên khoản thu"))
    amount = Amount(_("Mức thu (đồng)"), help_text=_("Ví dụ 10.000; miễn phí thì ghi 0; chưa rõ thì để trống."))
    unit = Entry(_("Tính theo"), help_text=_("Ví dụ: lần, bản, giấy phép."))
    condition = Entry(_("Thu trong trường hợp nào"), help_text=_("Bằng lời, ví dụ: Sau 60 ngày."))
    exemption = Words(_("Miễn, giảm"), rows=2)
    basis = Entry(_("Theo văn bản"), help_text=_("Ví dụ 253/2020/NQ-HĐND."))
    amount_checked = Flag(_("Mức thu đã đối chiếu với văn bản"))
    note = Entry(_("Ghi chú"))
