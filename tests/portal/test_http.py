"""Who sends a request, and limits per sender."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import RequestFactory

from portal.lib import http

NOON = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),  # nobody in front of us: the header is the visitor's own invention
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.1.1.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),  # came past the proxies
        (1, " , ", "10.0.0.9"),
    ],
)
def test_the_address_is_read_from_the_right(settings, rf: RequestFactory, proxies, forwarded, address) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert http.client_address(rf.get("/", REMOTE_ADDR="10.0.0.9", **headers)) == address


def test_a_limit_is_used_up_try_by_try_and_by_sender(settings) -> None:
    settings.THROTTLES = {"lookup": (2, 900)}
    with time_machine.travel(NOON, tick=False):
        assert [http.is_throttled("lookup", "a"), http.count_try("lookup", "a")] == [False, 1]
        assert [http.is_throttled("lookup", "a"), http.count_try("lookup", "a")] == [False, 2]
        assert http.is_throttled("lookup", "a")
        assert not http.is_throttled("lookup", "b")


def test_a_limit_is_over_with_its_window(settings) -> None:
    settings.THROTTLES = {"lookup": (1, 900)}
    with time_machine.travel(NOON, tick=False):
        http.count_try("lookup", "a")
        assert http.is_throttled("lookup", "a")
    with time_machine.travel(NOON + datetime.timedelta(minutes=15), tick=False):
        assert not http.is_throttled("lookup", "a")


def test_zero_switches_a_limit_off(settings) -> None:
    settings.THROTTLES = {"lookup": (0, 900)}
    http.count_try("lookup", "a")
    assert not http.is_throttled("lookup", "a")
