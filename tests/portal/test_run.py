"""`make run` as a whole: real processes on the SQLite default."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Portal

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("run")]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was prepared once; the tests after the first start quickly."""
    folder = tmp_path_factory.mktemp("run") / "var"
    first = Portal(folder, "--prepare")
    assert first.process.wait(120) == 0, first.said
    said = first.said.splitlines()
    assert [re.sub(r"\d+", "N", line) for line in said if "biên dịch" not in line] == [
        "• cập nhật cơ sở dữ liệu, N bước",
        "• nạp danh mục, N thủ tục",
        "• đề xuất ngày nghỉ năm N, N, N, cần xác nhận",
        "• gom N tệp giao diện",
    ]
    return folder


@pytest.fixture
def portal(var: Path) -> Iterator[Portal]:
    found = Portal(var)
    yield found
    if found.process.poll() is None:
        found.end()


def test_preparing_again_finds_nothing_to_do(var: Path) -> None:
    again = Portal(var, "--prepare")
    assert again.process.wait(60) == 0
    assert again.said == ""


def test_everything_runs_and_stops(portal: Portal, var: Path) -> None:
    started = time.monotonic()
    portal.wait_until_served()
    assert time.monotonic() - started < 10
    assert set(portal.children()) == {"gunicorn", "worker", "beat"}
    pids = portal.children().values()
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/healthz", timeout=30) as answer:
        health = json.load(answer)
    assert (health["database"], health["broker"], health["storage"]) == ("ok", "ok", "ok")
    assert f"http://127.0.0.1:{portal.port}/" in portal.said
    # Beat hands a task to the worker over the queue in VAR, and the worker does it.
    portal.wait_for(lambda: "succeeded" in (var / "log" / "worker.log").read_text())
    assert portal.end(signal.SIGINT) == 0
    assert portal.said.endswith("Đã dừng.\n")
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_all_stop_when_one_dies(portal: Portal, var: Path) -> None:
    portal.wait_until_served()
    pids = portal.children()
    os.kill(pids["beat"], signal.SIGKILL)
    assert portal.process.wait(60) == 1
    assert f"beat đã tắt với mã -9. Những dòng cuối của {var / 'log' / 'beat.log'}:" in portal.said
    assert [pid for pid in pids.values() if Path(f"/proc/{pid}").exists()] == []


def test_the_children_end_with_a_killed_supervisor(portal: Portal) -> None:
    portal.wait_until_served()
    pids = portal.children().values()
    assert portal.end(signal.SIGKILL) == -signal.SIGKILL
    portal.wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 30)


def test_a_second_start_in_the_same_folder_is_refused(portal: Portal, var: Path) -> None:
    portal.wait_until_served()
    second = Portal(var)
    assert second.process.wait(60) == 1
    expected = f"web đang chạy với VAR={var}. Hãy dùng thư mục khác: VAR=… make run"
    assert second.said == f"Cổng không khởi động được: {expected}\n"


def test_two_run_side_by_side(portal: Portal, tmp_path: Path) -> None:
    portal.wait_until_served()
    other = Portal(tmp_path / "var")
    try:
        other.wait_until_served()
        assert other.port != portal.port
    finally:
        assert other.end() == 0


def test_a_port_in_use_is_named(var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = Portal(var, PORT=port)
        assert refused.process.wait(60) == 1
    assert f"Không dùng được 127.0.0.1:{port}" in refused.said
    assert "PORT=8001 make run" in refused.said


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DEBUG": "maybe"}, "DEBUG: expected true or false, got 'maybe'"),
        ({"PORT": "99999"}, "PORT: số lớn nhất là 65535, đang là 99999."),
        ({"WEB_WORKERS": "0"}, "WEB_WORKERS: expected a whole number from 1, got '0'"),
        ({"DATABASE_URL": "postgres://127.0.0.1:1/x", "SECRET_KEY": "k" * 40, "ALLOWED_HOSTS": "x"}, "port 1 failed"),
    ],
)
def test_a_wrong_environment_is_one_clear_line(var: Path, environment: dict[str, str], said: str) -> None:
    refused = Portal(var, **environment)
    assert refused.process.wait(60) == 1
    assert refused.said.startswith("Cổng không khởi động được: ")
    assert said in refused.said
    assert "Traceback" not in refused.said


def test_an_unknown_process_is_refused(var: Path) -> None:
    refused = Portal(var, "websocket")
    assert refused.process.wait(60) == 2
    assert "không có tiến trình 'websocket'; hãy chọn trong web, worker, beat" in refused.said
