"""What the catalogue commands share: arguments, progress, lists of problems, summaries."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from procedures.loading.check import check
from procedures.loading.folder import Folder, files_of, read_folder
from procedures.loading.problems import Problem
from procedures.loading.store import Summary

EVERY_SECONDS = 2.0
MANY = 15


class Progress:
    """A counter on long work: one line rewritten on a terminal, a line now and then elsewhere, nothing when quick."""

    def __init__(self, out: OutputWrapper, label: str, total: int) -> None:
        self.out, self.label, self.total = out, label, total
        self.count = 0
        self.spoken = False
        self.last = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self.spoken and self.out.isatty():
            self.out.write("")

    def step(self) -> None:
        self.count += 1
        now = time.monotonic()
        if now - self.last >= (0.2 if self.out.isatty() else EVERY_SECONDS):
            self.last = now
            self._say()

    def _say(self) -> None:
        self.spoken = True
        line = f"{self.label} {self.count}/{self.total}"
        if self.out.isatty():
            self.out.write(f"\r{line}", ending="")
            self.out.flush()
        else:
            self.out.write(line)


def folder_argument(parser: ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="Thư mục có agencies.yaml, sectors.yaml, lists.yaml, procedures/.")


def _total(path: Path) -> int:
    try:
        return len(files_of(path))
    except OSError:
        return 0


def checked_folder(command: BaseCommand, path: str) -> Folder:
    """The folder when it is clean; else lists every problem and ends the command with exit status 1."""
    if not path.strip():
        raise CommandError(_("Có 1 lỗi: thiếu đường dẫn tới thư mục danh mục."))
    where = Path(path)
    with Progress(command.stderr, _("Đang đọc"), _total(where)) as progress:
        folder = read_folder(where, progress.step)
    problems = [*folder.problems, *check(folder)]
    if problems:
        print_problems(command.stderr, problems)
        raise CommandError(_("Có %(count)d lỗi; chưa nạp gì. Hãy sửa rồi chạy lại.") % {"count": len(problems)})
    return folder


def print_problems(out: OutputWrapper, problems: Sequence[Problem]) -> None:
    for problem in problems:
        out.write(str(problem))


TABLES = {
    "agencies": _lazy("cơ quan"),
    "sectors": _lazy("lĩnh vực"),
    "lists": _lazy("danh sách"),
    "procedures": _lazy("thủ tục"),
}


def print_summary(out: OutputWrapper, summary: Summary, *, dry_run: bool) -> None:
    for name, count in summary.counts.items():
        out.write(f"{TABLES[name]}: {count.created} mới, {count.changed} đổi, {count.unchanged} giữ nguyên")
    _named(out, _("Đã đổi"), summary.changed_codes)
    _named(out, _("Đóng vì không còn trong thư mục"), summary.closed)
    _named(out, _("Mở lại"), summary.reopened)
    _counted(out, _("Giữ bản sửa trong quản trị"), summary.kept)
    _counted(out, _("Thay bản sửa trong quản trị vì thư mục có nội dung mới"), summary.replaced)
    for name, keys in summary.left.items():
        _named(out, _("Giữ lại dù thư mục không có (%(table)s)") % {"table": TABLES[name]}, keys)
    out.write(_result(summary, dry_run=dry_run))


def _named(out: OutputWrapper, label: str, keys: Sequence[str]) -> None:
    if keys:
        out.write(f"{label}: {_some(keys)}")


def _counted(out: OutputWrapper, label: str, keys: Sequence[str]) -> None:
    if keys:
        out.write(f"{label}: {len(keys)} ({_some(keys)})")


def _some(keys: Sequence[str]) -> str:
    more = f" … (+{len(keys) - MANY})" if len(keys) > MANY else ""
    return f"{', '.join(keys[:MANY])}{more}"


def _result(summary: Summary, *, dry_run: bool) -> str:
    if not summary.is_change:
        return _("Không có gì thay đổi.")
    if dry_run:
        return _("Chạy thử: chưa ghi gì.")
    total = summary.procedures
    count = total.created + total.changed + total.unchanged
    return _("Đã nạp danh mục: %(count)d thủ tục.") % {"count": count}
