"""The rules of the house that a reader should be able to rely on, checked over the sources."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.test import RequestFactory

from submissions.models import Submission
from submissions.notices.table import LABELS, SILENT, TABLE
from submissions.states import ACTS, DOWNLOAD, EXPORT, IMPORT, LOGGED, RATE, SLIP, VERBS, State
from tests.factories import SubmissionFactory, clerk

ROOT = Path(__file__).resolve().parent.parent
APPS = ("payments", "portal", "procedures", "submissions")
TEMPLATES = ROOT / "templates"


def sources(*folders: str) -> list[Path]:
    return sorted(p for f in folders for p in (ROOT / f).rglob("*.py") if "migrations" not in p.parts)


def texts() -> Iterator[Path]:
    """Every file of the repository that people read or write."""
    kinds = {".py", ".html", ".txt", ".css", ".js", ".yaml", ".po", ".md", ".toml"}
    for folder in (*APPS, "templates", "static", "locale", "tests", "docs"):
        yield from (p for p in (ROOT / folder).rglob("*") if p.suffix in kinds and p.is_file())
    yield from (p for p in ROOT.iterdir() if p.suffix in kinds and not p.name.startswith("requirements"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- state ---------------------------------------------------------------------------------------


def _writes_state(node: ast.AST) -> bool:
    """`x.state = …`, or `….update(state=…)`."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr.endswith("update") and any(k.arg == "state" for k in node.keywords)
    return False


def test_only_the_workflow_writes_the_state_of_a_submission() -> None:
    writers = {
        short(path)
        for path in sources("submissions", "payments")
        for node in ast.walk(ast.parse(path.read_text()))
        if _writes_state(node)
    }
    # Feedback and money have states of their own, which nobody else writes; they are no step of a submission.
    own = {"submissions/feedback", "payments/billing"}
    assert {w.rsplit("/", 1)[0] for w in writers} == {"submissions/workflow", *own}


@pytest.mark.django_db
def test_no_staff_form_offers_the_columns_of_the_workflow(rf: RequestFactory) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    request = rf.get("/admin/")
    request.user = clerk(submission.agency).user
    form = admin.site._registry[Submission].get_form(request, submission, change=True)
    assert set(form.base_fields) == set()


# --- notices and templates -----------------------------------------------------------------------


def test_every_verb_tells_somebody_or_is_named_silent() -> None:
    untold = {DOWNLOAD, EXPORT, IMPORT, RATE, SLIP}  # lines for the log alone
    verbs = {*VERBS, *(LOGGED.keys() - untold), *(act.verb for act in ACTS)}
    assert {*TABLE, *SILENT} == verbs
    assert set(TABLE) & set(SILENT) == set()


def test_every_kind_of_notice_has_its_words() -> None:
    rules = [rule for several in TABLE.values() for rule in several]
    assert {rule.kind for rule in rules} <= set(LABELS)
    for kind in LABELS:
        get_template(f"notices/{kind}.txt")
        if not kind.startswith("staff_"):
            get_template(f"notices/{kind}.sms.txt")


# Templates that Django or a package looks for under a name of its own.
BY_NAME = re.compile(r"^(admin/|dvc/|registration/|notices/|(400|403|403_csrf|404|413|429|500)\.html$|robots\.txt$)")


def test_every_template_is_used() -> None:
    used = "\n".join(p.read_text() for p in [*sources(*APPS), *TEMPLATES.rglob("*.*")])
    names = sorted(str(p.relative_to(TEMPLATES)) for p in TEMPLATES.rglob("*.*"))
    unused = [n for n in names if not BY_NAME.match(n) and f'"{n}"' not in used and f"'{n}'" not in used]
    assert unused == []


def test_every_notice_template_is_one_of_the_table() -> None:
    kinds = {p.name.split(".")[0] for p in (TEMPLATES / "notices").glob("*.txt")}
    assert kinds - {"base", "staff_base"} == set(LABELS)


def test_every_template_that_is_named_exists() -> None:
    named = re.compile(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""")
    missing = []
    for path in TEMPLATES.rglob("*.*"):
        for name in named.findall(path.read_text()):
            try:
                get_template(name)
            except TemplateDoesNotExist:
                missing.append(f"{short(path)}: {name}")
    assert missing == []


INLINE = re.compile(r"""<style\b|<script(?![^>]*\bsrc=)|\sstyle=["']|\son[a-z]+=["']|javascript:""", re.IGNORECASE)


def test_pages_carry_no_inline_style_or_script() -> None:
    """The content security policy allows 'self' alone. Papers are printed, not browsed."""
    pages = [p for p in TEMPLATES.rglob("*.html") if "papers" not in p.parts]
    found = [f"{short(p)}: {m[0]}" for p in pages for m in INLINE.finditer(p.read_text())]
    assert found == []


def test_every_sentence_over_several_lines_is_trimmed() -> None:
    """Else the line breaks of the template become part of the sentence to translate."""
    block = re.compile(r"{%\s*blocktrans(?:late)?\b([^%]*)%}(.*?){%\s*endblocktrans", re.DOTALL)
    untrimmed = [
        short(path)
        for path in TEMPLATES.rglob("*.html")
        for options, sentence in block.findall(path.read_text())
        if "\n" in sentence and "trimmed" not in options
    ]
    assert untrimmed == []


# --- sizes ---------------------------------------------------------------------------------------


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{short(path)}:{f.lineno} {f.name} ({f.end_lineno - f.lineno + 1})"
        for path in sources(*APPS)
        for f in functions(path)
        if f.end_lineno is not None and f.end_lineno - f.lineno + 1 > 50
    ]
    assert long == []


@pytest.mark.parametrize(("folder", "pattern", "most"), [("templates", "*.html", 160), ("templates", "*.txt", 60)])
def test_templates_stay_readable(folder: str, pattern: str, most: int) -> None:
    long = {short(p): n for p in (ROOT / folder).rglob(pattern) if (n := len(p.read_text().splitlines())) > most}
    assert long == {}


def test_modules_stay_readable() -> None:
    long = {
        short(p): n for p in sources(*APPS) if p.name != "settings.py" and (n := len(p.read_text().splitlines())) > 420
    }
    assert long == {}


def test_admin_modules_hold_declarations_only() -> None:
    files = [p for app in APPS for p in [*(ROOT / app).glob("admin.py"), *(ROOT / app / "admin").rglob("*.py")]]
    assert {short(p): n for p in files if (n := len(p.read_text().splitlines())) > 250} == {}


# --- words ---------------------------------------------------------------------------------------


def test_sources_are_composed_unicode() -> None:
    decomposed = [short(p) for p in texts() if not unicodedata.is_normalized("NFC", p.read_text())]
    assert decomposed == []


LEFT_OVER = re.compile(r"(#|//|<!--) ?TODO|\b(FIXME|XXX|HACK|[Ll]orem ipsum|raise NotImplementedError|for now)\b")


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{short(p)}: {m[0]}"
        for p in texts()
        if p != Path(__file__) and "catalogue" not in p.parts
        for m in LEFT_OVER.finditer(p.read_text())
    ]
    assert found == []


def test_our_own_code_is_never_mocked() -> None:
    mocks = re.compile(r"\bmock\.patch|\bmocker\b|\bMagicMock\b|from unittest import mock")
    assert [short(p) for p in sources("tests") if p != Path(__file__) and mocks.search(p.read_text())] == []


def test_every_test_asserts_something() -> None:
    """A test has an assert, expects an exception, calls a helper whose name says what it checks, or (given any input)
    shows that nothing is raised.
    """
    silent = []
    checks = ("@given", "raises", "assert", "expect", "check", "get_template", "warns", "num_queries", "walk", "must")
    for path in sources("tests"):
        for f in functions(path):
            if not f.name.startswith("test_"):
                continue
            words = ast.unparse(f)
            if not any(isinstance(n, ast.Assert) for n in ast.walk(f)) and not any(c in words for c in checks):
                silent.append(f"{short(path)}:{f.lineno} {f.name}")
    assert silent == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_lock_files_name_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        assert [line for line in lines if "://" in line or line.startswith("-")] == []
        assert any(line.strip().startswith("--hash=sha256:") for line in lines)


def test_every_variable_of_the_environment_is_in_the_readme() -> None:
    readers = re.compile(r"""env\.\w+\(\s*["']([A-Z0-9_]+)["']""")
    read = {n for p in ("portal/settings.py", "portal/run.py") for n in readers.findall((ROOT / p).read_text())}
    named = set(re.findall(r"`([A-Z0-9_]{3,})`", (ROOT / "README.md").read_text()))
    assert read - named == set()
