"""The declaration form of a draft: sections and questions in their order, each change saved at once."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from procedures.admin import parts, saving
from procedures.admin.forms.section import FormBlock
from procedures.admin.forms.sheet import Group, Sheet
from procedures.admin.opened import Opened, address, on_draft, page, refused, version_of
from procedures.admin.places import place_word, read_place
from procedures.editing import EditConflict, Problem, outline
from procedures.editing.outline import Place
from procedures.editing.words import KINDS
from procedures.loading.check_form import condition_values, written


@dataclass(frozen=True)
class Line:
    """A question, or a question of a repeat's rows, as the outline shows it."""

    word: str  # its place
    after: str  # the place behind it
    raw: dict[str, Any]
    kind: str
    condition: str
    is_new: bool
    problems: list[Problem]
    inner: int


@dataclass(frozen=True)
class Part:
    word: str
    raw: dict[str, Any]
    lines: list[Line]
    problems: list[Problem]
    end: str  # the place behind its last question


def parts_of(opened: Opened) -> list[Part]:
    asked = {q.key: q for q in outline.deciding(opened.content, opened.lists)}
    return [
        Part(
            place_word((i,)),
            section,
            lines_of(opened, (i,), section, asked),
            [p for p in opened.problems if outline.place_of(p.path) == (i,)],
            place_word((i, len(section.get("fields") or []))),
        )
        for i, section in enumerate(outline.sections(opened.content))
    ]


def lines_of(opened: Opened, place: Place, block: dict[str, Any], asked: dict[str, outline.Question]) -> list[Line]:
    """The questions of a section or of a repeat."""
    found = []
    for j, raw in enumerate(block.get("fields") or []):
        own = (*place, j)
        problems = [p for p in opened.problems if outline.place_of(p.path)[: len(own)] == own]
        found.append(
            Line(
                word=place_word(own),
                after=place_word((*place, j + 1)),
                raw=raw,
                kind=str(KINDS.get(str(raw.get("kind")), raw.get("kind") or "")),
                condition=condition_words(raw.get("show_when"), asked),
                is_new=str(raw.get("key")) not in opened.published_keys.questions,
                problems=problems,
                inner=len(raw.get("fields") or []) if raw.get("kind") == "repeat" else 0,
            )
        )
    return found


def condition_words(condition: Any, asked: dict[str, outline.Question]) -> str:
    """ "Chỉ hỏi khi “Sinh ở đâu”: Cơ sở y tế"; "" when it is always asked."""
    if not isinstance(condition, dict):
        return ""
    question = asked.get(str(condition.get("field")))
    labels = dict(question.options) if question else {}
    values = [labels.get(written(v), written(v)) for _path, v in condition_values(condition)]
    name = question.label if question else str(condition.get("field"))
    return _("Chỉ hỏi khi “%(question)s”: %(answers)s") % {"question": name, "answers": _(" hoặc ").join(values)}


# --- the outline -----------------------------------------------------------------------------------


@on_draft()
def form(request: HttpRequest, opened: Opened) -> HttpResponse:
    if not outline.fits(opened.content):
        return parts.misshapen(request, opened, str(_("Tờ khai")))
    if "do" in request.POST:
        return _moved(request, opened)
    shown = saving.SheetPage(
        title=_("Tờ khai"),
        make=lambda opened, data: Sheet([Group(_("Đầu tờ khai"), (), FormBlock(opened.content, data))]),
        result=lambda opened, sheet: sheet.result(opened.content),
        after=lambda opened: address("form", opened.procedure),
        logged=_("Bản soạn: sửa đầu tờ khai."),
        back=address("draft", opened.procedure),
        back_label=_("Bản soạn"),
        template="form",
        inside=lambda path: path if path[:1] == ("form",) and not outline.place_of(path) else None,
        context={"parts": parts_of(opened), "end": place_word((len(outline.sections(opened.content)),))},
    )
    return saving.answer(request, opened, shown)


def _moved(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Moves a section or question one step; the page comes back at where it stands now."""
    verb, _mark, word = request.POST["do"].partition(":")
    content, place = copy.deepcopy(opened.content), read_place(word)
    if verb not in ("up", "down") or not place or outline.find(content, place) is None:
        messages.warning(request, _("Mục này không còn ở chỗ cũ. Bạn xem lại rồi làm tiếp."))
        return HttpResponseRedirect(address("form", opened.procedure))
    to = outline.neighbour(content, place, -1 if verb == "up" else 1)
    if to is not None:
        outline.move(content, place, to)
        try:
            opened.save(content, version_of(request), request.user, _("Bản soạn: đổi thứ tự tờ khai."))
        except EditConflict as error:
            return refused(request, opened.procedure, error)
    return HttpResponseRedirect(page_of(opened, to or place))


def page_of(opened: Opened, place: Place) -> str:
    """Where a section or question is listed: the outline, or for one of a repeat's rows the repeat's own page."""
    if len(place) == 3:
        return address("question", opened.procedure, place_word(place[:2])) + f"#q-{place_word(place)}"
    return address("form", opened.procedure) + f"#q-{place_word(place)}"


@on_draft()
def remove(request: HttpRequest, opened: Opened, word: str) -> HttpResponse:
    """Asks once, then takes a section or question away."""
    place = place_or_404(opened, word)
    raw = outline.find(opened.content, place)
    assert raw is not None
    if request.method == "POST":
        return _removed(request, opened, place, str(raw.get("label") or raw.get("title") or raw.get("key") or ""))
    context = {
        "title": _("Bỏ phần") if len(place) == 1 else _("Bỏ câu hỏi"),
        "opened": opened,
        "procedure": opened.procedure,
        "version": opened.draft.version,
        "raw": raw,
        "is_section": len(place) == 1,
        "was_published": _was_published(opened, raw, place),
        "dependants": _dependants(opened, raw) if len(place) > 1 else [],
        "back": page_of(opened, place),
    }
    return page(request, "remove", context)


def _was_published(opened: Opened, raw: dict[str, Any], place: Place) -> bool:
    known = opened.published_keys
    return str(raw.get("key")) in (known.sections if len(place) == 1 else known.questions)


def _dependants(opened: Opened, raw: dict[str, Any]) -> list[str]:
    """The questions that are asked depending on this one."""
    conditions = [(f, f.get("show_when")) for _place, f in outline.walk(opened.content)]
    return [str(f.get("label")) for f, c in conditions if isinstance(c, dict) and c.get("field") == raw.get("key")]


def _removed(request: HttpRequest, opened: Opened, place: Place, name: str) -> HttpResponse:
    content = copy.deepcopy(opened.content)
    outline.remove(content, place)
    if not outline.sections(content):
        content.pop("form", None)
    try:
        opened.save(content, version_of(request), request.user, _("Bản soạn: bỏ “%s” khỏi tờ khai.") % name)
    except EditConflict as error:
        return refused(request, opened.procedure, error)
    messages.success(request, _("Đã bỏ “%s”.") % name)
    return HttpResponseRedirect(page_of(opened, place).partition("#")[0])


def place_or_404(opened: Opened, word: str) -> Place:
    place = read_place(word)
    if not outline.fits(opened.content) or not place or outline.find(opened.content, place) is None:
        raise Http404(_("Tờ khai không có mục này nữa. Bạn mở lại trang Tờ khai."))
    return place
