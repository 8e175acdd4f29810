"""Tracking numbers of the Universal Postal Union (standard S10): AA 99999999 9 CC, the last digit a check digit."""

from __future__ import annotations

import re

WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_NUMBER = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")


def normal(typed: str) -> str:
    """As it is printed: capitals, without the blanks, dots and dashes that people and scanners put between."""
    return re.sub(r"[\s.\-–]+", "", typed).upper()


def check_digit(serial: str) -> int:
    """Of eight digits: 11 - (weighted sum mod 11), where 10 counts as 0 and 11 as 5."""
    left = 11 - sum(int(digit) * weight for digit, weight in zip(serial, WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(left, left)


def has_form(number: str) -> bool:
    """Two letters, nine digits, two letters; whether the check digit is right is another question."""
    return _NUMBER.fullmatch(number) is not None


def is_right(number: str) -> bool:
    """A whole number in its printed form, with its check digit."""
    found = _NUMBER.fullmatch(number)
    return found is not None and check_digit(found[2]) == int(found[3])
