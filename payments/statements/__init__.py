"""Bank statements: a CSV file is read, its lines are matched with submissions and booked, the rest waits for a cashier.

A transfer tells nobody of itself: the statement of the account is the only word that money has come.
"""

from payments.statements.by_hand import bring_back, charge_of, match, set_aside
from payments.statements.gate import keeps, lines, may_import, reads
from payments.statements.importing import Summary, take_in, would
from payments.statements.layouts import LAYOUTS
from payments.statements.reading import MOST_BYTES, MOST_ROWS, Line, Parsed, Problem, read

__all__ = [
    "LAYOUTS",
    "MOST_BYTES",
    "MOST_ROWS",
    "Line",
    "Parsed",
    "Problem",
    "Summary",
    "bring_back",
    "charge_of",
    "keeps",
    "lines",
    "match",
    "may_import",
    "read",
    "reads",
    "set_aside",
    "take_in",
    "would",
]
