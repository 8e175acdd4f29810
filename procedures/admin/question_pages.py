"""The page of one section or question of a draft's declaration form."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from procedures.admin import saving
from procedures.admin.form_editor import lines_of, page_of, place_or_404
from procedures.admin.forms.block import Block, Data, Path
from procedures.admin.forms.question import QuestionBlock, QuestionSheet, Surroundings
from procedures.admin.forms.section import SectionBlock
from procedures.admin.forms.sheet import Group, Sheet
from procedures.admin.opened import Opened, address, on_draft
from procedures.admin.places import place_word, read_place
from procedures.editing import outline
from procedures.editing.outline import Place
from procedures.loading.check_form import written

BEHIND = 10**6  # a position behind every question of a repeat


@dataclass(frozen=True)
class Target:
    """What a page edits: a section or question by its place, or by its key when it moved meanwhile."""

    place: Place
    key: str
    is_new: bool = False

    @property
    def is_section(self) -> bool:
        return len(self.place) == 1

    def place_in(self, opened: Opened) -> Place | None:
        """Where it stands in this version of the draft; None when it is gone."""
        at = outline.find(opened.content, self.place)
        if self.is_new or (at is not None and str(at.get("key")) == self.key):
            return self.place
        if self.is_section:
            places: list[Place] = [
                (i,) for i, s in enumerate(outline.sections(opened.content)) if str(s.get("key")) == self.key
            ]
        else:
            places = [p for p, f in outline.walk(opened.content) if str(f.get("key")) == self.key]
        return next((p for p in places if len(p) == len(self.place)), None)

    def raw_in(self, opened: Opened) -> dict[str, Any] | None:
        place = self.place_in(opened)
        return outline.find(opened.content, place) if place and not self.is_new else None


@on_draft()
def section(request: HttpRequest, opened: Opened, word: str) -> HttpResponse:
    return _existing(request, opened, word, is_section=True)


@on_draft()
def question(request: HttpRequest, opened: Opened, word: str) -> HttpResponse:
    return _existing(request, opened, word, is_section=False)


def _existing(request: HttpRequest, opened: Opened, word: str, *, is_section: bool) -> HttpResponse:
    place = read_place(word)
    if "of" in request.POST and outline.fits(opened.content):
        place = Target(place, request.POST["of"]).place_in(opened) or ()
    raw = outline.find(opened.content, place_or_404(opened, place_word(place)))
    _must((len(place) == 1) == is_section and raw is not None)
    return _edit(request, opened, Target(place, str((raw or {}).get("key"))))


@on_draft()
def add(request: HttpRequest, opened: Opened, word: str) -> HttpResponse:
    """A new section or question; it is to stand at the place that the address names."""
    place = read_place(word)
    _must(1 <= len(place) <= 3 and outline.fits(opened.content))
    _must(len(place) == 1 or outline.find(opened.content, place[:-1]) is not None)
    return _edit(request, opened, Target(place, "", is_new=True))


def _must(is_right: bool) -> None:
    if not is_right:
        raise Http404(_("Tờ khai không có mục này nữa. Bạn mở lại trang Tờ khai."))


def _edit(request: HttpRequest, opened: Opened, target: Target) -> HttpResponse:
    raw = target.raw_in(opened) or {}
    name = str(raw.get("label") or raw.get("title") or "")
    shown = saving.SheetPage(
        title=_title(target),
        make=lambda opened, data: sheet(opened, target, data),
        result=lambda opened, typed: changed(opened, target, typed),
        after=lambda opened: _after(opened, target),
        logged=_("Bản soạn: thêm vào tờ khai.") if target.is_new else _("Bản soạn: sửa “%s” trong tờ khai.") % name,
        back=page_of(opened, target.place),
        back_label=_("Tờ khai"),
        template="question",
        inside=lambda path: _inside(target, path),
        context={"name": name, "target": target, **_rows_context(opened, target, raw)},
    )
    return saving.answer(request, opened, shown)


def _title(target: Target) -> str:
    if target.is_section:
        return _("Thêm phần") if target.is_new else _("Sửa phần")
    return _("Thêm câu hỏi") if target.is_new else _("Sửa câu hỏi")


def _inside(target: Target, path: Path) -> Path | None:
    if target.is_new or outline.place_of(path) != target.place:
        return None
    return path[len(outline.path_of(target.place)) :]


def _rows_context(opened: Opened, target: Target, raw: dict[str, Any]) -> dict[str, Any]:
    """For a repeat: the questions of its rows."""
    if len(target.place) != 2 or raw.get("kind") != "repeat":
        return {}
    asked = {q.key: q for q in outline.deciding(opened.content, opened.lists, (*target.place, BEHIND))}
    lines = lines_of(opened, target.place, raw, asked)
    return {"inner": lines, "inner_end": place_word((*target.place, len(lines)))}


# --- the inputs ------------------------------------------------------------------------------------


def sheet(opened: Opened, target: Target, data: Data | None) -> Sheet:
    raw = target.raw_in(opened)
    if target.is_section:
        return Sheet([Group("", (), _section_block(opened, raw, data))])
    return QuestionSheet(raw if raw is not None else QuestionBlock.NEW, data, _around(opened, target, raw))


def _section_block(opened: Opened, raw: dict[str, Any] | None, data: Data | None) -> Block:
    known = opened.published_keys.sections
    is_fixed = raw is not None and str(raw.get("key")) in known
    return SectionBlock(raw, data, taken=outline.section_keys(opened.content) | known, is_fixed=is_fixed)


def _around(opened: Opened, target: Target, raw: dict[str, Any] | None) -> Surroundings:
    known = opened.published_keys.questions
    key, place = str((raw or {}).get("key")), target.place_in(opened) or target.place
    return Surroundings(
        questions=outline.deciding(opened.content, opened.lists, place),
        others=outline.deciding(opened.content, opened.lists),
        dates=outline.dates(opened.content, place),
        lists=opened.lists,
        taken=frozenset(outline.keys(opened.content) | known),
        is_fixed=raw is not None and key in known,
        fixed_values=_published_values(opened, key) if raw is not None else frozenset(),
        in_row=len(place) == 3,
    )


def _published_values(opened: Opened, key: str) -> frozenset[str]:
    content = opened.published_content
    raws = [raw for _place, raw in outline.walk(content) if raw.get("key") == key] if outline.fits(content) else []
    return frozenset(written(c.get("value")) for raw in raws for c in raw.get("choices") or [] if isinstance(c, dict))


# --- saving ----------------------------------------------------------------------------------------


def changed(opened: Opened, target: Target, typed: Any) -> dict[str, Any]:
    """The document with what was typed. LookupError when what was edited is gone."""
    content = copy.deepcopy(opened.content)
    result = typed.changed() if isinstance(typed, QuestionSheet) else typed.groups[0].form.result()
    place = target.place_in(opened)
    if place is None:
        raise LookupError(target)
    if target.is_new:
        outline.insert(content, place, result)
    else:
        block = outline.find(content, place)
        assert block is not None
        block.clear()
        block.update(result)
    return content


def _after(opened: Opened, target: Target) -> str:
    """Back to the outline; to the question itself while something in it is to be mended."""
    place = target.place if target.is_new else target.place_in(opened) or target.place
    raw = outline.find(opened.content, place) or {}
    problems = [p for p in opened.problems if outline.place_of(p.path)[: len(place)] == place]
    if len(place) > 1 and (problems or (raw.get("kind") == "repeat" and not raw.get("fields"))):
        return address("question", opened.procedure, place_word(place))
    return page_of(opened, place)
