"""A repeat: the rows of one list inside a section, named like a Django formset (r-TOTAL_FORMS, r-0-key)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from procedures.formbuilder.errors import FieldError
from procedures.formbuilder.forms import AnswersForm
from procedures.formbuilder.typed import blank_row, count_rows, least_rows, total_name
from procedures.spec import Answers, Field


class Rows:
    """Blank rows are not answers: they are skipped, unless too few rows were filled in."""

    def __init__(
        self,
        spec: Field,
        data: Mapping[str, list[str]],
        *,
        today: datetime.date,
        outer: Answers,
        reports: bool,
        blanks: bool = False,
    ) -> None:
        self.spec, self.today, self.outer, self.reports, self.blanks = spec, today, outer, reports, blanks
        count = count_rows(spec, dict(data))
        self.too_many = count > spec.max_items
        self.forms = [self._form(data, i) for i in range(min(max(count, least_rows(spec)), spec.max_items))]
        self.filled = [form for form in self.forms if not form.is_blank(today)]
        for form in self._counted():
            form.reports = reports

    def _form(self, data: Mapping[str, list[str]], index: int | str) -> AnswersForm:
        prefix = f"{self.spec.key}-{index}"
        return AnswersForm(
            self.spec.fields, data, today=self.today, outer=self.outer, prefix=prefix, blanks=self.blanks
        )

    def _counted(self) -> list[AnswersForm]:
        """The filled rows, and as many blank ones as are missing, so that their questions are asked."""
        missing = max(least_rows(self.spec) - len(self.filled), 0)
        blank = [form for form in self.forms if form not in self.filled][:missing]
        return [form for form in self.forms if form in self.filled or form in blank]

    @cached_property
    def template(self) -> AnswersForm:
        """An empty row for the script that adds rows."""
        return self._form(blank_row(self.spec, "__prefix__", self.today), "__prefix__")

    @property
    def input_id(self) -> str:
        return f"id_{self.spec.key}"

    @property
    def total_name(self) -> str:
        return total_name(self.spec)

    @property
    def item(self) -> str:
        return self.spec.item_label or self.spec.label

    @property
    def item_in_sentence(self) -> str:
        """Without the capital at its start, unless it is an abbreviation: "Thêm thửa đất", "Thêm UBND cấp trên"."""
        return self.item if self.item[1:2].isupper() else self.item[:1].lower() + self.item[1:]

    @property
    def can_add(self) -> bool:
        return len(self.forms) < self.spec.max_items

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [form.answers for form in self.filled if form.answers]

    def row_title(self, index: int) -> str:
        return f"{self.item} {index + 1}"

    @cached_property
    def own_errors(self) -> list[str]:
        """What is wrong with the list as a whole."""
        if not self.reports:
            return []
        if self.too_many:
            return [
                _("“%(label)s” có tối đa %(max)d dòng. Bạn bỏ bớt, phần còn lại ghi vào giấy tờ đính kèm.")
                % {"label": self.spec.label, "max": self.spec.max_items}
            ]
        least = max(self.spec.min_items, least_rows(self.spec)) if self.filled else least_rows(self.spec)
        if len(self.filled) < least and not self._row_errors and not self.blanks:
            return [
                _("“%(label)s” cần ít nhất %(min)d dòng. Bạn đã khai %(count)d, hãy khai thêm.")
                % {"label": self.spec.label, "min": least, "count": len(self.filled)}
            ]
        return []

    @cached_property
    def _row_errors(self) -> list[FieldError]:
        return [
            error
            for i, form in enumerate(self.forms)
            if form.reports
            for error in form.field_errors(f"{self.row_title(i)}: ")
        ]

    def errors(self) -> list[FieldError]:
        missing = not self.too_many
        own = [FieldError(self.input_id, self.spec.label, message, missing) for message in self.own_errors]
        return own + self._row_errors

    def warnings(self) -> list[FieldError]:
        return [w for i, form in enumerate(self.forms) for w in form.field_warnings(f"{self.row_title(i)}: ")]
