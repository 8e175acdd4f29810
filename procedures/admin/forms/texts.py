"""General facts, time limit and legal basis as inputs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procedures import wording
from procedures.admin.forms.block import Block
from procedures.admin.forms.conditions import Conditional
from procedures.admin.forms.inputs import Clock, Count, Day, Entry, Flag, Lines, Pick, Ticks, Words
from procedures.models import Sector

ONE_A_LINE = _("Mỗi dòng một mục.")
UNITS = list(wording.UNITS.items())


class Level(Pick):
    """The document holds the level as a number."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return int(found) if isinstance(found, str) and found.isdigit() else found


class Names(Block):
    name = Entry(_("Tên thủ tục"), help_text=_("Đúng như trong quyết định công bố."))
    short_name = Entry(_("Tên ngắn"), help_text=_("Tên người dân hay gọi; hiện trong danh sách."))
    summary = Words(_("Tóm tắt"), help_text=_("Một, hai câu: thủ tục này để làm gì, ai cần làm."))
    everyday_terms = Lines(
        _("Cách gọi hằng ngày"), help_text=_("Những từ người dân gõ khi tìm. Mỗi dòng một cách gọi."), rows=5
    )
    level = Level(_("Mức độ"), [(str(n), _("Mức độ %d") % n) for n in wording.LEVELS])
    sector = Pick(_("Lĩnh vực"), [])

    def prepare(self) -> None:
        self.fields["sector"].offer(list(Sector.objects.values_list("key", "name")))  # type: ignore[attr-defined]


class Offices(Block):
    deciding_authority = Entry(_("Cơ quan có thẩm quyền quyết định"))
    handling_office = Entry(_("Cơ quan giải quyết"))
    receiving_office = Entry(_("Nơi tiếp nhận và trả kết quả"))
    subjects = Ticks(_("Ai được làm thủ tục này"), list(wording.SUBJECTS.items()))


class Steps(Block):
    filing_methods = Ticks(_("Cách nộp"), list(wording.METHODS.items()))
    steps = Lines(_("Các bước"), help_text=_("Mỗi dòng một bước, theo thứ tự."), rows=8)
    requirements = Lines(_("Yêu cầu, điều kiện"), help_text=ONE_A_LINE, rows=5)


class Result(Block):
    result__name = Entry(_("Kết quả"), help_text=_("Giấy tờ mà người dân nhận về."))
    result__delivery = Ticks(_("Cách nhận kết quả"), list(wording.DELIVERIES.items()))
    result__validity = Entry(_("Kết quả có giá trị"), help_text=_("Ví dụ: 12 tháng kể từ ngày cấp."))


class ResultItem(Block):
    name = Entry(_("Tên giấy tờ kết quả"))
    code = Entry(_("Mã giấy tờ kết quả"), help_text=_("Ví dụ KQ.G15.000031; không có thì để trống."))
    valid_months = Count(_("Số tháng có giá trị"), most=1200)


class Notes(Block):
    checked = Flag(_("Nội dung đã đối chiếu với văn bản gốc"))
    as_of = Day(_("Nội dung đúng vào ngày"), help_text=_("Ngày/tháng/năm, ví dụ 30/06/2025."))
    related = Lines(_("Mã các thủ tục liên quan"), help_text=_("Mỗi dòng một mã, ví dụ 1.000689."), rows=3)
    former_codes = Lines(_("Mã cũ của thủ tục này"), help_text=_("Mỗi dòng một mã, ví dụ 1.000689."), rows=2)
    later_codes = Lines(_("Mã mới thay thủ tục này"), help_text=_("Mỗi dòng một mã, ví dụ 1.000689."), rows=2)
    note = Words(_("Ghi chú"), rows=3)


# --- time limit ----------------------------------------------------------------------------------


class Limit(Block):
    value = Count(_("Thời hạn"), most=3650, help_text=_("Chỉ ghi con số."))
    unit = Pick(_("Tính bằng"), UNITS)
    same_day = Flag(_("Giải quyết ngay trong ngày"))
    cutoff = Clock(_("Nhận sau giờ này thì trả vào ngày làm việc tiếp theo"), help_text=_("Ví dụ 15:00."))
    checked = Flag(_("Thời hạn đã đối chiếu với văn bản gốc"))
    note = Words(_("Ghi chú về thời hạn"), rows=2)


class Variant(Conditional):
    NEW = {"unit": "working_day", "adds": False}
    condition_label = _("Tự áp dụng khi trong tờ khai")
    always = _("không tự áp dụng, cán bộ quyết định")

    condition = Entry(_("Trường hợp"), help_text=_("Ví dụ: Phải xác minh ở nơi khác."))
    value = Count(_("Thời hạn"), most=3650)
    unit = Pick(_("Tính bằng"), UNITS)
    adds = Flag(_("Cộng thêm vào thời hạn chung (không đánh dấu: thay cho thời hạn chung)"))


# --- legal basis ---------------------------------------------------------------------------------


class LegalBasis(Block):
    number = Entry(_("Số, ký hiệu"), help_text=_("Ví dụ 123/2015/NĐ-CP."))
    title = Entry(_("Tên văn bản"))
    date = Day(_("Ngày ban hành"), help_text=_("Ngày/tháng/năm, ví dụ 15/11/2015."))
