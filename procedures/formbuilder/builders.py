"""One small builder a kind: spec.Field -> Django form field."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from typing import Any

from procedures import fields
from procedures.spec import Field

Builder = Callable[[Field, datetime.date], fields.AnswerField]

# Only what is the person's own may be filled in by the browser (WCAG 1.3.5): a mother's phone is not the father's.
AUTOCOMPLETE = {
    "applicant.full_name": "name",
    "applicant.phone": "tel",
    "applicant.email": "email",
    "applicant.address": "street-address",
    "applicant.date_of_birth": "bday",
}
_BROWSER_GUESSES = {"person_name", "phone", "email", "address", "date", "id_number"}


def _common(f: Field) -> dict[str, Any]:
    guess = AUTOCOMPLETE.get(f.prefill, "off" if f.kind in _BROWSER_GUESSES else "")
    return {"label": f.label, "required": f.required, "help_text": f.help, "autocomplete": guess}


def _plain(kind: type[fields.AnswerField]) -> Builder:
    return lambda f, today: kind(**_common(f))


def _text(kind: type[fields.TextField]) -> Builder:
    return lambda f, today: kind(min_length=f.min_length, max_length=f.max_length, **_common(f))


def _number(kind: type[fields.IntegerField]) -> Builder:
    return lambda f, today: kind(min_value=f.min, max_value=f.max, **_common(f))


def day_limit(limit: str, today: datetime.date) -> datetime.date | None:
    """ "today" or a date of the catalogue; None when there is no limit."""
    if not limit:
        return None
    return today if limit == "today" else datetime.date.fromisoformat(limit)


def _date(f: Field, today: datetime.date) -> fields.AnswerField:
    return fields.VietnameseDateField(
        min_date=day_limit(f.min_date, today), max_date=day_limit(f.max_date, today), **_common(f)
    )


def _pairs(f: Field) -> list[tuple[str, str]]:
    return [(c.value, c.label) for c in f.choices]


def _choice(f: Field, today: datetime.date) -> fields.AnswerField:
    return fields.ChoiceField(choices=_pairs(f), **_common(f))


def _multichoice(f: Field, today: datetime.date) -> fields.AnswerField:
    return fields.MultiChoiceField(choices=_pairs(f), **_common(f))


BUILDERS: dict[str, Builder] = {
    "text": _text(fields.TextField),
    "multiline": _text(fields.MultilineField),
    "person_name": _text(fields.PersonNameField),
    "address": _text(fields.AddressField),
    "email": _plain(fields.EmailField),
    "phone": _plain(fields.PhoneField),
    "id_number": _plain(fields.IdNumberField),
    "tax_code": _plain(fields.TaxCodeField),
    "integer": _number(fields.IntegerField),
    "decimal": _number(fields.DecimalField),
    "money": _number(fields.MoneyField),
    "year": _number(fields.YearField),
    "date": _date,
    "choice": _choice,
    "multichoice": _multichoice,
    "checkbox": _plain(fields.TickField),
}


@functools.lru_cache(maxsize=2048)
def build_field(f: Field, today: datetime.date) -> fields.AnswerField:
    """The form field of one question; files and repeats are drawn by the layout and have none.

    Shared by all forms that ask it on that day: nothing of a request is ever put on it.
    """
    return BUILDERS[f.kind](f, today)


def typed_value(f: Field, value: Any, today: datetime.date) -> list[str]:
    """What a person would have typed for a stored value, a default or a prefilled fact."""
    if value is None or value == "":
        return []
    if f.kind == "date" and value == "today":
        value = today
    try:
        return build_field(f, today).typed(value)
    except (TypeError, ValueError, ArithmeticError):
        return [str(value)]
