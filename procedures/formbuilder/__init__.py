"""From the form of a catalogue document to a Django form with a crispy layout, and back to checked answers."""

from procedures.formbuilder.builders import BUILDERS, build_field
from procedures.formbuilder.carry import carried, choices_lost
from procedures.formbuilder.errors import FieldError
from procedures.formbuilder.longform import LongForm, press_row_button_of_form, typed_of_form
from procedures.formbuilder.sections import SectionForm
from procedures.formbuilder.typed import (
    RESERVED_KEYS,
    press_row_button,
    pressed_button,
    typed_from,
    typed_of,
    unticked,
)
from procedures.formbuilder.whole import answers_before, answers_to, opened_fields, whole_form

__all__ = [
    "BUILDERS",
    "RESERVED_KEYS",
    "FieldError",
    "LongForm",
    "SectionForm",
    "answers_before",
    "answers_to",
    "build_field",
    "carried",
    "choices_lost",
    "opened_fields",
    "press_row_button",
    "press_row_button_of_form",
    "pressed_button",
    "typed_from",
    "typed_of",
    "typed_of_form",
    "unticked",
    "whole_form",
]
