"""Small tools for Word papers: fonts, dotted lines to write on, boxes to tick, borderless tables, a settled file.

python-docx and lxml are loaded on first use, so that a web worker that makes no Word file does not carry them.
"""

from __future__ import annotations

import ctypes
import datetime
import gc
import io
import zipfile
from typing import Any

FONT = "Times New Roman"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
SETTLED = datetime.datetime(2020, 1, 1)  # noqa: DTZ001 - Word's properties carry no zone
TEXT_WIDTH_MM = 165  # A4 less 30 mm on the left and 15 mm on the right


def new_paper(title: str, author: str) -> Any:
    """An empty A4 document with the margins of Decree 30/2020/NĐ-CP, in Times New Roman 13."""
    import docx  # noqa: PLC0415 - see above
    from docx.shared import Mm, Pt  # noqa: PLC0415

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.footer_distance = Mm(10)
    _set_font(document.styles["Normal"], Pt(13))
    document.styles["Normal"].paragraph_format.space_after = Pt(2)
    document.styles["Normal"].paragraph_format.line_spacing = 1.3
    properties = document.core_properties
    properties.title, properties.author, properties.language, properties.comments = title, author, "vi-VN", ""
    properties.created = properties.modified = SETTLED
    properties.last_modified_by, properties.revision = author, 1
    return document


def _set_font(style: Any, size: Any) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415

    style.font.name, style.font.size = FONT, size
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    language = _element("w:lang", {"w:val": "vi-VN"})
    style.element.get_or_add_rPr().append(language)


def _element(tag: str, attributes: dict[str, str] | None = None) -> Any:
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    element = OxmlElement(tag)
    for name, value in (attributes or {}).items():
        element.set(qn(name), value)
    return element


def write(paragraph: Any, text: str, *, bold: bool = False, italic: bool = False, size: float = 0) -> None:
    """Adds words to a paragraph; line breaks in the text stay line breaks. `size` in points."""
    from docx.shared import Pt  # noqa: PLC0415

    run = paragraph.add_run(text)
    run.bold, run.italic = bold or None, italic or None
    if size:
        run.font.size = Pt(size)


def dotted_to(paragraph: Any, *stops_mm: float) -> None:
    """Tab stops whose tabs are drawn as dotted lines: one tab in the text for each stop."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    for stop in stops_mm:
        alignment = WD_TAB_ALIGNMENT.RIGHT if stop >= TEXT_WIDTH_MM else WD_TAB_ALIGNMENT.LEFT
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(stop), alignment, WD_TAB_LEADER.DOTS)


def box(paragraph: Any, *, ticked: bool = False) -> None:
    """A box that can be ticked in Word with a click, and by hand on paper."""
    from docx.oxml import parse_xml  # noqa: PLC0415

    sign = "☒" if ticked else "☐"
    main = paragraph._p.nsmap["w"]
    control = parse_xml(
        f'<w:sdt xmlns:w="{main}" xmlns:w14="{W14}"><w:sdtPr><w14:checkbox>'
        f'<w14:checked w14:val="{int(ticked)}"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr>'
        '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/></w:rPr>'
        f"<w:t>{sign}</w:t></w:r></w:sdtContent></w:sdt>"
    )
    paragraph._p.append(control)


def picture(paragraph: Any, png: bytes, width_mm: float, words: str) -> None:
    """A picture in the line, with the words that stand for it."""
    from docx.shared import Mm  # noqa: PLC0415

    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))
    shape._inline.docPr.set("descr", words)


def columns(document: Any, *widths_mm: float) -> Any:
    """The cells of a table without lines, to set things side by side."""
    from docx.shared import Mm  # noqa: PLC0415

    table = document.add_table(rows=1, cols=len(widths_mm))
    table.autofit = False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
    for cell, width in zip(table.rows[0].cells, widths_mm, strict=True):
        cell.width = Mm(width)
    return table.rows[0].cells


def grid(document: Any, heads: list[str], rows: list[tuple[str, ...]], widths_mm: list[float]) -> Any:
    """A table with lines whose first row is repeated on every page; 11 points."""
    from docx.shared import Mm  # noqa: PLC0415

    table = document.add_table(rows=0, cols=len(heads), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
    for number, words in enumerate([tuple(heads), *rows]):
        row = table.add_row()
        row.height = Mm(7)
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        for cell, text, width in zip(row.cells, words, widths_mm, strict=True):
            cell.width = Mm(width)
            write(cell.paragraphs[0], text, bold=number == 0, size=11)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    return table


def rule_below(paragraph: Any) -> None:
    """A thin line under the paragraph's words, as under the national motto."""
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", {"w:val": "single", "w:sz": "6", "w:space": "1", "w:color": "auto"}))
    # Word refuses a file whose paragraph properties stand in another order.
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def page_field(paragraph: Any, name: str) -> None:
    """PAGE or NUMPAGES, counted by Word itself."""
    run = paragraph.add_run()
    for kind in ("begin", "", "end"):
        if kind:
            run._r.append(_element("w:fldChar", {"w:fldCharType": kind}))
            continue
        instruction = _element("w:instrText")
        instruction.text = name
        run._r.append(instruction)
    run.font.size = paragraph.runs[0].font.size


def settled(document: Any) -> bytes:
    """The file; the same document always gives the same bytes (no clock inside the zip)."""
    raw = io.BytesIO()
    document.save(raw)
    result = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, SETTLED.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return result.getvalue()


def give_back_memory() -> None:
    """Frees the trees of finished documents (they hold each other) and returns the memory to the system.

    Without it a process grows by two megabytes with every file.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim:
        trim(0)
