"""The only writer of Submission.state: one function a verb, each one transaction under the row lock.

Every verb locks the row, checks the table (states.py), the person (rules.py) and the version the person saw,
freezes one `now`, and writes state, event and notices together. A repeat of a finished act changes nothing.
"""

from submissions.workflow.arrival import arrive, log_export
from submissions.workflow.citizen import discard, submit, supplement, withdraw
from submissions.workflow.core import FOLLOWERS, Filing, Item, event_hash, locked
from submissions.workflow.counter import enter, record_papers
from submissions.workflow.desk import (
    approve,
    decline,
    extend,
    finish,
    hand_over,
    propose,
    receive,
    refuse,
    request_supplement,
    send_back,
    start,
    stop,
)
from submissions.workflow.money import MoneyNow, check_paid, record_line, record_money
from submissions.workflow.recounting import keep_counted, recount, recount_open
from submissions.workflow.rerouting import reroute_to, reroute_to_counter
from submissions.workflow.results import take_result
from submissions.workflow.sides import add_note, assign, take
from submissions.workflow.slips import print_slip

__all__ = [
    "FOLLOWERS",
    "Filing",
    "Item",
    "MoneyNow",
    "add_note",
    "approve",
    "arrive",
    "assign",
    "check_paid",
    "decline",
    "discard",
    "enter",
    "event_hash",
    "extend",
    "finish",
    "hand_over",
    "keep_counted",
    "locked",
    "log_export",
    "print_slip",
    "propose",
    "receive",
    "record_line",
    "record_money",
    "record_papers",
    "recount",
    "recount_open",
    "refuse",
    "request_supplement",
    "reroute_to",
    "reroute_to_counter",
    "send_back",
    "start",
    "stop",
    "submit",
    "supplement",
    "take",
    "take_result",
    "withdraw",
]
