"""Forms on paper: every shipped form as PDF and Word, blank and filled, and the downloads."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from typing import Any

import docx
import pikepdf
import pytest
from django.conf import settings as project
from fontTools.ttLib import TTFont

from portal.lib import pdf
from procedures import blank_forms, printing, spec
from procedures.printing import files, layout, words
from tests.factories import ANSWERS, LISTS, document
from tests.procedures import covering, pdftext
from tests.shipped import procedures as shipped

STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


PRINTED = [(code, key) for code, s in shipped().items() for key in blank_forms.keys(s)]


def one(**form: Any) -> spec.ProcedureSpec:
    """A level 2 procedure whose form has the given fields in one section."""
    sections = [{"key": "s", "title": "Nội dung", "fields": form.pop("fields")}]
    content = document(level=2, form={"title": "Tờ khai thử", "sections": sections, **form})
    return spec.build(content, LISTS)


def birth(**changes: Any) -> spec.ProcedureSpec:
    return spec.build(document(**changes), LISTS)


def squeezed(text: str) -> str:
    return "".join(text.split())


def labels(procedure: spec.ProcedureSpec) -> Iterator[str]:
    assert procedure.form is not None
    for f in procedure.form.fields():
        yield f.label
        yield from (g.label for g in f.fields)


def docx_words(content: bytes) -> str:
    """All runs of a Word file, tables and footer included."""
    document_ = docx.Document(io.BytesIO(content))
    parts = [document_.element.body, document_.sections[0].footer._element]
    texts = [t for part in parts for t in part.iter("{*}t")]
    return squeezed("".join(t.text or "" for t in texts))


# --- every shipped form --------------------------------------------------------------------------


def test_every_level_two_form_of_the_catalogue_is_printed() -> None:
    with_form = {code for code, s in shipped().items() if s.form and s.level >= 2}
    assert len(with_form) == 62
    assert {code for code, _key in PRINTED} == with_form


def assert_is_paper(file: pikepdf.Pdf, title: str) -> None:
    """A4, tagged, in Vietnamese, in nothing but embedded Tinos."""
    assert {name.split("-")[0] for name in pdftext.fonts(file)} == {"Tinos"}
    assert set(pdftext.fonts(file).values()) == {True}
    assert (str(file.Root.Lang), bool(file.Root.MarkInfo.Marked)) == ("vi", True)
    assert str(file.docinfo["/Title"]) == title
    assert [round(float(side)) for side in file.pages[0].mediabox] == [0, 0, 595, 842]


@pytest.mark.slow
def test_pdf_says_every_question_in_embedded_tinos() -> None:
    """Forms that together hold every kind of block; test_parity.py draws each form, filled in."""
    forms = {code: layout.laid_out(shipped()[code]) for code, _key in PRINTED}
    few = covering.few(forms)
    assert 8 <= len(few) <= 25
    for code, content in zip(few, pdf.from_pages([(files.page(forms[c]),) for c in few], timeout=60), strict=True):
        with pdftext.open_pdf(content) as file:
            text = pdftext.words(file)
            assert_is_paper(file, forms[code].title)
        assert text == unicodedata.normalize("NFC", text)
        missing = [label for label in (*STATE, *labels(shipped()[code])) if squeezed(label) not in text]
        assert (code, missing) == (code, [])


@pytest.mark.slow
@pytest.mark.parametrize(("code", "key"), PRINTED)
def test_word_says_every_question(code: str, key: str) -> None:
    text = docx_words(printing.blank_form(shipped()[code], key, "docx").content)
    assert [label for label in (*STATE, *labels(shipped()[code])) if squeezed(label) not in text] == []


def test_the_same_form_always_gives_the_same_bytes() -> None:
    form = layout.laid_out(birth())
    assert files._drawn(form, "pdf") == files._drawn(form, "pdf")
    assert files._drawn(form, "docx") == files._drawn(form, "docx")


def test_the_font_has_every_vietnamese_letter() -> None:
    letters = {*range(0x1EA0, 0x1EFA), *map(ord, "ĂăÂâĐđÊêÔôƠơƯưÀÁÃÈÉÌÍÒÓÕÙÚÝĨĩŨũ–“”…·×²³₫")}
    fonts = sorted((project.BASE_DIR / "static" / "fonts" / "tinos").glob("*.ttf"))
    assert [f.name for f in fonts if letters - set(TTFont(f).getBestCmap())] == []
    assert len(fonts) == 4


# --- which paper the form is ---------------------------------------------------------------------


def test_no_form_below_level_two() -> None:
    with pytest.raises(printing.NoSuchForm):
        printing.blank_form(birth(level=1), "declaration")
    with pytest.raises(printing.NoSuchForm):
        printing.filled_form(birth(level=1), ANSWERS)


@pytest.mark.parametrize("key", ["birth_proof", "nothing", ""])
def test_other_papers_have_no_form(key: str) -> None:
    with pytest.raises(printing.NoSuchForm):
        printing.blank_form(birth(), key)


def test_the_form_is_not_among_the_papers_that_go_with_it() -> None:
    assert [e.name for e in layout.laid_out(birth()).enclosures] == [
        "Giấy chứng sinh",
        "Giấy chứng nhận kết hôn của cha mẹ",
        "Giấy tờ tùy thân của người yêu cầu",
    ]


def test_enclosures_say_how_many_and_for_whom() -> None:
    papers = layout.laid_out(birth()).enclosures
    assert [(e.amount, e.note) for e in papers] == [
        ("01 bản chính", ""),
        ("01 bản sao", "khi cha mẹ đã đăng ký kết hôn"),
        ("01 bản chính", "xuất trình để đối chiếu"),
    ]


# --- layout --------------------------------------------------------------------------------------


def _blocks(procedure: spec.ProcedureSpec, answers: dict[str, Any] | None = None, **more: Any) -> list[Any]:
    return [b for s in layout.laid_out(procedure, answers, **more).sections for b in s.blocks]


def test_short_questions_share_a_line_and_long_ones_do_not() -> None:
    fields = [
        {"key": "a", "label": "Số điện thoại", "kind": "phone"},
        {"key": "b", "label": "Thư điện tử", "kind": "email"},
        {"key": "c", "label": "Năm", "kind": "year"},
        {"key": "d", "label": "Họ và tên", "kind": "person_name"},
    ]
    pair, year, name = _blocks(one(fields=fields))
    assert [line.label for line in pair.lines] == ["Số điện thoại", "Thư điện tử"]
    assert (year.label, name.label) == ("Năm", "Họ và tên")


def test_a_condition_is_said_once_behind_the_question_that_decides() -> None:
    choices = [{"value": "co", "label": "Có"}, {"value": "khong", "label": "Không"}]
    only_if = {"field": "a", "equals": "co"}
    fields = [
        {"key": "a", "label": "Có nhà", "kind": "choice", "choices": choices},
        {"key": "b", "label": "Địa chỉ nhà", "kind": "address", "show_when": only_if},
        {"key": "c", "label": "Diện tích nhà", "kind": "text", "show_when": only_if},
        {"key": "d", "label": "Ghi chú thêm", "kind": "multiline"},
    ]
    deciding, address, area, note = _blocks(one(fields=fields))
    assert deciding.then == "(nếu chọn “Có” thì khai tiếp)"
    assert [b.under for b in (deciding, address, area, note)] == [False, True, True, False]
    assert (address.rows, area.rows, note.rows) == (2, 1, 3)


def test_a_condition_from_afar_names_its_question() -> None:
    choices = [{"value": "co", "label": "Có"}, {"value": "khong", "label": "Không"}]
    fields = [
        {"key": "a", "label": "Có nhà?", "kind": "choice", "choices": choices},
        {"key": "b", "label": "Có đất", "kind": "choice", "choices": choices},
        {"key": "c", "label": "Địa chỉ nhà", "kind": "address", "show_when": {"field": "a", "in": ["co", "khong"]}},
    ]
    assert _blocks(one(fields=fields))[2].text == "(nếu mục “Có nhà” chọn “Có” hoặc “Không”)"


def test_a_pledge_stands_above_the_signature_and_an_optional_tick_does_not() -> None:
    fields = [
        {"key": "a", "label": "Cần bản sao", "kind": "checkbox"},
        {"key": "b", "label": "Tôi cam đoan khai đúng", "kind": "checkbox", "required": True},
    ]
    form = layout.laid_out(one(fields=fields))
    assert form.pledges == ("Tôi cam đoan khai đúng",)
    assert [b.options[0].label for s in form.sections for b in s.blocks] == ["Cần bản sao"]


@pytest.mark.parametrize(
    ("least", "most", "rows"), [(0, 10, 3), (1, 10, 5), (2, 5, 5), (1, 3, 3), (7, 20, 7), (0, 1, 1)]
)
def test_blank_rows_of_a_table(least: int, most: int, rows: int) -> None:
    inner = [{"key": "x", "label": "Tên", "kind": "text"}, {"key": "y", "label": "Nơi ở", "kind": "address"}]
    fields = [{"key": "r", "label": "Người", "kind": "repeat", "min_items": least, "max_items": most, "fields": inner}]
    (table,) = _blocks(one(fields=fields))
    assert len(table.rows) == rows
    assert sum(c.width for c in table.columns) == 100 - layout.NUMBER_WIDTH


def test_a_long_list_of_choices_is_a_line_to_write_on() -> None:
    nine = [{"value": str(i), "label": f"Loại {i}"} for i in range(9)]
    field = {"key": "a", "label": "Loại", "kind": "choice"}
    assert [b.block for b in _blocks(one(fields=[{**field, "choices": nine}]))] == ["line"]
    assert [b.block for b in _blocks(one(fields=[{**field, "choices": nine[:8]}]))] == ["boxes"]


@pytest.mark.parametrize(
    ("title", "signer"),
    [
        ("Tờ khai đăng ký khai sinh", "Người khai"),
        ("Đơn đề nghị", "Người làm đơn"),
        ("Thông báo tạm ngừng", "Người thông báo"),
        ("Giấy đề nghị đăng ký", "Người đề nghị"),
    ],
)
def test_who_signs(title: str, signer: str) -> None:
    assert words.signer(title) == signer


def test_a_marriage_is_signed_by_two() -> None:
    form = layout.laid_out(shipped()["1.000894"])
    assert [s.title for s in form.signatures] == ["Bên nữ", "Bên nam"]


def test_whom_the_form_speaks_to() -> None:
    ward = layout.laid_out(shipped()["1.001193"])
    assert (ward.addressee, ward.addressee_is_open) == ("Ủy ban nhân dân phường, xã", True)
    town = layout.laid_out(shipped()["1.001612"])
    assert (town.addressee, town.addressee_is_open) == ("Trung tâm Hành chính công thị xã Hồng Lĩnh", False)
    named = layout.laid_out(shipped()["1.001193"], {}, agency="Ủy ban nhân dân phường Bắc Hồng")
    assert (named.addressee, named.addressee_is_open) == ("Ủy ban nhân dân phường Bắc Hồng", False)


# --- with answers --------------------------------------------------------------------------------


def test_filled_form_shows_answers_and_leaves_hidden_questions_out() -> None:
    fields = [
        {"key": "name", "label": "Họ và tên", "kind": "person_name"},
        {"key": "born", "label": "Ngày, tháng, năm sinh", "kind": "date"},
        {"key": "paid", "label": "Số tiền", "kind": "money"},
        {
            "key": "has",
            "label": "Có nhà",
            "kind": "choice",
            "choices": [{"value": "c", "label": "Có"}, {"value": "k", "label": "Không"}],
        },
        {"key": "house", "label": "Địa chỉ ngôi nhà", "kind": "address", "show_when": {"field": "has", "equals": "c"}},
        {
            "key": "rows",
            "label": "Con",
            "kind": "repeat",
            "fields": [{"key": "n", "label": "Tên con", "kind": "person_name"}],
        },
    ]
    answers = {
        "name": "Trần <b>Thị</b> Ánh & Đỗ",
        "born": "1990-03-05",
        "paid": 1500000,
        "has": "k",
        "house": "Số 1 phố Kín",
        "rows": [{"n": "Nguyễn Văn Đức"}, {"n": "Nguyễn Thị Ỷ"}],
    }
    file = printing.filled_form(one(fields=fields), answers)
    with pdftext.open_pdf(file.content) as paper:
        text = pdftext.words(paper)
    for shown in ("Trần<b>Thị</b>Ánh&Đỗ", "05/03/1990", "1.500.000đồng", "NguyễnVănĐức", "NguyễnThịỶ"):
        assert shown in text
    assert "Địachỉngôinhà" not in text
    assert "phốKín" not in text
    word = docx_words(printing.filled_form(one(fields=fields), answers, "docx").content)
    assert "Trần<b>Thị</b>Ánh&Đỗ" in word
    assert "☐Có" in word
    assert "☒Không" in word
    assert "phốKín" not in word


def test_an_answered_choice_is_ticked_and_an_open_question_keeps_its_line() -> None:
    blocks = _blocks(birth(), {"child_sex": "nu"})
    sex = next(b for b in blocks if isinstance(b, layout.Boxes) and b.label == "Giới tính")
    assert [(o.label, o.ticked) for o in sex.options] == [("Nam", False), ("Nữ", True)]
    name = next(b for b in blocks if isinstance(b, layout.Line) and b.kind == "person_name")
    assert name.value == ""


def test_the_signature_block_stays_empty() -> None:
    assert layout.laid_out(birth(), ANSWERS).signatures == layout.laid_out(birth()).signatures
    with pdftext.open_pdf(printing.filled_form(birth(), ANSWERS).content) as paper:
        assert pdftext.words(paper).count("NGUYỄNTHỊÁNH") == 1
    assert docx_words(printing.filled_form(birth(), ANSWERS, "docx").content).count("NGUYỄNTHỊÁNH") == 1


MARK = printing.Mark("HJ7K-QM9Q", "http://testserver/to-khai/HJ7K-QM9Q/", "29/11/2026")
MARK_WORDS = ("Mãtờkhai:HJ7K-QM9Q", "đếnhếtngày29/11/2026rồixóa.")


def test_a_kept_form_carries_its_reference_in_words_and_as_a_picture_with_words() -> None:
    file = printing.filled_form(birth(), ANSWERS, mark=MARK)
    with pdftext.open_pdf(file.content) as paper:
        words_ = pdftext.words(paper)
        figures = [e for e in paper.objects if isinstance(e, pikepdf.Dictionary) and e.get("/S") == "/Figure"]
        assert [str(f.Alt) for f in figures] == ["Mã QR của tờ khai HJ7K-QM9Q"]
    assert [w in words_ for w in MARK_WORDS] == [True, True]
    assert file.name == "Tờ khai đăng ký khai sinh HJ7K-QM9Q.pdf"
    assert file.ascii_name == "to-khai-dang-ky-khai-sinh-hj7k-qm9q.pdf"


def test_the_word_file_carries_it_too() -> None:
    file = printing.filled_form(birth(), ANSWERS, "docx", mark=MARK)
    words_ = docx_words(file.content)
    assert [w in words_ for w in MARK_WORDS] == [True, True]
    shape = docx.Document(io.BytesIO(file.content)).element.body.find(".//{*}docPr")
    assert shape.get("descr") == "Mã QR của tờ khai HJ7K-QM9Q"
    assert printing.filled_form(birth(), ANSWERS, "docx", mark=MARK).content == file.content


def _forking(**answers: Any) -> list[Any]:
    has: dict[str, Any] = {"key": "has", "label": "Có nhà", "kind": "choice", "required": True}
    has["choices"] = [{"value": "c", "label": "Có"}, {"value": "k", "label": "Không"}]
    own = {"key": "own", "label": "Nhà riêng", "kind": "checkbox", "show_when": {"field": "has", "equals": "c"}}
    lent = {"key": "who", "label": "Chủ nhà", "kind": "text", "show_when": {"field": "own", "equals": True}}
    return _blocks(one(fields=[has, own, lent]), answers, blanks=True)


def test_what_hangs_on_a_question_left_to_the_pen_stands_there_too() -> None:
    has, own, who = _forking()
    assert (has.label, has.then) == ("Có nhà", "(nếu chọn “Có” thì khai tiếp)")
    assert (own.options[0].label, own.then, own.under) == ("Nhà riêng", "(nếu chọn thì khai tiếp)", True)
    assert (who.label, who.value, who.under) == ("Chủ nhà", "", True)


def test_what_is_decided_is_not_left_to_the_pen() -> None:
    assert [b.label for b in _forking(has="k")] == ["Có nhà"]
    assert [getattr(b, "label", b.block) for b in _forking(has="c", own=True)] == ["Có nhà", "", "Chủ nhà"]
    assert [getattr(b, "label", b.block) for b in _forking(has="c", own=False)] == ["Có nhà", ""]


def test_without_a_mark_nothing_is_added() -> None:
    page = files.page(layout.laid_out(birth(), ANSWERS))
    assert ("mark" in page, "<img" in page) == (False, False)
    assert "<main>\n<h1>" in page


def test_a_very_long_answer_runs_over_to_more_pages() -> None:
    fields = [{"key": "a", "label": "Trình bày", "kind": "multiline"}]
    file = printing.filled_form(one(fields=fields), {"a": "Đoạn văn dài. " * 1500})
    with pdftext.open_pdf(file.content) as paper:
        assert len(paper.pages) > 4
        assert pdftext.words(paper).count("Đoạnvăndài.") == 1500
