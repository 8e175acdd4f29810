"""The report as a workbook, from its content alone."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from portal.lib import xlsx
from submissions.reports.content import Content
from submissions.reports.frozen import Report

WIDTH = 12


def file_name(report: Report) -> str:
    return f"bao-cao-{report.agency.slug}-{report.month:%Y-%m}.xlsx"


def write(report: Report, to: Path) -> int:
    """Returns the number of lines. Raises xlsx.WorkbookError, OSError."""
    return xlsx.write(sheets(report), to)


def sheets(report: Report) -> list[xlsx.Sheet]:
    content, heading = report.content, _heading(report)
    tables = [
        (_("Theo cơ quan"), content.get("agencies", [])),
        (_("Theo lĩnh vực"), content["sectors"]),
        (_("Theo thủ tục"), content["procedures"]),
    ]
    whole = {"code": "", "name": _("Tổng cộng"), "cells": content["whole"]}
    # The lines of all agencies end with their own sum.
    some = [(title, lines if title == tables[0][0] else [*lines, whole]) for title, lines in tables if lines]
    return [*(_table(title, lines, content, heading) for title, lines in some), _rest(content, heading),
            _overdue(content, heading)]  # fmt: skip


def _heading(report: Report) -> tuple[str, ...]:
    facts = {"month": f"{report.month:%m/%Y}", "until": _day(report.content["until"])}
    first = (
        report.content["agency"]["name"],
        _("BÁO CÁO GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH THÁNG %(month)s, số liệu đến %(until)s") % facts,
    )
    if report.frozen is None:
        return (*first, _("Bản nháp, số liệu chưa chốt"))
    return (*first, _("Đã chốt, mã kiểm tra %s") % report.frozen.sha256)


def _day(text: str) -> str:
    return f"{datetime.date.fromisoformat(text):%d/%m/%Y}"


def _table(title: str, lines: Iterable[dict[str, Any]], content: Content, heading: tuple[str, ...]) -> xlsx.Sheet:
    found = [column for part in content["groups"] for group in part for column in group["columns"]]
    columns = [xlsx.Column(_("Mã"), 14), xlsx.Column(_("Tên"), 40)]
    columns += [xlsx.Column(c["title"] + (" (%)" if c["share"] else ""), WIDTH, _kind(c)) for c in found]
    rows: list[list[xlsx.Cell]] = [
        [line["code"], line["name"], *(_cell(line["cells"][c["name"]], c) for c in found)] for line in lines
    ]
    return xlsx.Sheet(title, columns, rows, heading)


def _kind(column: dict[str, Any]) -> str:
    return "text" if column["share"] else "number"


def _cell(value: int | str | None, column: dict[str, Any]) -> int | str:
    if value is None:
        return _("không có")
    return str(value).replace(".", ",") if column["share"] else value


def _rest(content: Content, heading: tuple[str, ...]) -> xlsx.Sheet:
    rows: list[list[xlsx.Cell]] = [[words, value] for words, value in further(content)]
    return xlsx.Sheet(_("Trả lời và phản ánh"), [xlsx.Column(_("Nội dung"), 60), xlsx.Column(_("Số"), 12, "number")],
                      rows, heading)  # fmt: skip


def further(content: Content) -> list[tuple[str, int]]:
    """The single numbers of a report in words, for page and workbook."""
    replies, feedback = content["replies"], content["feedback"]
    return [
        (_("Hồ sơ nộp trực tuyến trong tháng"), replies["filed"]),
        (_("Trong đó trả lời lần đầu trễ hơn số giờ làm việc quy định"), replies["missed"]),
        (_("Phản ánh, kiến nghị, khiếu nại nhận trong tháng"), feedback["received"]),
        (_("Trong đó khiếu nại"), feedback["complaints"]),
        (_("Phản ánh, kiến nghị, khiếu nại trả lời trong tháng, đúng hạn"), feedback["in_time"]),
        (_("Phản ánh, kiến nghị, khiếu nại trả lời trong tháng, trễ hạn"), feedback["late"]),
        (_("Phản ánh, kiến nghị, khiếu nại không thuộc trách nhiệm giải quyết"), feedback["refused"]),
        (_("Phản ánh, kiến nghị, khiếu nại quá hạn chưa trả lời, cuối kỳ"), feedback["open_late"]),
    ]


def _overdue(content: Content, heading: tuple[str, ...]) -> xlsx.Sheet:
    columns = [
        xlsx.Column(_("Mã hồ sơ"), 26),
        xlsx.Column(_("Mã thủ tục"), 12),
        xlsx.Column(_("Thủ tục"), 44),
        xlsx.Column(_("Ngày hẹn trả"), 14, "day"),
        xlsx.Column(_("Số ngày làm việc quá hạn"), 14, "number"),
    ]
    rows = [
        [line["code"], line["procedure"], line["name"], datetime.date.fromisoformat(line["due_on"]), line["days"]]
        for line in content["overdue"]
    ]
    return xlsx.Sheet(_("Hồ sơ quá hạn"), columns, rows, heading)
