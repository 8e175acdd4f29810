"""Codes for the phone and for addresses."""

from __future__ import annotations

import re

import pytest

from portal.lib import codes


@pytest.mark.parametrize("pair", ["0O", "1I", "1L", "IL", "5S", "2Z", "8B", "UV"])
def test_no_sign_is_mixed_up_with_another(pair: str) -> None:
    assert not set(pair) <= set(codes.ALPHABET)


def test_the_alphabet_has_twenty_four_signs() -> None:
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 24


def test_shapes() -> None:
    sign = f"[{codes.ALPHABET}]"
    assert re.fullmatch(f"{sign}{{4}}-{sign}{{4}}", codes.reference())
    assert re.fullmatch(f"{sign}{{4}}-{sign}{{4}}-{sign}{{4}}", codes.secret())
    assert re.fullmatch(r"[\w-]{22}", codes.token())


def test_a_thousand_references_differ() -> None:
    assert len({codes.reference() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("typed", ["HC7K-QM9Q", "hc7k qm9q", " hc7kqm9q ", "HC7K–QM9Q", "h.c.7.k.q.m.9.q"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert codes.normal(typed) == "HC7K-QM9Q"


def test_an_empty_code_stays_empty() -> None:
    assert codes.normal(" - ") == ""
