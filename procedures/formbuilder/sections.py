"""One section of a form as the citizen meets it: draw it, check it, take its answers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from procedures.formbuilder import layout
from procedures.formbuilder.errors import FieldError
from procedures.formbuilder.forms import AnswersForm
from procedures.formbuilder.rows import Rows
from procedures.formbuilder.typed import Typed, blank_row, least_rows, total_name, typed_of
from procedures.spec import Answers, Field, Section

Files = Mapping[str, Sequence[Any]]


class SectionForm:
    """A section with what was typed so far.

    before   answers of the earlier sections, for conditions that look back
    typed    input name -> values (other sections' names do no harm); None or nothing of this section: start from
             `stored`, `prefill` and the defaults
    prefill  facts by Field.prefill ("applicant.full_name", with or without "applicant.")
    stored   answers given before (a filed submission)
    files    what was uploaded, by key of the file question: objects with name, size and pk
    only     keys of the questions that are open (a supplement); the others show their stored answer and keep it.
             Expand it with opened_fields() so that questions depending on an open one are open too.
    refused  why files were not taken, by key of the file question
    uploads  False where no file can be taken: file questions say to bring it along
    earlier  the questions of the sections before, so that a revealed question can name the answer that revealed it
    blanks   what was not answered may stay open (it is written by hand); only what is wrong is an error
    """

    def __init__(
        self,
        section: Section,
        *,
        before: Answers | None = None,
        typed: Mapping[str, list[str]] | None = None,
        prefill: Mapping[str, Any] | None = None,
        stored: Answers | None = None,
        files: Files | None = None,
        today: datetime.date | None = None,
        only: frozenset[str] | set[str] | None = None,
        refused: Mapping[str, str] | None = None,
        uploads: bool = True,
        earlier: Sequence[Field] = (),
        blanks: bool = False,
    ) -> None:
        self.section, self.before, self.typed = section, before or {}, typed
        self.prefill, self.stored, self.files = prefill or {}, stored or {}, files or {}
        self.refused, self.uploads, self.earlier, self.blanks = refused or {}, uploads, earlier, blanks
        self.today = today or timezone.localdate()
        self.only = only
        self.reports = False

    # --- what is typed ---------------------------------------------------------------------------

    @property
    def was_seen(self) -> bool:
        """True when something of this section was typed or sent."""
        return any(self._is_named(f) for f in self.section.fields) if self.typed else False

    def _is_named(self, f: Field) -> bool:
        return (total_name(f) if f.kind == "repeat" else f.key) in (self.typed or {})

    def _fact(self, f: Field) -> Any:
        if f.key in self.stored:
            return self.stored[f.key]
        name = f.prefill
        fact = self.prefill.get(name, self.prefill.get(name.removeprefix("applicant."))) if name else None
        return fact or (None if self.stored else f.default)

    def starting_values(self) -> Typed:
        """As if the person had typed what is known already."""
        facts = {f.key: self._fact(f) for f in self.section.fields}
        typed = typed_of(self.section.fields, facts, self.today)
        for f in self.section.fields:
            if f.kind == "repeat" and total_name(f) not in typed:
                typed |= self._starting_rows(f)
        return typed

    def _starting_rows(self, repeat: Field) -> Typed:
        typed: Typed = {total_name(repeat): [str(least_rows(repeat))]}
        for i in range(least_rows(repeat)):
            typed |= blank_row(repeat, i, self.today)
        return typed

    # --- checking --------------------------------------------------------------------------------

    def is_open(self, f: Field) -> bool:
        return self.only is None or f.key in self.only

    @cached_property
    def _data(self) -> Mapping[str, list[str]]:
        """A check is strict: what the person has not sent does not count. Else an unseen section starts filled in."""
        return self.typed or {} if self.reports or self.was_seen else self.starting_values()

    @cached_property
    def form(self) -> AnswersForm:
        closed = {f.key: self.stored.get(f.key) for f in self.section.fields if not self.is_open(f)}
        form = AnswersForm(
            self.section.fields,
            self._data,
            today=self.today,
            outer=self.before,
            fixed=closed,
            earlier=self.earlier,
            blanks=self.blanks,
        )
        form.reports = self.reports
        return form

    @cached_property
    def repeats(self) -> dict[str, Rows]:
        outer, shown = {**self.before, **self.form.answers}, self.form.shown
        return {
            f.key: Rows(
                f,
                self._data,
                today=self.today,
                outer=outer,
                reports=self.reports and f.key in shown,
                blanks=self.blanks,
            )
            for f in self.section.fields
            if f.kind == "repeat" and self.is_open(f)
        }

    def is_valid(self) -> bool:
        """Checks what was typed; errors show from now on. Nothing typed at all is neither valid nor wrong."""
        if self.typed is None:
            return False
        self.reports = True
        for made in ("_data", "form", "repeats", "errors"):
            self.__dict__.pop(made, None)
        return not self.errors

    def _errors_of(self, f: Field, of_inputs: list[FieldError]) -> list[FieldError]:
        if f.key in self.repeats:
            return self.repeats[f.key].errors()
        if f.kind == "file":
            message = self.file_error(f)
            return [FieldError(f"id_{f.key}", f.label, message, f.key not in self.refused)] if message else []
        return [e for e in of_inputs if e.input_id == f"id_{f.key}"]

    @cached_property
    def errors(self) -> list[FieldError]:
        """In the order of the page; empty before is_valid()."""
        inputs = self.form.field_errors()
        return [e for f in self.section.fields if f.key in self.form.shown for e in self._errors_of(f, inputs)]

    @property
    def warnings(self) -> list[FieldError]:
        """Doubts about accepted answers: worth a second look, not in the way."""
        rows = [w for key, r in self.repeats.items() if key in self.form.shown for w in r.warnings()]
        return self.form.field_warnings() + rows

    def file_error(self, f: Field) -> str:
        if f.key in self.refused:
            return self.refused[f.key]
        is_asked = f.required and f.key in self.form.shown and self.is_open(f) and self.uploads and not self.blanks
        is_missing = is_asked and not self.files.get(f.key)
        return _("Bạn chưa đính kèm “%s”. Hãy chọn tệp rồi tiếp tục.") % f.label if self.reports and is_missing else ""

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers of the questions that are asked; what is wrong or hidden is not among them."""
        rows = {key: r.answers for key, r in self.repeats.items()}
        given = {**self.form.answers, **{key: value for key, value in rows.items() if value}}
        return {f.key: given[f.key] for f in self.section.fields if f.key in self.form.shown and f.key in given}

    def rows_of(self, key: str) -> list[AnswersForm]:
        """The row forms of a repeat, filled or blank."""
        return self.repeats[key].forms if key in self.repeats else []

    # --- drawing ---------------------------------------------------------------------------------

    def _item(self, f: Field) -> Any:
        is_visible = f.key in self.form.shown
        if not self.is_open(f):
            names = "; ".join(file.name for file in self.files.get(f.key, ()))
            return layout.Closed(f, names if f.kind == "file" else self.stored.get(f.key), is_visible)
        if f.kind == "repeat":
            return layout.Repeat(self.repeats[f.key], is_visible)
        if f.kind == "file":
            return layout.Files(f, self) if self.uploads else layout.BroughtAlong(f, is_visible)
        return f.key

    @property
    def with_layout(self) -> AnswersForm:
        """For {% crispy section_form.with_layout %}: the form with its helper; render() does the same in less time."""
        self.form.helper = layout.helper_for(*(self._item(f) for f in self.section.fields))
        return self.form

    def render(self) -> SafeString:
        """The questions as HTML, without <form> and buttons: {{ section_form.render }}."""
        return layout.draw(self.with_layout)

    @cached_property
    def has_files(self) -> bool:
        """The page's form needs enctype multipart/form-data."""
        return self.uploads and any(f.kind == "file" for f in self.section.fields)
