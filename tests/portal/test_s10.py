"""Tracking numbers of standard S10: the vectors of the documentation, and the one of EMS that breaks the rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import s10

VECTORS = {"47312482": 9, "00000001": 4, "00000008": 0, "00000015": 5, "12345678": 5, "00000011": 6, "01234567": 5}


@pytest.mark.parametrize(("serial", "digit"), VECTORS.items())
def test_the_check_digit(serial: str, digit: int) -> None:
    assert s10.check_digit(serial) == digit


@pytest.mark.parametrize("number", ["RR473124829VN", "EA000000014VN"])
def test_published_numbers_are_right(number: str) -> None:
    assert s10.is_right(number) is True


def test_the_sample_of_ems_has_the_form_and_a_wrong_digit() -> None:
    assert (s10.has_form("EJ012345678VN"), s10.is_right("EJ012345678VN")) == (True, False)


ARABIC = "RR\u0664\u0667\u0663\u0661\u0662\u0664\u0668\u0662\u0669VN"


@pytest.mark.parametrize(
    "number", ["", "RR47312482VN", "R4473124829VN", "RR473124829VNX", ARABIC, "rr473124829vn", "RR473124829VN\n"]
)
def test_what_has_not_the_form(number: str) -> None:
    assert (s10.has_form(number), s10.is_right(number)) == (False, False)


def test_as_people_and_scanners_write_it() -> None:
    assert s10.normal(" rr 473.124-829\tvn\n") == "RR473124829VN"


@settings(max_examples=50)
@given(st.text("0123456789", min_size=8, max_size=8))
def test_of_ten_digits_one_is_right(serial: str) -> None:
    assert [s10.is_right(f"EE{serial}{digit}VN") for digit in range(10)].count(True) == 1
