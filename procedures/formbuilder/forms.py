"""The Django form of a section or of one row of a repeat: which questions count depends on the other answers."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict, ErrorList
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from procedures.display import show
from procedures.fields import AnswerField
from procedures.formbuilder.builders import BUILDERS, build_field, typed_value
from procedures.formbuilder.errors import FieldError
from procedures.spec import Answers, Condition, Field, visible_fields

UNANSWERED: tuple[Any, ...] = ("", None, [])
REQUIRED = "required"  # the code of "nothing was answered", as Django calls it
_ORDERED = {"date", "year", "integer", "decimal", "money"}


@functools.lru_cache(maxsize=2048)
def _when(condition: Condition) -> SafeString:
    facts = {"field": condition.field, "values": condition.values, "absent": condition.absent}
    rule = json.dumps(facts, ensure_ascii=False)
    return format_html(' data-show-when="{}"', rule)


def wrapper_attributes(f: Field, is_visible: bool) -> SafeString:
    """What goes on the element around a conditional question, so that a script can reveal it at once."""
    if f.show_when is None:
        return SafeString("")
    return _when(f.show_when) if is_visible else _when(f.show_when) + SafeString(" hidden")


class AnswersForm(forms.Form):
    """Questions with their answers. Errors show only once `reports` is set: a page seen for the first time, or one
    on which a row was just added, does not complain.

    `outer` holds the answers around (earlier sections; for a row also the section's own); `fixed` the stored answers
    of questions that are not open now; `earlier` the questions of the sections before that the same page shows.
    `blanks`: what was not answered may stay so, only what is wrong is an error.
    """

    use_required_attribute = False
    helper: FormHelper

    def __init__(
        self,
        specs: tuple[Field, ...],
        data: Mapping[str, list[str]],
        *,
        today: datetime.date,
        outer: Answers,
        prefix: str | None = None,
        fixed: Answers | None = None,
        earlier: Sequence[Field] = (),
        blanks: bool = False,
    ) -> None:
        super().__init__(data=MultiValueDict(data), prefix=prefix)
        self.specs, self.outer, self.fixed, self.earlier = specs, outer, fixed or {}, earlier
        self.reports, self.blanks = False, blanks
        self.answers: dict[str, Any] = {}
        self.shown: dict[str, Field] = {}
        self.fields.update(
            {f.key: build_field(f, today) for f in specs if f.kind in BUILDERS and f.key not in self.fixed}
        )
        self.full_clean()

    @property
    def all_errors(self) -> ErrorDict:
        """Found errors, shown or not."""
        return super().errors

    @property
    def errors(self) -> ErrorDict:
        if not self.reports:
            return ErrorDict()
        return ErrorDict({k: v for k, v in self.all_errors.items() if not (self.blanks and _is_missing(v))})

    # Visibility comes first: errors and answers of what is not asked are dropped.

    def clean(self) -> None:
        given = {k: v for k, v in {**self.fixed, **self.cleaned_data}.items() if v not in UNANSWERED}
        self.shown = {f.key: f for f in visible_fields(self.specs, given, self.outer)}
        self.answers = {k: given[k] for k in self.shown if k in given}
        for key in [k for k in self.all_errors if k not in self.shown]:
            del self.all_errors[key]
        for f in self.shown.values():
            self._explain_reveal(f)
            self._check_order(f)

    def _explain_reveal(self, f: Field) -> None:
        """A question that appeared through an answer says which answer."""
        errors = self.all_errors.get(f.key)
        if not errors or f.show_when is None or not _is_missing(errors):
            return
        reason = self._reason(f.show_when)
        if reason:
            errors.clear()
            sentence = _("%(reason)s nên cần trả lời thêm: %(label)s.") % {"reason": reason, "label": f.label}
            errors.append(ValidationError(sentence, code=REQUIRED))

    def _reason(self, condition: Condition) -> str:
        cause = next((f for f in (*self.specs, *self.earlier) if f.key == condition.field), None)
        given = (self.answers if cause in self.specs else self.outer).get(condition.field)
        if cause is None or given is None or condition.holds({cause.key: cause.default}):
            return ""  # no answer brought it up: it stood there from the start
        if cause.kind == "checkbox":
            return (_("Bạn đánh dấu “%s”") if given is True else _("Bạn không đánh dấu “%s”")) % cause.label
        return _("Bạn chọn “%s”") % show(cause, given)

    def _check_order(self, f: Field) -> None:
        """A date or number must not come before the one it follows; equal ones are fine."""
        if not f.after_field or f.key not in self.fields or f.kind not in _ORDERED:
            return
        other = self._by_key.get(f.after_field)
        value, earlier = self.answers.get(f.key), (self.answers if other else self.outer).get(f.after_field)
        if value is None or earlier is None:
            return
        if _comparable(f, value) < _comparable(f, earlier):
            words = {"label": f.label, "other": other.label if other else "", "value": show(other or f, earlier)}
            message = (
                _("“%(label)s” không được trước “%(other)s” (%(value)s). Bạn xem lại hai mục này.")
                if other
                else _("“%(label)s” không được trước %(value)s đã khai ở phần trên. Bạn xem lại.")
            )
            self.add_error(f.key, message % words)
            self.answers.pop(f.key)

    @cached_property
    def _by_key(self) -> dict[str, Field]:
        return {f.key: f for f in self.specs}

    def wrapper(self, key: str) -> SafeString:
        """Attributes of the element around a question."""
        return wrapper_attributes(self._by_key[key], key in self.shown)

    def warning(self, key: str) -> str:
        return self.doubt(self._by_key[key])

    def doubt(self, f: Field) -> str:
        field = self.fields.get(f.key)
        if not isinstance(field, AnswerField) or f.key not in self.answers:
            return ""
        return field.doubt(self.answers[f.key])

    def is_blank(self, today: datetime.date) -> bool:
        """Nothing was typed beyond what stood there from the start."""
        return all(self._raw(f) in ([], typed_value(f, f.default, today)) for f in self.specs)

    def _raw(self, f: Field) -> list[str]:
        typed: MultiValueDict[str, str] = self.data  # type: ignore[assignment] # set in __init__
        return [v for v in typed.getlist(self.add_prefix(f.key)) if v.strip()]

    def field_errors(self, before: str = "") -> list[FieldError]:
        """In the order of the questions; `before` names the row."""
        return [
            FieldError(str(self[f.key].auto_id), f.label, before + str(message), _is_missing(self.errors[f.key]))
            for f in (self.specs if self.errors else ())
            if f.key in self.errors and f.key in self.fields
            for message in self.errors[f.key]
        ]

    def field_warnings(self, before: str = "") -> list[FieldError]:
        return [
            FieldError(str(self[f.key].auto_id), f.label, before + message)
            for f in self.specs
            if (message := self.doubt(f))
        ]


def _is_missing(errors: ErrorList) -> bool:
    return bool(errors.as_data()[0].code == REQUIRED)


def _comparable(f: Field, value: Any) -> Any:
    return value if f.kind == "date" else float(value)
