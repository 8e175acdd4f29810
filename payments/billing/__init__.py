"""Who owes what for a submission. The only writer of charges, attempts, refunds, entries and receipts.

Every act locks the submission, then its charge, then what hangs on it; books entries (entries.py), writes the new sums
and state, and a line of the submission's log with its papers and messages (frame.tell).
"""

from payments.billing.amounts import LineChange, set_amounts
from payments.billing.attempts import check_payable, claim_question, expire, start
from payments.billing.ending import end
from payments.billing.entries import owed
from payments.billing.opening import make_payable, of, open_charge, pay_at_once, take_over
from payments.billing.refunds import ask_refund, claim_refund, refund_done, refund_failed, refundable
from payments.billing.settling import Outcome, Settled, note, settle, take_cash, take_transfer
from payments.billing.waiving import exempt, waive

__all__ = [
    "LineChange",
    "Outcome",
    "Settled",
    "ask_refund",
    "check_payable",
    "claim_question",
    "claim_refund",
    "end",
    "exempt",
    "expire",
    "make_payable",
    "note",
    "of",
    "open_charge",
    "owed",
    "pay_at_once",
    "refund_done",
    "refund_failed",
    "refundable",
    "set_amounts",
    "settle",
    "start",
    "take_cash",
    "take_over",
    "take_transfer",
    "waive",
]
