"""What has to be done before the portal can serve: tables, catalogue, holidays, demo staff, static files.

Every step looks first whether there is anything to do, so that a second start is quick.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import pdf, po

# Parts of the admin's own scripts that no page of ours loads.
UNUSED_STATIC = [
    "admin/js/vendor/select2/i18n/[!v]*",
    "admin/js/vendor/select2/select2.full.js",
    "admin/js/vendor/jquery/jquery.js",
    "admin/js/vendor/xregexp/xregexp.js",
]


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()


class Done:
    """What was done last time, by name of the step: a fingerprint of its input, kept in VAR."""

    def __init__(self) -> None:
        self.path = settings.VAR / "prepared.json"
        try:
            self.marks: dict[str, str] = json.loads(self.path.read_text())
        except (OSError, ValueError):
            self.marks = {}

    def has(self, step: str, mark: str) -> bool:
        return self.marks.get(step) == mark

    def keep(self, step: str, mark: str) -> None:
        self.marks[step] = mark
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.marks, indent=1))


# --- the steps: each returns what it did in a few words, or "" when there was nothing to do --------


def translations(_last: Done) -> str:
    written = [path for folder in settings.LOCALE_PATHS for path in po.compile_stale(Path(folder))]
    return _("biên dịch %s tệp lời dịch") % len(written) if written else ""


def tables(_last: Done) -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return ""
    call_command("migrate", interactive=False, verbosity=0)
    return _("cập nhật cơ sở dữ liệu, %s bước") % len(plan)


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def catalogue(done: Done) -> str:
    """Loads settings.CATALOGUE when its files or the code that reads them changed, or the database is empty."""
    code = settings.BASE_DIR / "procedures"
    readers = [path for folder in ("loading", "search", "spec") for path in sorted((code / folder).glob("*.py"))]
    files = [*_files_below(settings.CATALOGUE), *readers]
    seen = [f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    mark = _digest([connection.settings_dict["NAME"], *seen])
    procedures = apps.get_model("procedures", "Procedure").objects
    if done.has("catalogue", mark) and procedures.exists():
        return ""
    call_command("load_catalogue", str(settings.CATALOGUE), stdout=io.StringIO())
    done.keep("catalogue", mark)
    return _("nạp danh mục, %s thủ tục") % procedures.count()


def holidays(_last: Done) -> str:
    """Proposes the days off of last year, this year and the next; a year that has rows is the town's and left alone."""
    this_year = timezone.localdate().year
    rows = apps.get_model("procedures", "Holiday").objects
    missing = [y for y in range(this_year - 1, this_year + 2) if not rows.filter(date__year=y).exists()]
    for year in missing:
        call_command("load_holidays", str(year), stdout=io.StringIO())
    return _("đề xuất ngày nghỉ năm %s, cần xác nhận") % ", ".join(map(str, missing)) if missing else ""


def demo(_last: Done) -> str:
    """Demo staff and sample submissions where wanted and nobody works yet; keeps the accounts to show at each start."""
    officers = apps.get_model("submissions", "Officer").objects
    if not settings.DEMO or officers.exists():
        return ""
    said = io.StringIO()
    call_command("seed_demo", yes=True, stdout=said)
    accounts = settings.VAR / "demo-accounts.txt"
    accounts.touch(mode=0o600)
    accounts.write_text(_compact(said.getvalue()))
    return _("tạo dữ liệu dùng thử, %s cán bộ") % officers.count()


def _compact(output: str) -> str:
    """What seed_demo said, with the account names (indented lines) four in a row."""
    lines = output.splitlines()
    names = [line.strip() for line in lines if line.startswith("  ")]
    rows = ["  " + "".join(f"{name:<24}" for name in names[i : i + 4]).rstrip() for i in range(0, len(names), 4)]
    first = lines.index(f"  {names[0]}") if names else len(lines)
    return "\n".join([*lines[:first], *rows]) + "\n"


def static_files(done: Done) -> str:
    """Collects style sheets, scripts and pictures under hashed names when one of them changed."""
    found = [
        (name, storage.path(name)) for finder in get_finders() for name, storage in finder.list(["CVS", ".*", "*~"])
    ]
    mark = _digest(f"{name} {path} {Path(path).stat().st_mtime_ns}" for name, path in sorted(found))
    if done.has("static", mark) and (settings.STATIC_ROOT / "staticfiles.json").exists():
        return ""
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC)
    done.keep("static", mark)
    return _("gom %s tệp giao diện") % len(found)


def papers(_last: Done) -> str:
    """PDF papers need shared libraries that no Python package brings."""
    missing = " ".join(pdf.missing_libraries())
    return _("giấy tờ mở dưới dạng trang in; muốn có PDF hãy cài: apt-get install %s") % missing if missing else ""


STEPS = (translations, tables, catalogue, holidays, demo, static_files, papers)


def prepare(say: Callable[[str], None]) -> None:
    """Runs the steps in order; `say` gets one line for each that had something to do."""
    done = Done()
    for step in STEPS:
        if words := step(done):
            say(f"• {words}")
