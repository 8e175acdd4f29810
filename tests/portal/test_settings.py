"""The settings as an operator meets them: in a process of their own, from the environment alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.check import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import json, portal.settings as s
print(json.dumps({"trial": s.TRIAL, "demo": s.DEMO, "debug": s.DEBUG, "engine": s.DATABASES["default"]["ENGINE"],
    "cache": s.CACHES["default"]["BACKEND"], "broker": s.CELERY_BROKER_URL, "hosts": s.ALLOWED_HOSTS,
    "secure": [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0],
    "files": s.STORAGES["default"]["BACKEND"], "key": len(s.SECRET_KEY), "site": s.SITE_URL,
    "paying": [s.SANDBOX_URL, s.VNPAY_URL, s.VNPAY_IS_TEST, s.CARRIER]}))
"""


def start(var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**kept, "VAR": str(var), **environment},
        check=False,
    )


def settings(var: Path, **environment: str) -> dict:
    done = start(var, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def complaint(var: Path, **environment: str) -> str:
    done = start(var, **environment)
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1].removeprefix("django.core.exceptions.ImproperlyConfigured: ")


def test_without_an_environment_the_portal_runs_by_itself(tmp_path: Path) -> None:
    found = settings(tmp_path, PORT="8123")
    assert found == {
        "trial": True,
        "demo": True,
        "debug": False,
        "engine": "django.db.backends.sqlite3",
        "cache": "django.core.cache.backends.filebased.FileBasedCache",
        "broker": "filesystem://",
        "hosts": ["127.0.0.1", "localhost", "[::1]"],
        "secure": [False, False, False, False],
        "files": "django.core.files.storage.FileSystemStorage",
        "key": 50,
        "site": "http://127.0.0.1:8123",
        "paying": ["", "", False, "manual"],
    }


def test_commands_of_a_trial_find_its_sandbox(tmp_path: Path) -> None:
    """`make run` writes the address down; whoever has a contract is not led there."""
    (tmp_path / "sandbox-url").write_text("http://127.0.0.1:18123")
    found = settings(tmp_path, PORT="8123")["paying"]
    assert found == ["http://127.0.0.1:18123", "http://127.0.0.1:18123/vnpay/pay", True, "ems"]
    own = {"VNPAY_TMN_CODE": "HLREAL01", "VNPAY_HASH_SECRET": "x" * 32, "VNPAY_URL": "https://pay.example.vn/pay"}
    assert settings(tmp_path, **own)["paying"] == ["", "https://pay.example.vn/pay", False, "manual"]


def test_the_key_of_a_trial_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings(tmp_path)
    kept = tmp_path / "secret-key"
    before = kept.read_text()
    settings(tmp_path)
    assert kept.read_text() == before
    assert kept.stat().st_mode & 0o777 == 0o600


def test_production_settings(tmp_path: Path) -> None:
    found = settings(tmp_path, **PRODUCTION, S3_BUCKET="ho-so", S3_ENDPOINT_URL="https://s3.example.vn")
    assert found == {
        "trial": False,
        "demo": False,
        "debug": False,
        "engine": "django.db.backends.postgresql",
        "cache": "portal.lib.rediscache.RedisCache",
        "broker": PRODUCTION["REDIS_URL"],
        "hosts": ["dichvucong.example.vn"],
        "secure": [True, True, True, True],
        "files": "portal.lib.bucket.Bucket",
        "key": len(PRODUCTION["SECRET_KEY"]),
        "site": "https://dichvucong.example.vn",
        "paying": ["", "", False, "manual"],
    }
    assert not (tmp_path / "secret-key").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY: required when DATABASE_URL is set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY: expected at least 32 characters"),
        ({"SITE_URL": "dichvucong.vn"}, "SITE_URL: expected http://… or https://…"),
        ({"DATABASE_URL": "oracle://x"}, "DATABASE_URL: expected postgres://… or postgresql://… or sqlite://…"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL: expected redis://… or rediss://… or unix://…"),
        ({"DEBUG": "maybe"}, "DEBUG: expected true or false, got 'maybe'"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES: expected a whole number from 0, got 'many'"),
        ({"PAPER_SET": "2019"}, "PAPER_SET: expected one of 2018, 2025, got '2019'"),
        ({"SMS_BACKEND": "pigeon"}, "SMS_BACKEND: expected one of console, esms, none, got 'pigeon'"),
        ({"SMS_BACKEND": "esms"}, "SMS_BACKEND: esms needs ESMS_API_KEY, ESMS_SECRET_KEY and ESMS_BRANDNAME"),
        (
            {"SANDBOX_URL": "http://127.0.0.1:18000"},
            "SANDBOX_URL: only for trials (DEMO); nobody may pay with make-believe money",
        ),
        ({"VIETQR_BANK_BIN": "970436"}, "VIETQR_ACCOUNT: required with VIETQR_BANK_BIN, and only with it"),
        (
            {"VIETQR_BANK_BIN": "VCB", "VIETQR_ACCOUNT": "1"},
            "VIETQR_BANK_BIN: six figures, such as 970436",
        ),
        (
            {"VIETQR_BANK_BIN": "970436", "VIETQR_ACCOUNT": "0011 001"},
            "VIETQR_ACCOUNT: up to 19 figures or letters, without blanks",
        ),
        ({"SUPPLEMENT_CLOCK": "stop"}, "SUPPLEMENT_CLOCK: expected one of restart, pause, got 'stop'"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line(tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    assert complaint(tmp_path, **{**PRODUCTION, **wrong}) == said


@pytest.mark.django_db
def test_every_page_carries_the_policy_and_may_not_be_framed(client: Client) -> None:
    headers = client.get(reverse("admin:login")).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert {name: policy[name] for name in ("default-src", "script-src", "style-src", "frame-ancestors")} == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
