"""Readers of environment variables."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.lib import env


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    return lambda value: monkeypatch.setenv("PORTAL_TEST", value)


def message(read, *args, **kwargs) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        read("PORTAL_TEST", *args, **kwargs)
    return str(caught.value)


def test_nothing_given_means_the_default() -> None:
    assert env.text("PORTAL_TEST", "x") == "x"
    assert env.flag("PORTAL_TEST", True) is True
    assert env.number("PORTAL_TEST", 7) == 7
    assert env.words("PORTAL_TEST", ("a",)) == ["a"]
    assert env.choice("PORTAL_TEST", ("a", "b"), "b") == "b"
    assert env.url("PORTAL_TEST", ("redis",)) is None


def test_an_empty_variable_counts_as_not_given(given) -> None:
    given("  ")
    assert env.text("PORTAL_TEST", "x") == "x"
    assert env.number("PORTAL_TEST", 7) == 7
    assert env.url("PORTAL_TEST", ("redis",)) is None


@pytest.mark.parametrize("word", ["1", "true", "TRUE", " yes ", "On"])
def test_words_for_true(given, word: str) -> None:
    given(word)
    assert env.flag("PORTAL_TEST") is True


@pytest.mark.parametrize("word", ["0", "false", "No", "off", ""])
def test_words_for_false(given, word: str) -> None:
    given(word)
    assert env.flag("PORTAL_TEST", True) is False


def test_another_word_for_a_flag_is_refused_by_name(given) -> None:
    given("vâng")
    assert message(env.flag) == "PORTAL_TEST: expected true or false, got 'vâng'"


@pytest.mark.parametrize("word", ["-1", "1.5", "ten", "1e3", "²"])
def test_a_number_that_is_none_is_refused(given, word: str) -> None:
    given(word)
    assert message(env.number, 3) == f"PORTAL_TEST: expected a whole number from 0, got {word!r}"


def test_a_number_below_the_least_is_refused(given) -> None:
    given("0")
    assert message(env.number, 3, least=1) == "PORTAL_TEST: expected a whole number from 1, got '0'"
    given("1")
    assert env.number("PORTAL_TEST", 3, least=1) == 1


def test_words_are_divided_by_commas_and_blanks(given) -> None:
    given(" a.vn, b.vn  c.vn,")
    assert env.words("PORTAL_TEST") == ["a.vn", "b.vn", "c.vn"]


def test_a_choice_outside_the_list_is_refused(given) -> None:
    given("2019")
    assert message(env.choice, ("2018", "2025"), "2025") == "PORTAL_TEST: expected one of 2018, 2025, got '2019'"


def test_a_url_is_parsed(given) -> None:
    given("redis://:secret@cache.vn:6380/2")
    parts = env.url("PORTAL_TEST", ("redis", "rediss"))
    assert parts is not None
    assert (parts.hostname, parts.port, parts.path) == ("cache.vn", 6380, "/2")


@pytest.mark.parametrize("value", ["http://:hunter2@cache.vn", "redis://:hunter2@cache.vn:port", "hunter2"])
def test_a_wrong_url_is_named_but_never_echoed(given, value: str) -> None:
    given(value)
    said = message(env.url, ("redis",))
    assert said.startswith("PORTAL_TEST: ")
    assert "hunter2" not in said
