"""When something is asked, needed or charged: a question asked before and the answers for which it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from procedures.admin.forms.block import Block, Data, Input, Path, put
from procedures.admin.forms.inputs import GONE, Pick, Ticks, in_order
from procedures.editing import Problem
from procedures.editing.outline import Question
from procedures.loading.check_form import condition_values, written


class Answers(Ticks):
    """Ticks that belonged to another question are not held against the editor."""

    def clean(self, value: Any) -> list[str]:
        return in_order([v for v in value or [] if v in self.known], self.before)


class Condition(Block):
    """Two inputs: the question, and its answers once a question is chosen. Nothing chosen: it always holds."""

    def __init__(
        self,
        raw: Any,
        data: Data | None,
        *,
        prefix: str,
        questions: Sequence[Question],
        others: Sequence[Question],
        label: Any,
        always: Any,
    ) -> None:
        """`others` are not on offer; they give words to a condition that looks at one of them nevertheless."""
        self.questions = {q.key: q for q in questions}
        self.others = {q.key: q for q in others if q.key not in self.questions}
        self.label, self.always = label, always
        super().__init__(raw, data, prefix=prefix)

    def prepare(self) -> None:
        pairs = [(q.key, q.label) for q in self.questions.values()]
        question = self.question
        if question is not None and question.key in self.others:
            pairs.append((question.key, _("%s (không còn dùng được ở đây)") % question.label))
        self.fields["field"] = Pick(self.label, pairs, blank=self.always)
        self.fields["field"].widget.attrs["data-show"] = ""
        label = _("Câu trả lời (đánh dấu một hay nhiều)")
        self.fields["values"] = Answers(label, question.options if question else ())

    @property
    def chosen(self) -> str:
        """The key of the question that is chosen on the page."""
        if self.is_bound:
            return str(self.data.get(self.add_prefix("field"), ""))
        return str(self.raw.get("field") or "")

    @property
    def question(self) -> Question | None:
        return self.questions.get(self.chosen) or self.others.get(self.chosen)

    def raw_of(self, name: str) -> Any:
        if name == "field":
            return self.raw.get("field")
        return [written(v) for _p, v in condition_values(self.raw)] if self.chosen == self.raw.get("field") else []

    def full_clean(self) -> None:
        """A condition that was touched must be whole; one that was not is left as it is."""
        forms.Form.full_clean(self)
        if self.is_bound and not self.changed_data:
            self._errors = ErrorDict()

    def clean(self) -> None:
        if self.cleaned_data.get("field", GONE) is not GONE and not self.cleaned_data.get("values"):
            self.add_error("values", _("Bạn đánh dấu ít nhất một câu trả lời, hoặc chọn “%s”.") % self.always)

    @property
    def field_id(self) -> str:
        return str(self["field"].id_for_label)

    @property
    def inputs(self) -> list[Input]:
        return [i for i in super().inputs if i.bound.name == "field" or self.chosen]

    def name_at(self, path: Path) -> str | None:
        return "field" if not path or path[0] == "field" else "values"

    def block(self) -> Any:
        """The condition as the document writes it; GONE when it always holds."""
        name = self.cleaned_data["field"]
        if name is GONE:
            return GONE
        question = self.question
        values: list[Any] = self.cleaned_data["values"]
        if question is not None and question.is_box:
            values = [value == "true" for value in values]
        rest = {key: value for key, value in self.raw.items() if key not in ("field", "equals", "in")}
        return {**rest, "field": name, **({"equals": values[0]} if len(values) == 1 else {"in": values})}


class Conditional(Block):
    """A block with a condition among its keys."""

    condition_key = "when"
    condition_label: Any = ""
    always: Any = ""

    def __init__(
        self,
        raw: Any,
        data: Data | None = None,
        *,
        prefix: str | None = None,
        questions: Sequence[Question],
        others: Sequence[Question] = (),
    ) -> None:
        super().__init__(raw, data, prefix=prefix)
        self.rule = Condition(
            self.raw.get(self.condition_key),
            data,
            prefix=self.add_prefix(self.condition_key),
            questions=questions,
            others=others,
            label=self.condition_label,
            always=self.always,
        )

    def is_valid(self) -> bool:
        checked = super().is_valid(), self.rule.is_valid()
        return all(checked)

    @property
    def is_changed(self) -> bool:
        return super().is_changed or self.rule.is_changed

    def write(self, content: dict[str, Any]) -> None:
        super().write(content)
        if self.rule.is_changed:
            put(content, (self.condition_key,), self.rule.block())

    def shows(self, path: Path) -> bool:
        return path[:1] == (self.condition_key,) or super().shows(path)

    def mends(self) -> Iterator[tuple[str, Problem]]:
        yield from super().mends()
        yield from self.rule.mends()

    def place(self, problem: Problem, path: Path) -> Input | None:
        if path and path[0] == self.condition_key:
            return self.rule.place(problem, path[1:])
        return super().place(problem, path)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        yield from super().faults()
        yield from self.rule.faults()
