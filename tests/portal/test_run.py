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

from portal import run
from tests.running import Portal

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("run")]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was prepared once; the tests after the first start quickly."""
    folder = tmp_path_factory.mktemp("run") / "var"
    first = Portal(folder, "--prepare")
    assert first.process.wait(120) == 0, first.said
    # A slow machine is told how far it is, and translations are compiled when they are stale.
    said = [line for line in first.said.splitlines() if "biên dịch" not in line and not line.startswith("Đang đọc")]
    assert [re.sub(r"\d+", "N", line) for line in said] == [
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
    assert set(portal.children()) == {"gunicorn", "worker", "beat", "payments.sandbox"}
    pids = portal.children().values()
    assert_the_sandbox_belongs_to(portal, var)
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/healthz", timeout=30) as answer:
        health = json.load(answer)
    assert (health["database"], health["broker"], health["storage"]) == ("ok", "ok", "ok")
    assert f"http://127.0.0.1:{portal.port}/" in portal.said
    # Beat hands a task to the worker over the queue in VAR, and the worker does it.
    portal.wait_for(lambda: "succeeded" in (var / "log" / "worker.log").read_text())
    assert portal.end(signal.SIGINT) == 0
    assert portal.said.endswith("Đã dừng.\n")
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert not (var / "sandbox-url").exists()


def assert_the_sandbox_belongs_to(portal: Portal, var: Path) -> None:
    """Its address is told, it knows whom to notify, the portal's own settings point at it, and it keeps its data."""
    found = re.search(r"Thanh toán và bưu chính thử nghiệm: (http://127\.0\.0\.1:\d+)/\n", portal.said)
    assert found is not None, portal.said
    with urllib.request.urlopen(f"{found[1]}/", timeout=30) as answer:
        page = answer.read().decode()
    assert f"http://127.0.0.1:{portal.port}" in page
    assert "THỬ NGHIỆM" in page
    assert (var / "sandbox-url").read_text() == found[1]
    assert (var / "sandbox" / "sandbox.jsonl").exists()


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


def test_two_run_side_by_side(portal: Portal, var: Path, tmp_path: Path) -> None:
    portal.wait_until_served()
    other = Portal(tmp_path / "var")
    try:
        other.wait_until_served()
        assert other.port != portal.port
        sandboxes = {(folder / "sandbox-url").read_text() for folder in (var, tmp_path / "var")}
        assert len(sandboxes) == 2
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


HERE = ("PORT", "BIND", "SITE_URL", "DEMO", "DATABASE_URL", "SANDBOX_PORT", "SANDBOX_URL", "VNPAY_TMN_CODE")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing is set; what the code sets is gone afterwards."""
    for name in HERE:
        monkeypatch.setenv(name, "")
    return monkeypatch


@pytest.mark.parametrize(
    ("given", "has"),
    [
        ({}, True),
        ({"DEMO": "true"}, True),
        ({"DATABASE_URL": "postgres://x/y"}, False),
        ({"DATABASE_URL": "postgres://x/y", "DEMO": "true"}, False),
        ({"DATABASE_URL": "postgres://x/y", "SANDBOX_PORT": "18000"}, False),
        ({"DATABASE_URL": "postgres://x/y", "DEMO": "true", "SANDBOX_PORT": "18000"}, True),
        ({"SANDBOX_URL": "http://127.0.0.1:1"}, False),
        ({"VNPAY_TMN_CODE": "HLREAL01"}, False),
    ],
)
def test_only_trials_have_a_sandbox(bare: pytest.MonkeyPatch, given: dict[str, str], has: bool) -> None:
    for name, value in given.items():
        bare.setenv(name, value)
    assert run.with_sandbox([]) == ["web", "worker", "beat", *(["sandbox"] if has else [])]
    assert run.with_sandbox(["worker"]) == ["worker"]


def test_the_sandbox_is_where_browsers_reach_it(bare: pytest.MonkeyPatch) -> None:
    """Ten thousand above the port, or the next that is free, under the host name of the site."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        above: int = taken.getsockname()[1]
        bare.setenv("PORT", str(above - run.SANDBOX_ABOVE))
        bare.setenv("SITE_URL", "http://thu.example.vn:8000")
        run.place_sandbox()
        assert above < int(os.environ["SANDBOX_PORT"]) < above + 100
        assert os.environ["SANDBOX_URL"] == f"http://thu.example.vn:{os.environ['SANDBOX_PORT']}"
    bare.setenv("SANDBOX_PORT", "")
    bare.setenv("PORT", "60000")
    run.place_sandbox()
    assert 0 < int(os.environ["SANDBOX_PORT"]) < 65536


def test_a_sandbox_is_not_started_where_it_has_no_place(bare: pytest.MonkeyPatch) -> None:
    with pytest.raises(run.CannotStart, match=r"sandbox chỉ chạy trong bản dùng thử, ở cổng SANDBOX_PORT\."):
        run.sandbox_command()


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
