"""A draft as a whole: its parts and problems, what it changes, and how it is published or thrown away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from procedures import blank_forms, editing
from procedures.admin import places
from procedures.admin.opened import Opened, address, on_draft, page, refused, saved_words
from procedures.admin.sheets import PARTS
from procedures.editing import EditConflict, EditError, NotPublishable
from procedures.editing.publishing import LONGEST
from procedures.editing.standing import log


@dataclass(frozen=True)
class Row:
    """A part in the overview."""

    title: Any
    about: Any
    url: str
    is_changed: bool
    problems: int


def rows(opened: Opened) -> list[Row]:
    counts = Counter(places.part_of(p) for p in opened.problems)
    found = [
        Row(part.title, part.about, address("part", opened.procedure, slug), _differs(opened, part.keys), counts[slug])
        for slug, part in PARTS.items()
    ]
    shown = {key for part in PARTS.values() for key in part.keys} | {places.FORM_KEY}
    rest = tuple(({*opened.content} | {*opened.published_content}) - shown)
    form = Row(
        _("Tờ khai"),
        _("Các câu hỏi mà người dân trả lời khi nộp."),
        address("form", opened.procedure),
        _differs(opened, (places.FORM_KEY,)),
        counts["to-khai"],
    )
    text = Row(
        _("Dạng YAML"),
        _("Toàn bộ nội dung trong một ô chữ, cho người quen dùng. Không cần mở nếu đã sửa ở các phần trên."),
        address("yaml", opened.procedure),
        _differs(opened, rest),
        counts[""],
    )
    return [*found, form, text]


def _differs(opened: Opened, keys: tuple[str, ...]) -> bool:
    return any(opened.content.get(key) != opened.published_content.get(key) for key in keys)


@require_safe
@on_draft(edit=False)
def overview(request: HttpRequest, opened: Opened) -> HttpResponse:
    spec = None if opened.problems else opened.draft.spec
    context = {
        "title": _("Bản soạn"),
        "opened": opened,
        "procedure": opened.procedure,
        "draft": opened.draft,
        "rows": rows(opened),
        "mends": places.mends(opened),
        "differences": opened.differences(),
        "warnings": editing.warnings(opened.draft),
        "spec": spec,
        "has_blank": bool(spec and blank_forms.keys(spec)),
    }
    return page(request, "draft", context)


class PublishForm(forms.Form):
    """`version` and `over` are what the page showed: nothing is published that the editor has not seen."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do thay đổi"),
        help_text=gettext_lazy("Ví dụ: Thêm câu hỏi về nơi sinh theo mẫu tờ khai mới."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Bạn hãy ghi lý do thay đổi.")},
    )
    legal_document = forms.CharField(
        label=gettext_lazy("Văn bản làm căn cứ"),
        help_text=gettext_lazy(
            "Số, ngày, cơ quan ban hành, ví dụ: Quyết định 123/QĐ-UBND ngày 05/11/2026 của UBND tỉnh."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Bạn hãy ghi văn bản làm căn cứ: số, ngày, cơ quan ban hành.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    over = forms.IntegerField(widget=forms.HiddenInput, required=False)
    use_required_attribute = False


def _seen(opened: Opened) -> dict[str, Any]:
    published = opened.procedure.published
    return {"version": opened.draft.version, "over": published.number if published else ""}


@on_draft()
def publish(request: HttpRequest, opened: Opened) -> HttpResponse:
    form = PublishForm(request.POST if request.method == "POST" else None, initial=_seen(opened), label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            done = editing.publish(opened.draft, by=request.user, **form.cleaned_data)
        except NotPublishable as error:
            return refused(request, opened.procedure, error)
        except EditConflict as error:
            if error.draft is None and editing.draft_of(opened.procedure) is None:
                return refused(request, opened.procedure, error)
            return _ask_again(request, opened, saved_words(error))
        except EditError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã công bố bản số %d. Trang thủ tục hiện nội dung mới ngay.") % done.number)
            return HttpResponseRedirect(address("change", opened.procedure))
    return _publish_page(request, opened, form)


def _ask_again(request: HttpRequest, opened: Opened, words: str) -> HttpResponse:
    """Somebody saved or published since the page was drawn: the reason stays typed, the differences are new."""
    draft = editing.draft_of(opened.procedure)
    assert draft is not None
    draft.procedure = opened.procedure
    newer = Opened(opened.procedure, draft, opened.may_edit)
    typed = {**{key: request.POST.get(key, "") for key in ("reason", "legal_document")}, **_seen(newer)}
    return _publish_page(request, newer, PublishForm(initial=typed, label_suffix=""), conflict=words)


def _publish_page(request: HttpRequest, opened: Opened, form: PublishForm, conflict: str = "") -> HttpResponse:
    context = {
        "title": _("Công bố"),
        "opened": opened,
        "procedure": opened.procedure,
        "draft": opened.draft,
        "form": form,
        "conflict": conflict,
        "differences": opened.differences(),
        "warnings": editing.warnings(opened.draft),
        "mends": places.mends(opened),
        "back": address("draft", opened.procedure),
    }
    return page(request, "publish", context)


@on_draft()
def discard(request: HttpRequest, opened: Opened) -> HttpResponse:
    if request.method == "POST":
        try:
            editing.discard(opened.draft)
        except EditError as error:
            return refused(request, opened.procedure, error)
        log(opened.procedure, request.user, _("Bỏ bản soạn."))
        messages.success(request, _("Đã bỏ bản soạn. Nội dung đang công bố không đổi."))
        return HttpResponseRedirect(address("change", opened.procedure))
    context = {
        "title": _("Bỏ bản soạn"),
        "opened": opened,
        "procedure": opened.procedure,
        "differences": opened.differences(),
        "back": address("draft", opened.procedure),
    }
    return page(request, "discard", context)
