"""One definition, many faces: every kind and every shipped form says the same thing on each of them, once."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import lxml.html
import pytest
from django.template.loader import render_to_string

from portal.lib import pdf
from procedures import blank_forms, display, faces, printing, spec
from procedures.formbuilder import BUILDERS, LongForm
from procedures.models import ProcedureRevision
from procedures.printing import files, layout, word
from submissions import shown
from submissions.models import Attachment, Submission
from tests.factories import LISTS, document
from tests.procedures import marked, pdftext
from tests.procedures.marked import CHOICES, STRONG, TEXTS, Filled, filled, in_words, mark_of, marks, squeezed
from tests.procedures.test_printing import STATE, assert_is_paper, docx_words
from tests.shipped import procedures as shipped

FORMS = {code: s for code, s in shipped().items() if s.form}
PICKS = (0, 1)

# --- one form with everything ---------------------------------------------------------------------

YES_NO = [{"value": "co", "label": "Có nhà"}, {"value": "khong", "label": "Không có nhà"}]
COLOURS = [{"value": f"mau{i}", "label": f"Màu thứ {i}"} for i in range(12)]
EXAMPLES: dict[str, dict[str, Any]] = {
    **{kind: {} for kind in spec.KINDS if kind not in ("choice", "multichoice", "repeat")},
    "text": {"max_length": 60},
    "integer": {"min": 1, "max": 20},
    "decimal": {"min": 0.5, "max": 9.5},
    "choice": {"choices": YES_NO},
    "multichoice": {"choices": COLOURS[:5]},
    "repeat": {"item_label": "Thửa đất", "min_items": 1, "max_items": 4},
}


def _example(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": f"Câu hỏi {key}", "kind": kind, **EXAMPLES[kind], **more}


def _everything() -> spec.ProcedureSpec:
    """Each kind plain, each kind behind each answer of a choice, and each kind in the rows of a repeat likewise."""
    simple = [k for k in spec.KINDS if k != "repeat"]
    decides = {"key": "decides", "label": "Nhà ở", "kind": "choice", "choices": YES_NO, "required": True}
    long_list = {"key": "colour", "label": "Màu sơn", "kind": "choice", "choices": COLOURS}
    ticked = {"key": "ticked", "label": "Có sân vườn", "kind": "checkbox"}
    owned = {"key": "owned", "label": "Sở hữu riêng", "kind": "checkbox"}
    if_ticked = {"field": "ticked", "equals": "true"}
    if_owned = {"field": "owned", "equals": "true"}
    in_rows = [k for k in simple if k not in ("file", "multiline")]
    lists = [
        _example("repeat", f"rows{i}", fields=[_example(k, f"in_{k}") for k in in_rows[i : i + 4]], required=True)
        for i in range(0, len(in_rows), 4)
    ]
    inner = [
        owned,
        *(_example(k, f"if_{k}", show_when=if_owned) for k in ("text", "date", "money")),
        _example("text", "far", show_when={"field": "decides", "equals": "co"}),
    ]
    sections = [
        {"key": "plain", "title": "Phần một",
         "fields": [decides, long_list, ticked, *(_example(k, k) for k in simple)]},
        *(
            {"key": f"if_{v}", "title": f"Phần {v}",
             "fields": [_example(k, f"{k}_{v}", show_when={"field": "decides", "equals": v}) for k in simple]}
            for v in ("co", "khong")
        ),
        {"key": "rows", "title": "Phần cuối",
         "fields": [
             *lists,
             _example("repeat", "rows", fields=inner, required=True),
             _example("repeat", "only", fields=[owned, _example("text", "yard")], show_when=if_ticked),
             {"key": "pledge", "label": "Tôi cam đoan khai đúng", "kind": "checkbox", "required": True},
         ]},
    ]  # fmt: skip
    return spec.build(document(level=3, form={"title": "Tờ khai đủ loại", "sections": sections}), LISTS)


EVERYTHING = _everything()
ALL = {"everything": EVERYTHING, **FORMS}
CASES = [(code, pick) for code in ALL for pick in PICKS]


@cache
def case(code: str, pick: int) -> Filled:
    return filled(ALL[code], pick)


# --- the faces that show answers ------------------------------------------------------------------


@dataclass(frozen=True)
class Face:
    """How to read a face, and how a question with its answer, and a row of a repeat, stand on it; without blanks."""

    text: Callable[[str, int], str]
    line: Callable[[spec.Field, Any], str]
    row: Callable[[spec.Field, int, dict[str, Any]], str]


def html_text(html: str) -> str:
    """What can be read on a page: nothing that is hidden, no scripts and no models of rows."""
    root = lxml.html.fromstring(f"<div>{html}</div>")
    for element in root.xpath("//*[@hidden] | //template | //script | //noscript"):
        element.drop_tree()
    for element in root.iter("br", "p", "div", "dt", "dd", "td", "th", "option", "label", "legend"):
        element.tail = f" {element.tail or ''}"
    return unicodedata.normalize("NFC", root.text_content())


def _submission(one: Filled) -> Submission:
    revision = ProcedureRevision()
    revision.__dict__["spec"] = one.procedure
    return Submission(revision=revision, answers=one.stored, applicant_name="Người Nộp Hồ Sơ", delivery="counter")


def _attachments(one: Filled) -> list[Attachment]:
    purpose = Attachment.Purpose.FIELD
    return [Attachment(purpose=purpose, key=key, name=name) for key, names in one.files.items() for name in names]


def officer_text(code: str, pick: int) -> str:
    one = case(code, pick)
    sections = shown.filed(_submission(one), _attachments(one))
    return squeezed(html_text(render_to_string("includes/answers.html", {"sections": sections})))


def export_text(code: str, pick: int) -> str:
    one = case(code, pick)
    columns = faces.export_columns(one.procedure)
    row = faces.export_row(one.procedure, one.stored, one.files)
    return squeezed("|".join(f"{c.label}: {cell}" for c, cell in zip(columns, row, strict=True)))


def merge_text(code: str, pick: int) -> str:
    """As a template would write them: each value behind the words of its field."""
    one = case(code, pick)
    found = faces.merge_values(one.procedure, one.stored, one.files)
    labels = {m.name: m.label for m in faces.merge_fields(one.procedure)}
    assert list(found) == list(labels)
    rows = {k: v if isinstance(v, str) else "|".join(_cells(row) for row in v) for k, v in found.items()}
    return squeezed("|".join(f"{labels[k]}: {words}" for k, words in rows.items()))


def _cells(row: dict[str, str]) -> str:
    return json.dumps(list(row.values()), ensure_ascii=False)


def word_text(code: str, pick: int) -> str:
    one = case(code, pick)
    return docx_words(word.drawn(layout.laid_out(one.procedure, one.stored)))


def pdf_text(code: str, pick: int) -> str:
    with pdftext.open_pdf(pdfs()[code]) as paper:
        return pdftext.words(paper)


def drawn_pick(code: str) -> int:
    """Every form is drawn with one of the two sets of answers; the one with everything with the first."""
    return list(ALL).index(code) % 2


@cache
def pdfs() -> dict[str, bytes]:
    """All filled forms from one process."""
    some = [case(code, drawn_pick(code)) for code in ALL]
    pages = [(files.page(layout.laid_out(one.procedure, one.stored)),) for one in some]
    return dict(zip(ALL, pdf.from_pages(pages, timeout=60), strict=True))


def _beside(between: str) -> Callable[[spec.Field, Any], str]:
    return lambda f, value: squeezed(f.label + between + in_words(f, value))


def _in_table(f: spec.Field, number: int, row: dict[str, Any]) -> str:
    return squeezed("".join(in_words(g, row.get(g.key)) for g in f.fields))


def _in_cell(f: spec.Field, number: int, row: dict[str, Any]) -> str:
    words = [(g.label, in_words(g, row.get(g.key))) for g in f.fields]
    return squeezed("; ".join(f"{label}: {text}" for label, text in words if text))


def _merged_row(f: spec.Field, number: int, row: dict[str, Any]) -> str:
    return squeezed(_cells({g.key: in_words(g, row.get(g.key)) for g in f.fields}))


def _printed_row(f: spec.Field, number: int, row: dict[str, Any]) -> str:
    """Behind its number; a box is crossed."""
    cells = [("x" if row.get(g.key) else "") if g.kind == "checkbox" else in_words(g, row.get(g.key)) for g in f.fields]
    return squeezed("".join([str(number + 1), *cells]))


def _printed(ticked: str, open_: str) -> Callable[[spec.Field, Any], str]:
    def line(f: spec.Field, value: Any) -> str:
        if f.kind == "checkbox":
            return squeezed(f.label if layout.is_pledge(f) else (ticked if value else open_) + f.label)
        if f.kind in CHOICES and len(f.choices) <= layout.MOST_BOXES:
            chosen = value if isinstance(value, list) else [value]
            boxes = ((ticked if c.value in chosen else open_) + c.label for c in f.choices)
            return squeezed(f"{f.label}:{''.join(boxes)}")
        return squeezed(f"{f.label}:{in_words(f, value)}")

    return line


FACES = {
    "officer": Face(officer_text, _beside(""), _in_table),
    "export": Face(export_text, _beside(":"), _in_cell),
    "merge": Face(merge_text, _beside(":"), _merged_row),
    "word": Face(word_text, _printed("☒", "☐"), _printed_row),
    "pdf": Face(pdf_text, _printed("×", ""), _printed_row),
}
PRINTED = ("word", "pdf")
# One test process draws all PDFs.
TOGETHER = {"pdf": [pytest.mark.xdist_group("filled-pdfs")]}
DRAWN = [
    pytest.param(name, code, pick, marks=TOGETHER.get(name, ()))
    for code, pick in CASES
    for name in FACES
    if name != "pdf" or pick == drawn_pick(code)
]


# --- every value once, hidden ones never ----------------------------------------------------------


def answered(one: Filled) -> Iterator[tuple[spec.Field, Any]]:
    return ((f, one.answers[f.key]) for f in one.shown() if f.key in one.answers and f.kind != "repeat")


def values(one: Filled) -> Iterator[str]:
    """Answers that are long enough to stand on a page only when they were put there."""
    leaves = [*answered(one), *((g, row[g.key]) for f, _i, row in one.rows() for g in f.fields if g.key in row)]
    for f, value in leaves:
        words = squeezed(in_words(f, value))
        if f.kind not in (*CHOICES, "checkbox") and (len(words) >= STRONG or f.kind in TEXTS):
            yield words


def wrong(name: str, code: str, pick: int) -> list[str]:
    """What does not stand on the face as often as it should."""
    one, face = case(code, pick), FACES[name]
    text = face.text(code, pick)
    expected = [(face.line(f, value), 1) for f, value in answered(one)]
    expected += [(face.row(f, i, row), 1) for f, i, row in one.rows()]
    expected += [(words, 1) for words in values(one)]
    expected += [(mark_of(left_over), 0) for left_over in one.hidden.values()]
    if name not in PRINTED:
        expected += [
            (squeezed(file), 1 if f in one.shown() else 0)
            for f in one.form.fields()
            for file in one.files.get(f.key, ())
        ]
        expected += [
            (mark_of(c.label), int(c.value in _chosen(value))) for f, value in answered(one) for c in f.choices
        ]
    if name in ("officer", *PRINTED):
        expected += [(mark_of(f.label), 1) for f in one.shown()]
        expected += [(mark_of(f.label), 0) for f in one.unseen()]
    return [
        f"{needle} × {text.count(needle)}, not {times}" for needle, times in expected if text.count(needle) != times
    ]


def _chosen(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(("name", "code", "pick"), DRAWN)
def test_each_answer_stands_once_on_each_face(name: str, code: str, pick: int) -> None:
    assert wrong(name, code, pick) == []


@pytest.mark.xdist_group("filled-pdfs")
def test_every_filled_pdf_is_a_tagged_page_in_embedded_tinos() -> None:
    for code, content in pdfs().items():
        form = ALL[code].form
        assert form is not None
        with pdftext.open_pdf(content) as paper:
            assert_is_paper(paper, form.title)
            text = pdftext.words(paper)
        assert [words for words in STATE if squeezed(words) not in text] == []
        assert text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(("code", "pick"), CASES)
def test_hidden_questions_are_empty_in_columns_and_merge_fields(code: str, pick: int) -> None:
    one = case(code, pick)
    keys = [c.key for c in faces.export_columns(one.procedure)]
    cells = dict(zip(keys, faces.export_row(one.procedure, one.stored, one.files), strict=True))
    merged = faces.merge_values(one.procedure, one.stored, one.files)
    assert {(cells[f.key], str(merged[f.key] or "")) for f in one.unseen()} <= {("", "")}


# --- the web form ---------------------------------------------------------------------------------


def web_inputs(root: Any) -> dict[str, list[str]]:
    """What a browser would send for the questions that can be seen."""
    found: dict[str, list[str]] = {}
    for e in root.xpath("//input | //textarea | //select"):
        kind = e.get("type", "")
        if kind == "file" or (kind in ("radio", "checkbox") and e.get("checked") is None):
            continue
        given = e.xpath("./option[@selected]/@value") if e.tag == "select" else [_typed(e)]
        found.setdefault(e.get("name"), []).extend(v for v in given if v)
    return {name: given for name, given in found.items() if given}


def _typed(e: Any) -> str:
    if e.tag == "textarea":
        return str(e.text or "").removeprefix("\n")
    return str(e.get("value", "on" if e.get("type") == "checkbox" else ""))


@cache
def web_page(code: str, pick: int) -> Any:
    one = case(code, pick)
    uploads = {key: [SimpleNamespace(name=n, size=9, pk=1) for n in names] for key, names in one.files.items()}
    form = LongForm(one.form, typed=one.typed, files=uploads, uploads=True)
    assert form.is_valid(), [e.message for e in form.errors]
    html = "".join(str(section.render()) for section in form.sections)
    root = lxml.html.fromstring(f"<div>{html}</div>")
    for element in root.xpath("//*[@hidden] | //template | //button"):
        element.drop_tree()
    return root


@pytest.mark.parametrize(("code", "pick"), CASES)
def test_web_form_holds_what_was_typed_and_asks_each_question_once(code: str, pick: int) -> None:
    one, page = case(code, pick), web_page(code, pick)
    text = squeezed(html_text(lxml.html.tostring(page, encoding="unicode")))
    assert web_inputs(page) == {name: given for name, given in one.typed.items() if given}
    assert [f.label for f in one.shown() if text.count(mark_of(f.label)) != 1] == []
    assert [f.label for f in one.unseen() if mark_of(f.label) in text] == []
    uploaded = [n for f in one.shown() for n in one.files.get(f.key, ())]
    assert [n for n in uploaded if text.count(squeezed(n)) != 1] == []


# --- the blank form -------------------------------------------------------------------------------


def blank_labels(procedure: spec.ProcedureSpec) -> list[spec.Field]:
    assert procedure.form is not None
    return [g for f in procedure.form.fields() for g in (f, *f.fields)]


def unasked(procedure: spec.ProcedureSpec, text: str) -> list[str]:
    """Questions that do not stand there exactly once; conditions may name them in quotes besides."""
    labels = {f.label: mark_of(f.label) for f in blank_labels(procedure)}
    return [label for label, mark in labels.items() if text.count(mark) - text.count(f"{mark}”") != 1]


@pytest.mark.parametrize("code", ALL)
def test_blank_form_asks_each_question_once(code: str) -> None:
    procedure = marked.marked(ALL[code], marks())
    form = layout.laid_out(procedure)
    assert unasked(procedure, squeezed(html_text(files.page(form)))) == []
    assert unasked(procedure, docx_words(word.drawn(form))) == []
    assert not any(line.value for s in form.sections for b in s.blocks for line in _lines(b))


def _lines(block: Any) -> tuple[layout.Line, ...]:
    return block.lines if isinstance(block, layout.Pair) else (block,) if isinstance(block, layout.Line) else ()


def test_blank_pdf_asks_each_question_once() -> None:
    procedure = marked.marked(EVERYTHING, marks())
    key = blank_forms.keys(procedure)[0]
    with pdftext.open_pdf(printing.blank_form(procedure, key).content) as paper:
        assert unasked(procedure, pdftext.words(paper)) == []


# --- a new kind needs every face ------------------------------------------------------------------

WITHOUT_INPUT = {"file", "repeat"}  # drawn by the layout, not by one input
AS_TYPED = {*TEXTS, "email", "phone", "id_number", "tax_code", "year"}  # shown as they are stored


def test_every_kind_has_every_face() -> None:
    kinds = set(spec.KINDS)
    assert set(EXAMPLES) == kinds
    assert {f.kind for f in EVERYTHING.form.fields()} == kinds if EVERYTHING.form else False
    assert set(BUILDERS) == kinds - WITHOUT_INPUT
    assert set(display.SHOWN_AS) == kinds - WITHOUT_INPUT - AS_TYPED
    assert {*marked.MAKE, *CHOICES, "checkbox"} == kinds - WITHOUT_INPUT


def test_all_shipped_forms_are_walked() -> None:
    assert len(shipped()) == 70
    assert len(FORMS) == 62
    assert {s.level for s in FORMS.values()} == {2, 3, 4}
