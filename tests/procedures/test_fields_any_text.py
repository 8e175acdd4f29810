"""Whatever is typed is either stored or refused with a sentence; what is stored reads back as itself."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from procedures import display, fields, spec
from procedures.formbuilder import BUILDERS, build_field

TODAY = datetime.date(2026, 11, 22)
CHOICES = (spec.Choice("a", "Một"), spec.Choice("b", "Hai"))
ANY_TEXT = st.one_of(st.text(max_size=60), st.text("0123456789.,-/ đ", max_size=25))


def question(kind: str, **more: object) -> spec.Field:
    return spec.Field("q", "Câu hỏi", kind, choices=CHOICES, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sorted(BUILDERS))
@settings(deadline=None)
@given(typed=ANY_TEXT)
@example(typed="")
@example(typed="9" * 400)
@example(typed="\x00")
@example(typed="%s%(label)s{0}")
def test_any_text_is_stored_or_refused(kind: str, typed: str) -> None:
    f = question(kind, required=True)
    field = build_field(f, TODAY)
    refused: list[str] = []
    try:
        stored = field.clean([typed] if kind == "multichoice" else typed)
    except ValidationError as error:
        refused = error.messages
    if refused:
        assert all(message.strip() and "%(" not in message for message in refused) or "%(label)s" in typed
        return
    assert json.loads(json.dumps(stored)) == stored
    raw = field.typed(stored)
    assert field.clean(raw if kind == "multichoice" else raw[0] if raw else None) == stored
    assert isinstance(display.show(f, stored), str)


@settings(deadline=None)
@given(day=st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31)), form=st.sampled_from(range(6)))
def test_every_way_to_write_a_day_is_read(day: datetime.date, form: int) -> None:
    written = (
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m-%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%d%m%Y}",
        day.isoformat(),
        f"{day.day} tháng {day.month} năm {day.year}",
    )[form]
    assert fields.VietnameseDateField(label="Ngày").clean(written) == day.isoformat()


@settings(deadline=None)
@given(amount=st.integers(0, 10**14), form=st.sampled_from(("{}", "{:,}", "{} đ", "{:,} đồng")))
def test_money_reads_what_it_writes(amount: int, form: str) -> None:
    written = form.format(amount)
    field = fields.MoneyField(label="Tiền")
    assert (
        field.clean(written)
        == field.clean(written.replace(",", "."))
        == field.clean(written.replace(",", " "))
        == amount
    )


@settings(deadline=None)
@given(number=st.decimals(-(10**9), 10**9, places=4))
def test_decimals_read_what_they_show(number: Decimal) -> None:
    field = fields.DecimalField(label="Số")
    stored = field.clean(f"{number:f}".replace(".", ","))
    assert Decimal(stored) == number
    assert field.clean(fields.decimal_text(stored)) == stored
    assert field.clean(field.typed(stored)[0]) == stored


@settings(deadline=None)
@given(number=st.integers(-(10**14), 10**14))
def test_whole_numbers_read_what_they_show(number: int) -> None:
    assert fields.IntegerField(label="Số").clean(fields.grouped(number)) == number
