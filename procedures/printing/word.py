"""The printed form as a Word file, with real tables, tab leaders and boxes that can be ticked on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from portal.lib import docx as word
from portal.lib import qr
from procedures.printing import blocks, layout

WIDTH = word.TEXT_WIDTH_MM
HALF = 80  # mm, where the second question of a line begins less its gap


def drawn(form: blocks.PaperForm) -> bytes:
    document = word.new_paper(form.title, settings.TOWN_NAME)
    _head(document, form)
    if form.mark:
        _mark(document, form.mark)
    _title(document, form)
    for section in form.sections:
        _heading(document, f"{section.number}. {section.title}")
        for block in section.blocks:
            DRAW[block.block](document, block)
    _enclosures(document, form)
    _closing(document, form)
    _foot(document, form)
    return word.settled(document)


def _centred(place: Any, text: str, **style: Any) -> Any:
    paragraph = place.add_paragraph()
    paragraph.alignment = 1
    word.write(paragraph, text, **style)
    return paragraph


def _head(document: Any, form: blocks.PaperForm) -> None:
    left, right = word.columns(document, 65, 100)
    word.write(left.paragraphs[0], form.origin, size=10)
    right.paragraphs[0].alignment = 1
    word.write(right.paragraphs[0], _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), bold=True, size=12)
    motto = _centred(right, _("Độc lập - Tự do - Hạnh phúc"), bold=True, size=13)
    motto.paragraph_format.left_indent = motto.paragraph_format.right_indent = _mm(19)
    word.rule_below(motto)


def _mark(document: Any, mark: blocks.Mark) -> None:
    """Beside each other: the reference in words, and the same as QR code."""
    left, right = word.columns(document, 140, 25)
    word.write(left.paragraphs[0], mark.label + " ", size=11)
    word.write(left.paragraphs[0], mark.reference, bold=True, size=13)
    word.write(left.add_paragraph(), mark.note, size=10)
    right.paragraphs[0].alignment = 2
    word.picture(right.paragraphs[0], qr.png(mark.address), 22, mark.picture_words)


def _mm(size: float) -> Any:
    from docx.shared import Mm  # noqa: PLC0415 - loaded on first use, see portal/lib/docx.py

    return Mm(size)


def _title(document: Any, form: blocks.PaperForm) -> None:
    title = _centred(document, form.heading, bold=True, size=15)
    title.paragraph_format.space_before = title.paragraph_format.space_after = _mm(3)
    addressee = document.add_paragraph()
    word.write(addressee, _("Kính gửi:") + " " + form.addressee)
    if form.addressee_is_open:
        addressee.paragraph_format.left_indent = _mm(12)
        _dots(addressee)
    else:
        addressee.alignment = 1


def _heading(document: Any, text: str) -> None:
    heading = document.add_paragraph()
    heading.paragraph_format.space_before = _mm(3)
    heading.paragraph_format.keep_with_next = True
    word.write(heading, text, bold=True)


def _dots(paragraph: Any) -> None:
    word.write(paragraph, " \t")
    word.dotted_to(paragraph, WIDTH)


# --- blocks --------------------------------------------------------------------------------------


def _asked(label: str) -> str:
    return label if label.endswith(("?", ":")) else f"{label}:"


def _paragraph(document: Any, block: Any) -> Any:
    """A new paragraph, set in when the block stands under a condition."""
    paragraph = document.add_paragraph()
    if block.under:
        paragraph.paragraph_format.left_indent = _mm(6)
    return paragraph


def _line(document: Any, line: blocks.Line) -> None:
    paragraph = _paragraph(document, line)
    _question(paragraph, line)
    if not (line.value or line.is_open_date or line.unit):
        _dots(paragraph)
    for _row in line.more_rows:
        _dots(_paragraph(document, line))


def _question(paragraph: Any, line: blocks.Line) -> None:
    """The label and, where they are known, the answer or the words to fill in around."""
    word.write(paragraph, _asked(line.label) + " ")
    if line.value:
        word.write(paragraph, line.value, bold=True)
    elif line.is_open_date:
        word.write(paragraph, _("ngày ...... tháng ...... năm ........."))
    elif line.unit:
        word.write(paragraph, "." * 42)
    if line.unit and line.unit not in line.value:
        word.write(paragraph, f" {line.unit}")


def _pair(document: Any, pair: blocks.Pair) -> None:
    paragraph = _paragraph(document, pair)
    _question(paragraph, pair.left)
    word.write(paragraph, "\t")
    word.dotted_to(paragraph, HALF)
    word.write(paragraph, " ")
    _question(paragraph, pair.right)
    if not (pair.right.value or pair.right.is_open_date):
        _dots(paragraph)


def _boxes(document: Any, boxes: blocks.Boxes) -> None:
    paragraph = _paragraph(document, boxes)
    if boxes.label:
        word.write(paragraph, _asked(boxes.label) + "  ")
    for option in boxes.options:
        word.box(paragraph, ticked=option.ticked)
        word.write(paragraph, f" {option.label}    ")
    if boxes.then:
        word.write(paragraph, boxes.then, italic=True, size=11.5)


def _table(document: Any, table: blocks.Table) -> None:
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    word.write(title, f"{table.label}:")
    heads = [_("STT"), *(f"{c.label} {c.note}".strip() for c in table.columns)]
    rows = [(str(number), *row) for number, row in enumerate(table.rows, start=1)]
    shares = [layout.NUMBER_WIDTH, *(c.width for c in table.columns)]
    word.grid(document, heads, rows, [WIDTH * share / sum(shares) for share in shares])


def _remark(document: Any, remark: blocks.Remark) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    word.write(paragraph, remark.text, italic=True, size=11.5)


DRAW: dict[str, Callable[[Any, Any], None]] = {
    "line": _line,
    "pair": _pair,
    "boxes": _boxes,
    "table": _table,
    "remark": _remark,
}


# --- end of the paper ----------------------------------------------------------------------------


def _enclosures(document: Any, form: blocks.PaperForm) -> None:
    if form.enclosures:
        _heading(document, _("Giấy tờ kèm theo"))
    for paper in form.enclosures:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = _mm(6), _mm(-6)
        word.box(paragraph)
        word.write(paragraph, f" {paper.name}" + (f" ({paper.amount})" if paper.amount else ""))
        if paper.note:
            word.write(paragraph, f" – {paper.note}", italic=True)


def _closing(document: Any, form: blocks.PaperForm) -> None:
    for pledge in form.pledges:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = _mm(3)
        paragraph.paragraph_format.first_line_indent = _mm(10)
        word.write(paragraph, pledge if pledge.endswith(".") else f"{pledge}.")
    place = document.add_paragraph()
    place.alignment = 2
    place.paragraph_format.space_before = _mm(3)
    word.write(place, _("%(place)s, ngày ...... tháng ...... năm ...........") % {"place": form.place}, italic=True)
    _signatures(document, form.signatures)


def _signatures(document: Any, signatures: tuple[blocks.Signature, ...]) -> None:
    cells = word.columns(document, WIDTH / 2, WIDTH / 2)
    for cell, signature in zip(cells[-len(signatures) :], signatures, strict=True):
        cell.paragraphs[0].alignment = 1
        word.write(cell.paragraphs[0], signature.title, bold=True)
        _centred(cell, _("(Ký, ghi rõ họ tên)"), italic=True)
        room = _centred(cell, "", bold=True)
        room.paragraph_format.space_before = _mm(20)


def _foot(document: Any, form: blocks.PaperForm) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    code = _("Mã thủ tục %(code)s") % {"code": form.code}
    revised = " · " + _("bản ngày %(day)s") % {"day": form.revised} if form.revised else ""
    word.write(paragraph, f"{code}{revised} · {form.address} · {_('Trang')} ", size=9)
    word.page_field(paragraph, "PAGE")
    word.write(paragraph, "/", size=9)
    word.page_field(paragraph, "NUMPAGES")
