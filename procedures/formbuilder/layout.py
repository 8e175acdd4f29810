"""The crispy layout of a section: questions in order, with repeats, files and closed questions between them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

from procedures.display import ShownTable, show, table_of
from procedures.formbuilder.forms import AnswersForm, wrapper_attributes
from procedures.formbuilder.rows import Rows
from procedures.spec import Field

if TYPE_CHECKING:
    from procedures.formbuilder.sections import SectionForm

PACK = "dvc"


@functools.cache
def _found(name: str) -> Any:
    return get_template(f"{PACK}/{name}.html")


def _fill(name: str, values: dict[str, Any]) -> SafeString:
    return SafeString(_found(name).render(values))


class Questions(Layout):  # type: ignore[misc] # crispy has no types
    """A layout that lets every question draw itself: crispy's own loop costs as much as all the inputs together."""

    def render(self, form: Any, context: Context, template_pack: str = PACK, **kwargs: Any) -> SafeString:
        drawn = (
            form[item].drawn if isinstance(item, str) else item.render(form, context, template_pack)
            for item in self.fields
        )
        return SafeString("".join(drawn))


def helper_for(*items: Any) -> FormHelper:
    """No <form>, no token, no buttons: the page has those."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.include_media = False
    helper.layout = Questions(*items)
    return helper


def draw(form: AnswersForm) -> SafeString:
    return SafeString(form.helper.render_layout(form, Context({}), template_pack=PACK))


def draw_row(form: AnswersForm) -> SafeString:
    form.helper = helper_for(*form.fields)
    return draw(form)


class Repeat:
    """The rows of a repeat with their add and remove buttons."""

    def __init__(self, rows: Rows, is_visible: bool) -> None:
        self.rows, self.wrapper = rows, wrapper_attributes(rows.spec, is_visible)

    def render(self, form: Any, context: Context, template_pack: str = PACK, **kwargs: Any) -> SafeString:
        rows = self.rows
        shown = [
            {"number": i + 1, "index": i, "title": rows.row_title(i), "html": draw_row(f)}
            for i, f in enumerate(rows.forms)
        ]
        empty = {"number": "__number__", "index": "__prefix__", "title": f"{rows.item} __number__"}
        return _fill(
            "repeat",
            {
                "rows": rows,
                "spec": rows.spec,
                "wrapper": self.wrapper,
                "shown": shown,
                "empty": {**empty, "html": draw_row(rows.template)},
            },
        )


class Files:
    """A file question: what was uploaded, and a picker for more."""

    def __init__(self, f: Field, section_form: SectionForm) -> None:
        self.f, self.section_form = f, section_form

    def render(self, form: Any, context: Context, template_pack: str = PACK, **kwargs: Any) -> SafeString:
        section_form = self.section_form
        return _fill(
            "file",
            {
                "spec": self.f,
                "input_id": f"id_{self.f.key}",
                "files": section_form.files.get(self.f.key, ()),
                "error": section_form.file_error(self.f),
                "wrapper": wrapper_attributes(self.f, self.f.key in section_form.form.shown),
            },
        )


class BroughtAlong:
    """A file question where no file can be taken: the paper itself is handed in."""

    def __init__(self, f: Field, is_visible: bool) -> None:
        self.f, self.wrapper = f, wrapper_attributes(f, is_visible)

    def render(self, form: Any, context: Context, template_pack: str = PACK, **kwargs: Any) -> SafeString:
        return _fill("brought_along", {"spec": self.f, "wrapper": self.wrapper})


class Closed:
    """A question that is not open now: its stored answer as text."""

    def __init__(self, f: Field, value: Any, is_visible: bool) -> None:
        self.f, self.value, self.is_visible = f, value, is_visible

    def render(self, form: Any, context: Context, template_pack: str = PACK, **kwargs: Any) -> SafeString:
        if not self.is_visible:
            return SafeString("")
        table: ShownTable | None = table_of(self.f, self.value) if self.f.kind == "repeat" else None
        text = "" if self.f.kind == "repeat" else show(self.f, self.value)
        return _fill("closed", {"spec": self.f, "text": text, "table": table})
