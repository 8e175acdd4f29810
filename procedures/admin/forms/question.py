"""A question of the declaration form as inputs: what all questions have, and what only its kind has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from procedures.admin.forms.block import Block, Data
from procedures.admin.forms.conditions import Conditional
from procedures.admin.forms.inputs import GONE, Count, Day, Entry, Flag, Number, Pick, Words
from procedures.admin.forms.rows import Rows
from procedures.admin.forms.sheet import Group, Sheet
from procedures.editing.outline import Question, options_of, propose_key
from procedures.editing.words import KINDS, PREFILLS

CHOICES = ("choice", "multichoice")
_LENGTHS = ("min_length", "max_length")
_BOUNDS = ("min", "max")
# The keys of a question that only make sense for some kinds; they go when the kind changes.
OF_KIND: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("text", "multiline", "person_name", "address"), (*_LENGTHS, "prefill", "default")),
    **dict.fromkeys(("email", "phone", "id_number", "tax_code"), ("prefill", "default")),
    **dict.fromkeys(("integer", "decimal", "money", "year"), (*_BOUNDS, "default")),
    "date": ("min_date", "max_date", "after_field", "default"),
    "choice": ("choices_from", "choices", "default"),
    "multichoice": ("choices_from", "choices", "default"),
    "checkbox": ("default",),
    "repeat": ("min_items", "max_items", "item_label", "fields"),
}
_ALL_OF_KIND = (*dict.fromkeys(key for keys in OF_KIND.values() for key in keys if key != "default"), "default")
# These have a place of their own on the page, or none.
_ELSEWHERE = {"multichoice": ("choices", "default"), "choice": ("choices",), "repeat": ("fields",)}


@dataclass(frozen=True)
class Surroundings:
    """What a question's inputs have to know of the rest of the document."""

    questions: Sequence[Question] = ()  # asked before
    others: Sequence[Question] = ()  # asked anywhere
    dates: Sequence[tuple[str, str]] = ()
    lists: Mapping[str, Any] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()  # keys in use or used once
    is_fixed: bool = False  # the question was published: its key stays
    fixed_values: frozenset[str] = frozenset()  # its published answers: citizens' drafts hold them
    in_row: bool = False


class QuestionBlock(Conditional):
    NEW = {"kind": "text", "required": True}
    condition_key = "show_when"
    condition_label = _("Chỉ hỏi khi")
    always = _("luôn hỏi")

    label = Words(_("Câu hỏi"), help_text=_("Đúng như người dân sẽ đọc, ví dụ: Họ, chữ đệm, tên người mẹ."), rows=2)
    kind = Pick(_("Loại câu trả lời"), [])
    required = Flag(_("Bắt buộc trả lời"))
    help = Words(_("Lời hướng dẫn"), help_text=_("Hiện ngay trên ô nhập. Không cần thì để trống."), rows=2)
    key = Entry(_("Khóa"), help_text=_("Tên không dấu để lưu câu trả lời. Để trống thì tự đặt theo câu hỏi."))

    def __init__(self, raw: Any, data: Data | None = None, *, around: Surroundings) -> None:
        self.around = around
        super().__init__(raw, data, questions=around.questions, others=around.others)

    @property
    def chosen_kind(self) -> str:
        """The kind that is chosen on the page."""
        return str((self.data.get("kind") if self.is_bound else self.raw.get("kind")) or "text")

    def prepare(self) -> None:
        shut = ("repeat", "file") if self.around.in_row else ()
        kind = self.fields["kind"]
        kind.offer([(k, label) for k, label in KINDS.items() if k not in shut])  # type: ignore[attr-defined]
        kind.widget.attrs["data-show"] = ""
        if self.around.is_fixed:
            self.fields["key"].disabled = True
            self.fields["key"].help_text = str(
                _("Đã công bố nên không đổi: câu trả lời của người dân lưu dưới khóa này.")
            )
        for name in OF_KIND.get(self.chosen_kind, ()):
            if name not in _ELSEWHERE.get(self.chosen_kind, ()):
                self.fields[name] = self._input(name)
        self.order_fields(["label", "kind", "required", "help", *_ALL_OF_KIND, "key"])

    def _input(self, name: str) -> forms.Field:
        make = getattr(self, f"_input_{name}", None)
        made: forms.Field = make() if make else PLAIN[name]()
        return made

    def _input_after_field(self) -> forms.Field:
        return Pick(_("Không được trước ngày ở câu"), self.around.dates, blank=_("không xét"))

    def _input_choices_from(self) -> forms.Field:
        pairs = [(f"lists.{name}", list_label(name, items)) for name, items in sorted(self.around.lists.items())]
        return Pick(_("Các câu trả lời lấy từ"), pairs, blank=_("các câu ghi riêng dưới đây"))

    def _input_default(self) -> forms.Field:
        label = _("Điền sẵn")
        kind = self.chosen_kind
        if kind == "checkbox":
            return Flag(_("Đánh dấu sẵn"))
        if kind == "choice":
            return Pick(_("Chọn sẵn"), options_of(self.raw, self.around.lists), blank=_("không chọn sẵn"))
        if kind == "date":
            return Day(label, today=True, help_text=_("Ngày/tháng/năm, hoặc ghi: hôm nay."))
        if kind in ("integer", "money", "year"):
            return Count(label, least=-(10**12))
        return Number(label) if kind == "decimal" else Entry(label)

    def write(self, content: dict[str, Any]) -> None:
        super().write(content)
        if {"kind", "choices_from"} & set(self.changed_data):
            self._settle(content)
        if not content.get("key") and content.get("label"):
            content["key"] = propose_key(content["label"], self.around.taken)

    def _settle(self, content: dict[str, Any]) -> None:
        """Takes away what the new kind has no use for, and makes the lists that it needs."""
        own = OF_KIND.get(self.chosen_kind, ())
        # A box that only came up with the new kind was not seen yet: what the old kind had there is not meant.
        unseen = {name for name in own if name in self.fields and self.add_prefix(name) not in self.data}
        for key in (set(_ALL_OF_KIND) - set(own)) | (unseen if "kind" in self.changed_data else set()):
            content.pop(key, None)
        if "fields" in own:
            content.setdefault("fields", [])
        if "choices" in own and not content.get("choices_from"):
            content.setdefault("choices", [])


PLAIN: dict[str, Any] = {
    "min_length": lambda: Count(_("Ít nhất bao nhiêu ký tự"), most=100_000),
    "max_length": lambda: Count(_("Nhiều nhất bao nhiêu ký tự"), least=1, most=100_000),
    "min": lambda: Number(_("Nhỏ nhất")),
    "max": lambda: Number(_("Lớn nhất")),
    "min_date": lambda: Day(_("Ngày sớm nhất"), today=True, help_text=_("Ngày/tháng/năm, hoặc ghi: hôm nay.")),
    "max_date": lambda: Day(_("Ngày muộn nhất"), today=True, help_text=_("Ngày/tháng/năm, hoặc ghi: hôm nay.")),
    "prefill": lambda: Pick(_("Lấy sẵn từ thông tin đã khai"), list(PREFILLS.items()), blank=_("không lấy sẵn")),
    "min_items": lambda: Count(_("Ít nhất bao nhiêu dòng"), most=500),
    "max_items": lambda: Count(_("Nhiều nhất bao nhiêu dòng"), least=1, most=500),
    "item_label": lambda: Entry(_("Tên gọi một dòng"), help_text=_("Ví dụ: Thửa đất, Người con.")),
}


def list_label(name: str, items: Any) -> str:
    """ "sexes: Nam, Nữ": a shared list with its first entries, so that people know which one it is."""
    labels = [str(i.get("label", i.get("name", ""))) for i in items if isinstance(i, dict)] if items else []
    more = ", …" if len(labels) > 3 else ""
    return f"{name}: {', '.join(labels[:3])}{more}"


class ChoiceBlock(Block):
    """One answer to choose. The stored value is made from the words, and stays when the words change."""

    label = Entry(_("Câu trả lời"))
    value = Entry(_("Mã lưu"), help_text=_("Để trống thì tự đặt."))

    def __init__(
        self,
        raw: Any,
        data: Data | None = None,
        *,
        prefix: str | None = None,
        fixed: frozenset[str] = frozenset(),
        taken: set[str],
    ) -> None:
        self.fixed, self.taken = fixed, taken
        super().__init__(raw, data, prefix=prefix)

    def prepare(self) -> None:
        if str(self.raw.get("value")) in self.fixed:
            self.fields["value"].disabled = True

    def write(self, content: dict[str, Any]) -> None:
        super().write(content)
        if content.get("value") in (None, "", GONE) and content.get("label"):
            content["value"] = propose_key(content["label"], self.taken, fallback="tra_loi")
            self.taken.add(content["value"])


class QuestionSheet(Sheet):
    """All inputs of one question."""

    def __init__(self, raw: Mapping[str, Any], data: Data | None, around: Surroundings) -> None:
        self.raw = dict(raw)
        self.block = QuestionBlock(self.raw, data, around=around)
        groups = [Group("", (), self.block)]
        if self.block.chosen_kind in CHOICES:
            groups.append(Group(_("Các câu trả lời ghi riêng"), ("choices",), self._choices(data, around)))
        super().__init__(groups)

    def _choices(self, data: Data | None, around: Surroundings) -> Rows:
        items = self.raw.get("choices")
        taken = {str(c.get("value")) for c in items or [] if isinstance(c, dict)} | around.fixed_values
        return Rows(ChoiceBlock, "choices", items, data, is_short=True, fixed=around.fixed_values, taken=set(taken))

    def changed(self) -> dict[str, Any]:
        """The question as it is to be kept."""
        found = self.result(self.raw)
        if found.get("choices_from") and "choices_from" in self.block.changed_data:
            found.pop("choices", None)
        return found
