"""The counts of a period, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from submissions.statistics import definitions


class Figures(NamedTuple):
    """Flows of the period first, then stocks at its end. The names are the columns of MonthFigure."""

    received_online: int = 0
    received_counter: int = 0
    received_post: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    settled_online: int = 0
    supplemented: int = 0
    refused: int = 0
    with_fee: int = 0
    paid_online: int = 0
    very_content: int = 0
    content: int = 0
    not_content: int = 0
    displeased: int = 0
    open_in_time: int = 0
    open_overdue: int = 0
    waiting_citizen: int = 0
    not_received: int = 0

    @property
    def received(self) -> int:
        return self.received_online + self.received_counter + self.received_post

    @property
    def settled(self) -> int:
        return self.early + self.on_time + self.late

    @property
    def open(self) -> int:
        return self.open_in_time + self.open_overdue + self.waiting_citizen

    @property
    def total(self) -> int:
        """Every bucket together: received in the period and carried over into it."""
        return self.settled + self.open

    @property
    def carried_over(self) -> int:
        """What the buckets hold beside what was received: a submission entered late with an old date is here too."""
        return max(self.total - self.received, 0)

    @property
    def on_time_share(self) -> Decimal | None:
        return definitions.share(self.early + self.on_time, self.settled)

    @property
    def supplement_rate(self) -> Decimal | None:
        return definitions.share(self.supplemented, self.received)

    @property
    def online_share(self) -> Decimal | None:
        return definitions.share(self.received_online, self.received)

    @property
    def online_payment_share(self) -> Decimal | None:
        return definitions.share(self.paid_online, self.with_fee)

    @property
    def satisfaction(self) -> Decimal | None:
        return definitions.satisfaction(self.late, self.displeased, self.settled)

    def flows(self) -> Figures:
        """Without the stocks: what a month gives to a longer period that does not end with it."""
        return Figures(*self[:FLOW_COUNT])


COLUMNS = Figures._fields
FLOW_COUNT = COLUMNS.index("open_in_time")


@dataclass(frozen=True)
class Row:
    """The figures of one agency and procedure."""

    agency_id: int
    procedure_id: int
    figures: Figures


def total(figures: Iterable[Figures]) -> Figures:
    return Figures(*map(sum, zip(*figures, strict=True)))
