"""The head of the declaration form and of its sections as inputs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from procedures.admin.forms.block import Block, Data
from procedures.admin.forms.inputs import Entry, Flag
from procedures.editing.outline import propose_key


class SectionBlock(Block):
    """A section; its key stands in the address of its page."""

    title = Entry(_("Tên phần"), help_text=_("Ví dụ: Người mẹ."))
    key = Entry(_("Khóa"), help_text=_("Tên không dấu trong địa chỉ trang. Để trống thì tự đặt theo tên phần."))

    def __init__(self, raw: Any, data: Data | None, *, taken: Collection[str], is_fixed: bool) -> None:
        self.taken, self.is_fixed = taken, is_fixed
        super().__init__(raw, data)

    def prepare(self) -> None:
        if self.is_fixed:
            self.fields["key"].disabled = True
            self.fields["key"].help_text = str(_("Đã công bố nên không đổi."))

    def write(self, content: dict[str, Any]) -> None:
        super().write(content)
        content.setdefault("fields", [])
        if not content.get("key") and content.get("title"):
            content["key"] = propose_key(content["title"], self.taken, fallback="phan")


class FormBlock(Block):
    """What is printed at the head of the form."""

    form__title = Entry(_("Tên tờ khai"))
    form__based_on = Entry(_("Theo mẫu của văn bản"))
    form__official = Flag(_("Là mẫu do cơ quan nhà nước ban hành"))
