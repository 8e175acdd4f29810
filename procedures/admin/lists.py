"""The named lists of choices that forms share."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib import text
from procedures.admin.catalogue import CatalogueAdmin
from procedures.admin.forms.question import list_label
from procedures.editing.outline import propose_key
from procedures.models import ChoiceList, ProcedureRevision
from procedures.validators import clean_text, is_readable

TAB = "\t"
LONGEST = 500


def shown(items: Any) -> str:
    """One item a line: stored value, tabulator, words."""
    pairs = [(i.get("value", i.get("code")), i.get("label", i.get("name"))) for i in items or [] if isinstance(i, dict)]
    return "\n".join(f"{value}{TAB}{label}" for value, label in pairs)


def read(typed: str, before: Sequence[Any]) -> list[dict[str, Any]]:
    """The items of the lines. An item of before keeps what else it holds; ValidationError names the line."""
    known = {str(i.get("value", i.get("code"))): i for i in before if isinstance(i, dict)}
    names = ("code", "name") if any("code" in i for i in known.values()) else ("value", "label")
    found: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(typed.splitlines(), start=1):
        if not line.strip():
            continue
        value, label = _pair(line, number, {*found, *known})
        if value in found:
            raise forms.ValidationError(_("Dòng %(n)d: mã “%(v)s” đã dùng ở dòng trên.") % {"n": number, "v": value})
        found[value] = _item(known.get(value), names, value, label)
    return list(found.values())


def _pair(line: str, number: int, taken: set[str]) -> tuple[str, str]:
    if not is_readable(line):
        raise forms.ValidationError(_("Dòng %d có ký tự lạ không đọc được. Bạn gõ lại dòng này.") % number)
    mark = TAB if TAB in line else "|"
    value, found, label = line.partition(mark)
    if not found:
        value, label = "", line
    value, label = text.tidy(value), clean_text(label)
    if not label:
        raise forms.ValidationError(_("Dòng %d thiếu câu chữ. Bạn ghi mã, phím Tab hoặc dấu |, rồi câu chữ.") % number)
    return value or propose_key(label, taken, fallback="muc"), label


def _item(before: dict[str, Any] | None, names: tuple[str, str], value: str, label: str) -> dict[str, Any]:
    if before is None:
        return {names[0]: value, names[1]: label}
    item = copy.deepcopy(before)
    item["name" if "label" not in item and "name" in item else "label"] = label
    return item


class ListForm(forms.ModelForm):
    lines = forms.CharField(
        label=gettext_lazy("Các mục"),
        help_text=gettext_lazy(
            "Mỗi dòng một mục: mã lưu, phím Tab hoặc dấu |, rồi câu chữ người dân đọc. Dòng chỉ có câu chữ "
            "thì mã tự đặt. Mã đã dùng thì đừng đổi, chỉ sửa câu chữ."
        ),
        widget=forms.Textarea(attrs={"rows": 20, "class": "mono"}),
        strip=False,
        error_messages={"required": gettext_lazy("Danh sách cần ít nhất một mục.")},
    )

    class Meta:
        model = ChoiceList
        fields = ("key",)
        help_texts = {"key": gettext_lazy("Chữ thường không dấu, số và gạch dưới, ví dụ: dan_toc.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].initial = shown(self.instance.items)

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key != propose_key(key, ()):
            raise forms.ValidationError(_("Khóa chỉ gồm chữ thường không dấu, số và gạch dưới, ví dụ: dan_toc."))
        return key

    def clean_lines(self) -> list[dict[str, Any]]:
        items = read(self.cleaned_data["lines"], self.instance.items or [])
        if not 1 <= len(items) <= LONGEST:
            raise forms.ValidationError(_("Danh sách cần từ 1 đến %d mục.") % LONGEST)
        return items

    def save(self, commit: bool = True) -> Any:
        self.instance.items = self.cleaned_data["lines"]
        return super().save(commit)


@admin.register(ChoiceList)
class ChoiceListAdmin(CatalogueAdmin):
    """Published forms keep the list that they were published with; a draft takes the new one when it is saved."""

    class Media:
        css = {"all": ["css/editing.css"]}

    form = ListForm
    list_display = ("key", "first_items", "count")
    search_fields = ("key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._edits(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "lines", "used_by") if self._edits(request) else ("key", "all_items", "used_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = ("key",) if obj else ()
        return (*fixed, "used_by") if self._edits(request) else ("key", "all_items", "used_by")

    @admin.display(description=gettext_lazy("các mục đầu"))
    def first_items(self, obj: ChoiceList) -> str:
        return list_label(obj.key, obj.items).partition(": ")[2]

    @admin.display(description=gettext_lazy("số mục"))
    def count(self, obj: ChoiceList) -> int:
        return len(obj.items or [])

    @admin.display(description=gettext_lazy("các mục"))
    def all_items(self, obj: ChoiceList) -> str:
        return "; ".join(line.partition(TAB)[2] for line in shown(obj.items).splitlines())

    @admin.display(description=gettext_lazy("nơi dùng"))
    def used_by(self, obj: ChoiceList) -> str:
        rows = ProcedureRevision.objects.filter(lists__has_key=obj.key, state=ProcedureRevision.State.PUBLISHED)
        codes = sorted(rows.values_list("procedure__code", flat=True)) if obj.pk else []
        names = ", ".join(codes) or _("chưa thủ tục nào")
        note = _(
            "Tờ khai đang công bố giữ danh sách lúc công bố. Muốn dùng danh sách mới, bạn mở bản soạn của thủ tục, "
            "bấm lưu rồi công bố."
        )
        return f"{names}. {note}"
