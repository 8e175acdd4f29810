"""How a sheet of inputs is shown and saved: nothing that was typed is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from procedures.admin.forms.block import Data, Path
from procedures.admin.forms.rows import press
from procedures.admin.forms.sheet import Sheet
from procedures.admin.opened import Opened, page, refused, saved_words, version_of
from procedures.editing import EditConflict


@dataclass
class SheetPage:
    """One page of inputs.

    make     the sheet for what the document holds, or for what was typed
    result   the whole document with the sheet's changes
    after    where to go when it was saved
    logged   what the procedure's log says
    inside   for a sheet of one block: the place of a problem within the block, None when it belongs elsewhere
    """

    title: str
    make: Callable[[Opened, Data | None], Any]
    result: Callable[[Opened, Any], dict[str, Any]]
    after: Callable[[Opened], str]
    logged: str
    back: str
    back_label: str
    template: str = "sheet"
    inside: Callable[[Path], Path | None] | None = None
    context: dict[str, Any] = field(default_factory=dict)


def answer(request: HttpRequest, opened: Opened, shown: SheetPage) -> HttpResponse:
    if request.method != "POST":
        sheet = shown.make(opened, None)
        _place_problems(opened, sheet, shown.inside)
        return _drawn(request, opened, shown, sheet)
    data: Data = MultiValueDict(dict(request.POST.lists()))
    if "row" in data:
        return _drawn(request, opened, shown, shown.make(opened, press(data, str(data["row"]))), unsaved=True)
    sheet = shown.make(opened, data)
    if data.get("action") == "show":
        return _drawn(request, opened, shown, sheet, unsaved=True)
    if not sheet.is_valid():
        return _drawn(request, opened, shown, sheet)
    return _saved(request, opened, shown, sheet, data)


def _saved(request: HttpRequest, opened: Opened, shown: SheetPage, sheet: Any, data: Data) -> HttpResponse:
    try:
        is_new = opened.save(shown.result(opened, sheet), version_of(request), request.user, shown.logged)
    except EditConflict as error:
        if error.draft is None:
            return refused(request, opened.procedure, error)
        return _conflict(request, opened, shown, data, error)
    messages.success(request, _("Đã lưu: %s.") % shown.title if is_new else _("Không có gì thay đổi."))
    return HttpResponseRedirect(shown.after(opened))


def _conflict(request: HttpRequest, opened: Opened, shown: SheetPage, data: Data, error: EditConflict) -> HttpResponse:
    """What was typed, over what is saved now; saving once more keeps what was typed here."""
    assert error.draft is not None
    error.draft.procedure = opened.procedure
    newer = Opened(opened.procedure, error.draft, opened.may_edit)
    sheet = shown.make(newer, data)
    try:
        changes = newer.differences_to(shown.result(newer, sheet)) if sheet.is_valid() else []
    except LookupError:
        messages.warning(request, _("Mục bạn đang sửa không còn trong bản soạn. Bạn chép lại những gì cần giữ."))
        changes = []
    return _drawn(request, newer, shown, sheet, conflict=saved_words(error), changes=changes)


def _place_problems(opened: Opened, sheet: Sheet, inside: Callable[[Path], Path | None] | None) -> None:
    for problem in opened.problems:
        path = inside(problem.path) if inside else problem.path
        if path is not None and (inside or sheet.shows(path)):
            sheet.place(problem, path)


def _drawn(request: HttpRequest, opened: Opened, shown: SheetPage, sheet: Any, **more: Any) -> HttpResponse:
    context = {
        "title": shown.title,
        "opened": opened,
        "procedure": opened.procedure,
        "version": opened.draft.version,
        "sheet": sheet,
        "faults": sheet.faults(),
        "mends": sheet.mends(),
        "back": shown.back,
        "back_label": shown.back_label,
        **shown.context,
        **more,
    }
    return page(request, shown.template, context)
