"""Operators get a sentence, not a traceback, when the database or the settings let no command work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEPT = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH")}
TABLES = "Cơ sở dữ liệu chưa có đủ bảng. Bạn chạy manage.py migrate rồi chạy lại lệnh"
AWAY = "Không dùng được cơ sở dữ liệu. Bạn kiểm tra DATABASE_URL và máy chủ cơ sở dữ liệu rồi chạy lại lệnh"
NOBODY = {
    "DATABASE_URL": "postgres://portal:SECRET-PASSWORD@127.0.0.1:9/portal",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "SECRET_KEY": "a-key-for-this-test-only-0123456789-abcdef",
}
STATEMENT = """Ngày giao dịch;Số tham chiếu;Số tiền ghi nợ;Số tiền ghi có;Mô tả
23/11/2026;FT1;;10000;HL7K2M9Q
"""


def manage(var: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    whole = {**KEPT, "VAR": str(var), **environ}
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, TABLES),
        (NOBODY, AWAY),
        ({"VIETQR_BANK_BIN": "970436"}, "Cấu hình chưa đúng: VIETQR_ACCOUNT"),
    ],
)
def test_a_sentence_and_no_traceback(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    end = manage(tmp_path, "reconcile_payments", **environ)
    assert (end.returncode, end.stdout) == (1, "")
    assert end.stderr.startswith(sentence)
    assert "Traceback" not in end.stderr
    assert "SECRET-PASSWORD" not in end.stderr


@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_a_statement_before_the_tables_are_there(tmp_path: Path, option: list[str]) -> None:
    file = tmp_path / "sao-ke.csv"
    file.write_text(STATEMENT)
    end = manage(tmp_path / "var", "import_statement", str(file), *option)
    assert (end.returncode, end.stdout) == (1, "")
    assert TABLES in end.stderr
    assert "Traceback" not in end.stderr


def test_details_on_demand(tmp_path: Path) -> None:
    end = manage(tmp_path, "reconcile_payments", "--traceback")
    assert end.returncode == 1
    assert "Traceback" in end.stderr
