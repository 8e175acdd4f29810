"""Amounts of money in Vietnamese words, as receipts write them. Whole đồng only."""

from __future__ import annotations

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
THOUSAND, MILLION, BILLION = 1000, 1_000_000, 1_000_000_000
HIGHEST = MILLION * BILLION - 1
SCALES = ((MILLION, "triệu"), (THOUSAND, "nghìn"), (1, ""))


class NotAnAmount(ValueError):
    """Below zero or above HIGHEST: no receipt says such an amount."""


def in_words(amount: int) -> str:
    """1050000 as "Một triệu không trăm năm mươi nghìn đồng". Raises NotAnAmount."""
    words = number_words(amount)
    return f"{words[0].upper()}{words[1:]} đồng"


def number_words(number: int) -> str:
    """A whole number from 0 to HIGHEST in words, without a capital. Raises NotAnAmount."""
    if not 0 <= number <= HIGHEST:
        raise NotAnAmount(f"not between 0 and {HIGHEST}: {number}")
    if number == 0:
        return DIGITS[0]
    billions, rest = divmod(number, BILLION)
    parts = [*_below_billion(billions, after_more=False), "tỷ"] if billions else []
    return " ".join([*parts, *_below_billion(rest, after_more=bool(billions))])


def _below_billion(number: int, *, after_more: bool) -> list[str]:
    """`after_more`: something larger was said before, so that "không trăm linh" is not left out."""
    parts: list[str] = []
    for size, name in SCALES:
        group, number = divmod(number, size)
        if group:
            parts += [*_hundreds(group, full=after_more), *([name] if name else [])]
            after_more = True
    return parts


def _hundreds(group: int, *, full: bool) -> list[str]:
    """Three figures; `full` says the hundreds even when there are none."""
    hundreds, rest = divmod(group, 100)
    parts = [DIGITS[hundreds], "trăm"] if hundreds or full else []
    return parts + _tens(rest, linked=bool(parts))


def _tens(rest: int, *, linked: bool) -> list[str]:
    tens, units = divmod(rest, 10)
    if tens == 0:
        return ["linh", DIGITS[units]] if units and linked else [DIGITS[units]] if units else []
    head = ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    return head + _units(tens, units)


def _units(tens: int, units: int) -> list[str]:
    """mốt and tư only from twenty on, lăm after every ten."""
    special = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
    return [special.get(units, DIGITS[units])] if units else []
