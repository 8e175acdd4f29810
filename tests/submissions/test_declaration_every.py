"""Every shipped form is filled in on the long page and comes back as PDF and Word with all that was typed."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from portal.lib import pdf
from procedures import blank_forms, display, printing, spec
from procedures.formbuilder import whole_form
from procedures.printing import files, layout
from submissions.models import KeptForm, Submission
from tests import loaded, shipped, values
from tests.procedures import covering, pdftext

ALL = list(shipped.procedures().values())
WITH_FORM = [s for s in ALL if blank_forms.keys(s)]
WITHOUT = [s for s in ALL if not blank_forms.keys(s)]
PICKS = (0, 1)


@pytest.fixture(scope="module")
def _catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with loaded.catalogue(shipped.FOLDER, django_db_blocker):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_catalogue", "db")]


def squeezed(text: str) -> str:
    return "".join(text.split())


def words_of_word(content: bytes) -> str:
    return squeezed("".join(t.text or "" for t in docx.Document(io.BytesIO(content)).element.body.iter("{*}t")))


def typed_into(procedure: spec.ProcedureSpec, pick: int) -> dict[str, list[str]]:
    """What a careful person types, section by section; `pick` chooses among the choices."""
    assert procedure.form is not None
    typed: dict[str, list[str]] = {}
    known: dict[str, Any] = {}
    for section in procedure.form.sections:
        typed |= values.section(section, known, pick)[0]
    return typed


def answers_of(procedure: spec.ProcedureSpec, typed: dict[str, list[str]]) -> dict[str, Any]:
    assert procedure.form is not None
    brought = {f.key: ["tệp"] for f in procedure.form.fields() if f.kind == "file"}
    answers, errors = whole_form(procedure.form, typed, files=brought)
    assert errors == {}
    return answers


def expected(procedure: spec.ProcedureSpec, answers: dict[str, Any]) -> Iterator[str]:
    """The words of every answer; a tick or a ticked choice is a mark beside words that stand there anyway."""
    assert procedure.form is not None
    for section in display.rows(procedure.form, answers):
        for row in section.rows:
            f = procedure.form.field(row.key)
            assert f is not None
            cells = [c for line in row.table.rows for c in line] if row.table else []
            ticks = f.kind == "checkbox" or (f.choices and len(f.choices) <= layout.MOST_BOXES)
            yield from () if ticks else [squeezed(w) for w in (row.text, *cells) if w not in ("", "Có", "Không")]


def ticked(procedure: spec.ProcedureSpec, answers: dict[str, Any]) -> Iterator[str]:
    assert procedure.form is not None
    for _section, shown in spec.visible_form(procedure.form, answers):
        for f in shown:
            if f.choices and len(f.choices) <= layout.MOST_BOXES and answers.get(f.key):
                yield "☒" + squeezed(display.show(f, answers[f.key]))


def hidden_labels(procedure: spec.ProcedureSpec, answers: dict[str, Any]) -> Iterator[str]:
    """Labels that only a hidden question has."""
    assert procedure.form is not None
    shown = {f.key for _section, many in spec.visible_form(procedure.form, answers) for f in many}
    everything = squeezed(" ".join(f.label for f in procedure.form.fields() if f.key in shown))
    for f in procedure.form.fields():
        if f.key not in shown and squeezed(f.label) not in everything and len(f.label) > 25:
            yield squeezed(f.label)


def post(procedure: spec.ProcedureSpec, typed: dict[str, Any], action: str) -> Any:
    # A question called `action` stands before the button, as on the page.
    own = typed.get("action", [])
    return Client().post(f"/thu-tuc/{procedure.code}/to-khai/", {**typed, "action": [*own, action]})


def stored() -> tuple[int, int, int]:
    return Submission.objects.count(), KeptForm.objects.count(), Session.objects.count()


def test_which_forms_there_are() -> None:
    assert (len(ALL), len(WITH_FORM)) == (70, 62)
    assert all(s.level == 1 or s.form is None for s in WITHOUT)


@pytest.mark.parametrize("pick", PICKS)
@pytest.mark.parametrize("procedure", WITH_FORM, ids=lambda s: s.code)
def test_fills_the_word_form_and_stores_nothing(procedure: spec.ProcedureSpec, pick: int) -> None:
    typed = typed_into(procedure, pick)
    answers = answers_of(procedure, typed)
    before = stored()
    answer = post(procedure, typed, "docx")
    assert (answer.status_code, answer["Content-Type"]) == (200, printing.KINDS["docx"]), answer.content[:3000]
    assert "attachment; filename=" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert (stored(), answer.cookies.keys()) == (before, set())
    words = words_of_word(answer.content)
    assert [w for w in (*expected(procedure, answers), *ticked(procedure, answers)) if w not in words] == []
    assert [w for w in hidden_labels(procedure, answers) if w in words] == []


def test_fills_the_same_into_pdfs() -> None:
    """Forms that together hold every kind of filled block, from one process; the page itself makes them one by one
    (test_declaration.py), and Word has every form with both choices, from the same layout."""
    picks = itertools.cycle(PICKS)
    filled = {s.code: (s, answers_of(s, typed_into(s, pick))) for s, pick in zip(WITH_FORM, picks, strict=False)}
    forms = {code: layout.laid_out(s, answers) for code, (s, answers) in filled.items()}
    few = covering.few(forms)
    assert 8 <= len(few) <= 25
    for code, content in zip(few, pdf.from_pages([(files.page(forms[c]),) for c in few], timeout=60), strict=True):
        procedure, answers = filled[code]
        with pdftext.open_pdf(content) as paper:
            words = pdftext.words(paper)
        missing = [w for w in expected(procedure, answers) if w not in words]
        assert (procedure.code, missing) == (procedure.code, [])
        assert [w for w in hidden_labels(procedure, answers) if w in words] == []


@pytest.mark.parametrize("procedure", WITH_FORM, ids=lambda s: s.code)
def test_shows_every_question_of_the_form(procedure: spec.ProcedureSpec) -> None:
    answer = Client().get(f"/thu-tuc/{procedure.code}/to-khai/")
    page = answer.content.decode()
    assert procedure.form is not None
    asked = [f for f in procedure.form.fields() if f.kind not in ("file", "repeat")]
    assert answer.status_code == 200
    assert [f.key for f in asked if f'name="{f.key}"' not in page] == []
    assert 'type="file"' not in page


@pytest.mark.parametrize("procedure", WITHOUT, ids=lambda s: s.code)
def test_explains_where_there_is_no_form(procedure: spec.ProcedureSpec) -> None:
    for answer in (Client().get(f"/thu-tuc/{procedure.code}/to-khai/"), post(procedure, {}, "pdf")):
        assert answer.status_code == 404
        assert "Thủ tục này không có tờ khai để điền" in answer.content.decode()
