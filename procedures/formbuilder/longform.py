"""All sections of a form on one page: to fill in and print, and at the counter."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from procedures.formbuilder.errors import FieldError
from procedures.formbuilder.sections import Files, SectionForm
from procedures.formbuilder.typed import Typed, press_row_button, typed_from, typed_of, unticked
from procedures.spec import Answers, Field, FormSpec, Section


@dataclass(frozen=True)
class Part:
    """A section on the long page, under its number."""

    number: int
    filled: SectionForm
    decides: bool  # an answer of this section can bring up a question, here or further down

    @property
    def section(self) -> Section:
        return self.filled.section

    @property
    def anchor(self) -> str:
        return f"phan-{self.section.key}"


class LongForm:
    """Every section knows the valid answers of those before it, so that conditions reach across sections.

    typed    input name -> values of the whole form; what is empty starts from `stored`, `prefill` and the defaults
    prefill  facts by Field.prefill, as SectionForm takes them
    stored   answers given before
    files    what was uploaded, by key of the file question; `refused`: why others were not taken
    uploads  whether files can be sent here; else their questions say that the paper is handed in
    blanks   whether questions may stay open, to be answered by hand; only what is wrong is an error then
    """

    def __init__(
        self,
        form: FormSpec,
        *,
        typed: Mapping[str, list[str]],
        prefill: Mapping[str, Any] | None = None,
        stored: Answers | None = None,
        files: Files | None = None,
        refused: Mapping[str, str] | None = None,
        today: datetime.date | None = None,
        uploads: bool = False,
        blanks: bool = False,
    ) -> None:
        self.form, self.typed = form, typed
        self.known: dict[str, Any] = {
            "prefill": prefill,
            "stored": stored,
            "files": files,
            "refused": refused,
            "today": today,
            "uploads": uploads,
            "blanks": blanks,
        }
        self.reports = False

    @cached_property
    def sections(self) -> list[SectionForm]:
        """In order. Errors show once is_valid() was called."""
        made: list[SectionForm] = []
        before: dict[str, Any] = {}
        earlier: tuple[Field, ...] = ()
        for section in self.form.sections:
            filled = self._section(section, before, earlier)
            before, earlier = {**before, **filled.answers}, (*earlier, *section.fields)
            made.append(filled)
        return made

    def _section(self, section: Section, before: Answers, earlier: tuple[Field, ...]) -> SectionForm:
        filled = SectionForm(section, before=before, typed=self.typed, earlier=earlier, **self.known)
        if self.reports:
            filled.is_valid()
        return filled

    @cached_property
    def parts(self) -> list[Part]:
        deciding = _deciding(self.form)
        return [
            Part(number, filled, any(f.key in deciding for f in filled.section.fields))
            for number, filled in enumerate(self.sections, 1)
        ]

    def is_valid(self) -> bool:
        """Checks everything that was typed; errors show from now on."""
        self.reports = True
        for made in ("sections", "parts"):
            self.__dict__.pop(made, None)
        return not self.errors

    @property
    def answers(self) -> dict[str, Any]:
        """The valid answers of the questions that are asked."""
        return {key: value for filled in self.sections for key, value in filled.answers.items()}

    @property
    def typed_answers(self) -> Typed:
        """What was typed for `answers` alone: nothing that is hidden, nothing that is wrong."""
        boxes = {name: none for section in self.form.sections for name, none in unticked(section).items()}
        return {**boxes, **typed_of(self.form.fields(), self.answers, self.known["today"] or timezone.localdate())}

    @property
    def errors(self) -> list[FieldError]:
        """In the order of the page, under the name of the section where there are several: father and mother are
        asked the same. Empty before is_valid().
        """
        found = [(filled.section, error) for filled in self.sections for error in filled.errors]
        if len(self.form.sections) == 1:
            return [error for _section, error in found]
        return [replace(error, message=f"{section.title}: {error.message}") for section, error in found]

    @property
    def warnings(self) -> list[FieldError]:
        return [warning for filled in self.sections for warning in filled.warnings]

    @property
    def has_files(self) -> bool:
        """The page's form needs enctype multipart/form-data."""
        return any(filled.has_files for filled in self.sections)


def _deciding(form: FormSpec) -> frozenset[str]:
    """The questions that others depend on; a list counts when one of its rows' own questions does."""
    found: set[str] = set()
    for f in form.fields():
        found |= {f.show_when.field} if f.show_when else set()
        own = {g.key for g in f.fields}
        found |= {f.key if g.show_when.field in own else g.show_when.field for g in f.fields if g.show_when}
    return frozenset(found)


def typed_of_form(form: FormSpec, post: MultiValueDict[str, Any]) -> Typed:
    """What was typed on the long page, in composed letters and of bounded size; boxes without a tick count as seen."""
    typed: Typed = {}
    for section in form.sections:
        typed |= {**unticked(section), **typed_from(section, post)}
    return typed


def press_row_button_of_form(form: FormSpec, post: Mapping[str, Any], typed: Mapping[str, list[str]]) -> Typed | None:
    """`typed` after a row was added or removed in any section; None when no such button was pressed."""
    for section in form.sections:
        pressed = press_row_button(section, post, typed)
        if pressed is not None:
            return pressed
    return None
