"""One question as HTML: label, help, what is wrong with the answer, and the input. The same for every form.

Written in Python like the inputs themselves (widgets.py): a template costs ten times as much for every question.
"""

from __future__ import annotations

import functools
import html
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from procedures.fields import Question


def _text(value: object) -> str:
    """Escaped, unless it is HTML already."""
    return value if isinstance(value, SafeString) else html.escape(str(value))


@functools.lru_cache(maxsize=8)
def _marks(_language: str | None) -> tuple[str, str]:
    required = f'<span class="field-required">* {html.escape(_("(bắt buộc)"))}</span>'
    return required, f'<span class="field-optional">{html.escape(_("(không bắt buộc)"))}</span>'


def _notes(q: Question) -> str:
    """Help, then what is wrong, else what is doubtful."""
    notes = f'<p class="field-help" id="{q.auto_id}_helptext">{_text(q.help_text)}</p>\n' if q.help_text else ""
    if q.errors:
        messages = "".join(f"{_text(error)} " for error in q.errors)
        return f'{notes}<p class="field-error" id="{q.auto_id}_error">{messages}</p>\n'
    return f'{notes}<p class="panel-warning field-warning">{_text(q.warning)}</p>\n' if q.warning else notes


def question(q: Question) -> SafeString:
    """A fieldset for a list of choices, the label behind a box to tick, the label above anything else."""
    required, optional = _marks(get_language())
    label, state = _text(q.label), " field--invalid" if q.errors else ""
    mark = required if q.field.required else optional
    if q.use_fieldset:
        return SafeString(
            f'<fieldset class="field field-group{state}"{q.wrapper}{_described_by(q)}>\n'
            f"<legend>{label} {mark}</legend>\n{_notes(q)}{q}</fieldset>\n"
        )
    around, target = f'<div class="field{state}"{q.wrapper}>', html.escape(q.id_for_label)
    if q.widget_type in ("tickbox", "checkbox"):
        mark = f" {required}" if q.field.required else ""
        tick = f'<div class="choice">{q}<label for="{target}">{label}{mark}</label></div>'
        return SafeString(f"{around}\n{_notes(q)}{tick}</div>\n")
    above = f'<label class="field-label" for="{target}">{label} {mark}</label>'
    return SafeString(f"{around}\n{above}\n{_notes(q)}{q}</div>\n")


def _described_by(q: Question) -> str:
    ids = q.aria_describedby
    return f' aria-describedby="{ids}"' if ids else ""
