"""The definitions at their edges, and that they leave nothing out and count nothing twice."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.statistics import definitions
from submissions.statistics.definitions import DEFINITIONS, Bucket, Facts
from submissions.statistics.rows import COLUMNS, Figures, total

START, END = datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)


def day(number: int) -> datetime.date:
    """Of November; 0 is 31 October, 31 is 1 December."""
    return datetime.date(2026, 10, 31) + datetime.timedelta(days=number)


def facts(
    received: int = 5, due: int | None = 20, ended: int | None = None, asked_on: int | None = None, asked: int = 0
) -> Facts:
    days = [None if n is None else day(n) for n in (due, ended, asked_on)]
    return Facts(day(received), *days, asked)


@pytest.mark.parametrize(
    ("given_facts", "expected"),
    [
        (facts(ended=19), Bucket.EARLY),
        (facts(ended=20), Bucket.ON_TIME),
        (facts(ended=21), Bucket.LATE),
        (facts(ended=30, due=29), Bucket.LATE),
        (facts(ended=31, due=29), Bucket.OPEN_OVERDUE),
        (facts(ended=31, due=30), Bucket.OPEN_IN_TIME),
        (facts(due=30), Bucket.OPEN_IN_TIME),
        (facts(due=29), Bucket.OPEN_OVERDUE),
        (facts(due=31), Bucket.OPEN_IN_TIME),
        (facts(due=None), Bucket.OPEN_IN_TIME),
        (facts(due=None, ended=20), Bucket.ON_TIME),
        (facts(due=20, asked_on=19, asked=1), Bucket.WAITING_CITIZEN),
        (facts(due=20, asked_on=20, asked=1), Bucket.WAITING_CITIZEN),
        (facts(due=20, asked_on=21, asked=1), Bucket.OPEN_OVERDUE),
        (facts(due=40, asked_on=19, asked=2), Bucket.OPEN_OVERDUE),
        (facts(due=40, asked_on=19, asked=1), Bucket.WAITING_CITIZEN),
        (facts(due=40, asked=1), Bucket.OPEN_IN_TIME),
        (facts(due=40, ended=25, asked_on=19, asked=1), Bucket.EARLY),
    ],
)
def test_every_edge(given_facts: Facts, expected: Bucket) -> None:
    assert definitions.bucket(given_facts, END) == expected


@pytest.mark.parametrize(
    ("given_facts", "counted", "carried"),
    [
        (facts(received=0), True, True),
        (facts(received=0, ended=0), False, False),
        (facts(received=0, ended=1), True, True),
        (facts(received=1), True, False),
        (facts(received=30), True, False),
        (facts(received=31), False, False),
        (facts(received=0, ended=31), True, True),
    ],
)
def test_what_a_period_counts(given_facts: Facts, counted: bool, carried: bool) -> None:
    assert definitions.counts(given_facts, START, END) is counted
    assert definitions.is_carried_over(given_facts, START) is carried


@given(
    st.lists(
        st.builds(
            facts,
            st.integers(-30, 40),
            st.one_of(st.none(), st.integers(-20, 60)),
            st.one_of(st.none(), st.integers(-30, 60)),
            st.one_of(st.none(), st.integers(-30, 30)),
            st.integers(0, 3),
        )
    )
)
def test_the_buckets_together_are_what_came_in_and_what_was_carried_over(rows: list[Facts]) -> None:
    counted = [f for f in rows if definitions.counts(f, START, END)]
    carried = [f for f in counted if definitions.is_carried_over(f, START)]
    received = [f for f in counted if START <= f.received_on <= END]
    figures = total(
        [
            Figures(received_online=len(received)),
            *(Figures(**{definitions.bucket(f, END).value: 1}) for f in counted),
        ]
    )
    assert len(carried) + len(received) == len(counted) == figures.total
    assert figures.carried_over == len(carried)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, None),
        (0, 7, "0.00"),
        (7, 7, "100.00"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 800, "0.13"),
        (3, 800, "0.38"),
    ],
)
def test_shares_have_two_decimals_and_no_empty_denominator(part: int, whole: int, expected: str | None) -> None:
    assert definitions.share(part, whole) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("late", "displeased", "settled", "expected"),
    [(0, 0, 0, None), (0, 2, 0, None), (0, 0, 4, "100.00"), (1, 1, 4, "50.00"), (3, 3, 4, "0.00")],
)
def test_satisfaction(late: int, displeased: int, settled: int, expected: str | None) -> None:
    assert definitions.satisfaction(late, displeased, settled) == (None if expected is None else Decimal(expected))


def test_every_bucket_is_a_column_and_figures_add_up() -> None:
    assert {b.value for b in Bucket} <= set(COLUMNS)
    one = Figures(*range(1, len(COLUMNS) + 1))
    assert total([one, one]) == Figures(*range(2, 2 * len(COLUMNS) + 2, 2))
    assert total([]) == Figures()
    assert (one.flows().open, one.flows().not_received, one.flows().settled) == (0, 0, one.settled)
    assert Figures().on_time_share is None


def test_the_definitions_are_printed_in_words() -> None:
    assert [d for d in DEFINITIONS if not str(d.term).strip() or not str(d.words).strip()] == []
    assert len({str(d.term) for d in DEFINITIONS}) == len(DEFINITIONS)
