"""The pages of a draft's parts, of its text, and of its name at the national portal."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from procedures import editing
from procedures.admin import places, saving
from procedures.admin.opened import Opened, address, on_draft, page, refused, saved_words, version_of
from procedures.admin.sheets import PARTS, Part
from procedures.editing import EditConflict, YamlProblem


@on_draft()
def part(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    found = PARTS.get(slug)
    if found is None:
        raise Http404(_("Bản soạn không có phần này."))
    if not found.fits(opened.content):
        return misshapen(request, opened, str(found.title))
    shown = saving.SheetPage(
        title=str(found.title),
        make=found.make,
        result=lambda opened, sheet: sheet.result(opened.content),
        after=lambda opened: _after(opened, found),
        logged=_("Bản soạn: sửa phần “%s”.") % found.title,
        back=address("draft", opened.procedure),
        back_label=_("Bản soạn"),
        context={"about": found.about},
    )
    return saving.answer(request, opened, shown)


def _after(opened: Opened, found: Part) -> str:
    """On with the draft; back to the part when something in it is still to be mended."""
    if any(places.part_of(p) == found.slug for p in opened.problems):
        return address("part", opened.procedure, found.slug)
    return address("draft", opened.procedure)


def misshapen(request: HttpRequest, opened: Opened, title: str) -> HttpResponse:
    """A part that was written as text in a shape the inputs cannot show."""
    mends = [m for m in places.mends(opened) if m.url == address("yaml", opened.procedure)]
    context = {"title": title, "opened": opened, "procedure": opened.procedure, "mends": mends}
    return page(request, "misshapen", context)


@on_draft()
def text(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The whole document as text; what was typed stays when it cannot be read or somebody else saved."""
    context = {
        "title": _("Dạng YAML"),
        "opened": opened,
        "procedure": opened.procedure,
        "version": opened.draft.version,
        "text": request.POST.get("text") if request.method == "POST" else editing.to_yaml(opened.content),
        "problems": editing.problems(opened.draft),
    }
    if request.method == "POST":
        return _save_text(request, opened, context)
    return page(request, "text", context)


def _save_text(request: HttpRequest, opened: Opened, context: dict[str, object]) -> HttpResponse:
    try:
        content = editing.from_yaml(request.POST.get("text", ""))
        changed = opened.save(content, version_of(request), request.user, _("Bản soạn: sửa dạng YAML."))
    except YamlProblem as error:
        return page(request, "text", {**context, "mistakes": error.sentences})
    except EditConflict as error:
        if error.draft is None:
            return refused(request, opened.procedure, error)
        saved = editing.to_yaml(error.draft.content)
        return page(
            request, "text", {**context, "conflict": saved_words(error), "saved": saved, "version": error.draft.version}
        )
    messages.success(request, _("Đã lưu: %s.") % _("Dạng YAML") if changed else _("Không có gì thay đổi."))
    return HttpResponseRedirect(address("yaml" if opened.problems else "draft", opened.procedure))
