"""Papers as files: kept for ever (PDF/A), tagged, in our own font, every word readable, nothing outside the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from portal.lib import pdf
from submissions.models import Paper
from submissions.papers import drawing
from submissions.states import State
from tests.procedures import pdftext
from tests.submissions.papers import cases

pytestmark = pytest.mark.django_db
A5, A4 = (420, 595), (595, 842)


@pytest.fixture(autouse=True, scope="module")
def _one_process() -> Iterator[None]:
    yield
    pdf.warm().close()


@pytest.fixture(params=[(s, case) for s in cases.SETS for case in cases.KINDS], ids=lambda p: f"{p[0]}-{p[1]}")
def paper(request: Any, settings: Any) -> Paper:
    settings.PAPER_SET, case = request.param
    return cases.issued(case)


def test_every_paper_is_archivable_tagged_and_readable(paper: Paper) -> None:
    content = cases.drawn(paper)
    with pdftext.open_pdf(content) as found:
        meta = found.Root.Metadata.read_bytes().decode()
        assert re.search(r"pdfaid:part[^0-9]*2", meta)
        assert re.search(r"pdfaid:conformance[^A-Z]*A", meta)
        assert str(found.Root.OutputIntents[0].S) == "/GTS_PDFA1"
        assert bool(found.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in found.Root
        assert str(found.Root.Lang) == "vi"
        assert str(found.docinfo["/Title"]) == f"{paper.content['title']} {paper.content['reference']}"
        fonts = pdftext.fonts(found)
        assert all(name.startswith("Tinos") for name in fonts), fonts
        assert all(fonts.values())
        assert len(found.pages) == paper.pages
    words = cases.text_of(content)
    for said in (paper.content["reference"], paper.content["footnote"], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"):
        assert said in words
    squeezed = re.sub(r"\W", "", words).upper()
    assert re.sub(r"\W", "", cases.LONG_NAME).upper() in squeezed
    assert re.sub(r"\W", "", str(paper.content["title"])).upper() in squeezed
    assert re.sub(r"\W", "", cases.LONG_ADDRESS).upper() in squeezed


def test_nothing_lies_outside_the_page(paper: Paper) -> None:
    assert cases.letters_outside(cases.drawn(paper)) == []


def _size(content: bytes) -> tuple[int, int]:
    with pdftext.open_pdf(content) as found:
        _left, _bottom, width, height = (round(float(side)) for side in found.pages[0].mediabox)
        return width, height


def test_a_usual_receipt_takes_one_sheet_of_a5_and_the_rest_what_its_form_says() -> None:
    s = cases.submission(State.RECEIVED, name="Lê Đỗ", filed_for_other=False)
    s.papers.all()
    receipt = cases.paper(s, "receipt")
    receipt.content["applicant"]["address"] = "Tổ dân phố 3, phường Bắc Hồng"
    assert _size(cases.drawn(receipt)) == A5
    assert receipt.pages == 1
    assert _size(cases.drawn(cases.paper(s, "control-slip"))) == A4
    assert _size(cases.drawn(cases.paper(s, "filing-receipt"))) == A4


def test_the_secret_is_on_the_applicant_s_papers_only() -> None:
    s = cases.submission(State.RECEIVED)
    said = {p.kind: s.tracking_secret in cases.text_of(cases.drawn(p)) for p in s.papers.all()}
    assert said == {"filing-receipt": True, "receipt": True, "receipt-copy": False, "control-slip": False}


def test_a_rehearsal_is_marked_on_every_page() -> None:
    paper = cases.issued("filing-receipt")
    assert "KHÔNG CÓ GIÁ TRỊ" not in drawing.html(paper, "a4")
    paper.content["rehearsal"] = True
    words = cases.text_of(cases.drawn(paper))
    assert paper.pages > 1
    assert words.count("THỬ – KHÔNG CÓ GIÁ TRỊ") == paper.pages


def test_sample_data_is_named_on_the_paper() -> None:
    words = cases.text_of(cases.drawn(cases.issued("receipt")))
    assert "Dữ liệu mẫu, chưa đối chiếu: mã định danh của cơ quan trong mã hồ sơ" in words


def test_the_qr_code_opens_the_look_up_with_the_code_filled_in() -> None:
    paper = cases.issued("receipt")
    page = drawing.html(paper, "a5")
    assert '<svg viewBox="0 0' in page
    assert paper.content["lookup"].endswith(f"/tra-cuu/?ma={paper.submission.reference}")


def test_hostile_words_are_only_words() -> None:
    s = cases.submission(State.RECEIVED, name="<img src=file:///etc/passwd> & “Đỗ” <b>")
    words = cases.text_of(cases.drawn(cases.paper(s, "receipt")))
    assert "<IMG SRC=FILE:///ETC/PASSWD> & “ĐỖ” <B>" in words


def test_the_same_paper_drawn_anywhere_is_the_same_file() -> None:
    paper = cases.issued("supplement")
    page = drawing.page(paper)
    assert pdf.warm().draw(page) == pdf.draw(page)
