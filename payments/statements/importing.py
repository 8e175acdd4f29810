"""A statement that was read is taken into the books: each line once, whatever file it comes in and however often.

One transaction a payment, so that a line that cannot be booked costs no other; a run that was broken off is finished by
importing the same file again. Lines that wait for the cashier move no money and are written together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from payments import billing
from payments.models import Charge, PaymentAttempt, Statement, StatementLine
from payments.statements import matching
from payments.statements.matching import Match
from payments.statements.reading import Line, Parsed, Problem
from submissions.errors import SubmissionError
from submissions.rules import SYSTEM_ACTOR

State = StatementLine.State
AT_ONCE = 500  # lines that are looked up together
LONGEST = {"bank_reference": 100, "description": 500, "why": 300}


@dataclass
class Summary:
    """What became of the lines. `repeated` were here before; `outgoing` were money that went out and are not kept."""

    statement: Statement | None = None
    matched: int = 0
    unmatched: int = 0
    repeated: int = 0
    outgoing: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def new(self) -> int:
        return self.matched + self.unmatched


class _Known(Exception):
    """The line came in meanwhile, by another import."""


def take_in(parsed: Parsed, *, by: Any = None, step: Callable[[], object] = lambda: None) -> Summary:
    """Books the lines of a file that is not refused. `by` is the user behind it, nobody for a timer; `step` is called
    after each line."""
    statement, _is_new = Statement.objects.get_or_create(
        sha256=parsed.sha256,
        defaults={"layout": parsed.layout, "filename": parsed.filename[:255], "imported_by": by},
    )
    summary = Summary(statement, outgoing=parsed.outgoing, problems=list(parsed.problems))
    for at in range(0, len(parsed.lines), AT_ONCE):
        _take_some(statement, parsed.lines[at : at + AT_ONCE], summary, step)
    return summary


def would(parsed: Parsed) -> Summary:
    """What take_in() would come to; writes nothing."""
    summary = Summary(outgoing=parsed.outgoing, problems=list(parsed.problems))
    for at in range(0, len(parsed.lines), AT_ONCE):
        some = parsed.lines[at : at + AT_ONCE]
        fresh = _fresh(some)
        summary.repeated += len(some) - len(fresh)
        found = matching.match([line.text for line in fresh])
        summary.matched += sum(one.charge is not None for one in found)
        summary.unmatched += sum(one.charge is None for one in found)
    return summary


def _fresh(lines: Sequence[Line]) -> list[Line]:
    """Of these lines the ones that are not here yet, each once."""
    digests = {line.digest for line in lines}
    known = set(StatementLine.objects.filter(digest__in=digests).values_list("digest", flat=True))
    return list({line.digest: line for line in lines if line.digest not in known}.values())


def _take_some(statement: Statement, lines: Sequence[Line], summary: Summary, step: Callable[[], object]) -> None:
    fresh = _fresh(lines)
    summary.repeated += len(lines) - len(fresh)
    for _line in range(len(lines) - len(fresh)):
        step()
    found = list(zip(fresh, matching.match([line.text for line in fresh]), strict=True))
    waiting = [(line, match) for line, match in found if match.charge is None]
    together = _written_together(statement, waiting)
    summary.unmatched += len(waiting) if together else 0
    for line, match in found:
        if match.charge is not None or not together:
            _take(statement, line, match, summary)
        step()


def _written_together(statement: Statement, lines: Sequence[tuple[Line, Match]]) -> bool:
    """False when another import brought one of them meanwhile: then each is tried alone.

    In the order of the digests, so that two imports never wait for each other.
    """
    rows = sorted((_row(statement, line, match) for line, match in lines), key=lambda row: row.digest)
    try:
        with transaction.atomic():
            StatementLine.objects.bulk_create(rows)
    except IntegrityError:
        return False
    return True


def _take(statement: Statement, line: Line, match: Match, summary: Summary) -> None:
    try:
        row = _booked(statement, line, match)
    except _Known:
        summary.repeated += 1
    else:
        summary.matched += row.state == State.MATCHED
        summary.unmatched += row.state == State.UNMATCHED


def _booked(statement: Statement, line: Line, match: Match) -> StatementLine:
    """The line with its payment. Money that cannot be booked stays as an unmatched line. Raises _Known."""
    try:
        with transaction.atomic():
            row = _written(statement, line, match)
            if match.charge is not None:
                _settle(row, match.charge)
            return row
    except SubmissionError as problem:
        with transaction.atomic():
            return _written(statement, line, Match(None, str(problem)))


def _written(statement: Statement, line: Line, match: Match) -> StatementLine:
    """Writing comes first: the digest is what keeps two imports at once from booking the same line."""
    row = _row(statement, line, match)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise _Known from None
    return row


def _row(statement: Statement, line: Line, match: Match) -> StatementLine:
    return StatementLine(
        statement=statement,
        number=line.number,
        digest=line.digest,
        bank_reference=line.reference[: LONGEST["bank_reference"]],
        booked_on=line.booked_on,
        amount=line.amount,
        description=line.text[: LONGEST["description"]],
        why=match.why[: LONGEST["why"]],
    )


def _settle(row: StatementLine, charge: Charge) -> None:
    row.state, row.charge, row.attempt = State.MATCHED, charge, pay(row, charge)
    row.save(update_fields=["state", "charge", "attempt"])


def pay(row: StatementLine, charge: Charge) -> PaymentAttempt:
    """Books the money of the line for the charge; whatever is wrong with it, billing says in the attempt."""
    said = {
        "statement": row.statement_id,
        "line": row.pk,
        "paid_at": row.booked_on.isoformat(),
        "text": row.description,
    }
    number = row.bank_reference or _("sao kê %s") % row.pk
    return billing.take_transfer(charge.pk, row.amount, said=said, provider_number=number, by=SYSTEM_ACTOR)
