"""Money as the citizen sees it: the price before, the bill, every try to pay and what became of it. No HTTP here."""

from payments.shown.bill import Bill, latest_redirect, of, open_transfer, to_do, way_of
from payments.shown.prices import Price, at_filing, of_procedure
from payments.shown.tries import Told, is_worth_telling, told

__all__ = [
    "Bill",
    "Price",
    "Told",
    "at_filing",
    "is_worth_telling",
    "latest_redirect",
    "of",
    "of_procedure",
    "open_transfer",
    "to_do",
    "told",
    "way_of",
]
