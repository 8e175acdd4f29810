"""What the forms of the desk share: free text, days, which version of the record the officer saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib import text
from submissions import workflow
from submissions.models import Officer, Submission
from submissions.rules import Actor
from submissions.states import NOTE


class Words(forms.CharField):
    """Free text in the canonical form: NFC, blanks tidied."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2000)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput(), **kwargs)

    def to_python(self, value: Any) -> str:
        return text.tidy(super().to_python(value) or "")


def day_field(**kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    wrong = _("Ngày chưa đúng. Bạn hãy ghi ngày/tháng/năm, ví dụ 24/02/2026.")
    return forms.DateField(
        widget=widget, error_messages={"required": _("Bạn hãy chọn ngày."), "invalid": wrong}, **kwargs
    )


class VerbForm(forms.Form):
    """The base: which version of the record the officer saw."""

    verb = ""
    body = ""  # a template of its own, instead of one input under the other
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, verb: str, submission: Submission, officer: Officer, **kwargs: Any) -> None:
        self.verb, self.submission, self.officer = verb, submission, officer
        kwargs["initial"] = {"version": submission.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **{**kwargs, "use_required_attribute": False, "label_suffix": ""})

    def arguments(self) -> dict[str, Any]:
        """What the verb takes beside key, actor and version."""
        return {k: v for k, v in self.cleaned_data.items() if k != "version"}

    def run(self, by: Actor) -> Submission:
        act: Callable[..., Submission] = getattr(workflow, self.verb)
        return act(self.submission.pk, by=by, version=self.cleaned_data.get("version"), **self.arguments())

    def typed(self) -> dict[str, Any]:
        """What was typed, to be shown again after somebody else changed the record."""
        return {k: self.data.get(self.add_prefix(k)) for k in self.fields if k != "version" and k in self.data}


class ActForm(VerbForm):
    """An act that leaves the state as it is."""

    def run(self, by: Actor) -> Submission:
        act: Callable[..., Submission] = getattr(workflow, {NOTE: "add_note"}.get(self.verb, self.verb))
        return act(self.submission.pk, by=by, **self.arguments())
