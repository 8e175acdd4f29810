"""The confirmation of a payment: what its event says of one payment, and nothing that may have changed since."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.lib import money
from submissions.models import Paper
from submissions.papers import words
from submissions.papers.content.head import head
from submissions.papers.occasion import Occasion
from submissions.papers.sets import PaperSet

SYMBOL = "PXNTT"


def compose(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    said = occasion.data
    return {
        **head(occasion, paper_set, Paper.Kind.PAYMENT, samples=[_("mức phí, lệ phí")] if said["samples"] else []),
        "number": f"{said['number']:06d}/{SYMBOL}",
        "amount": said["amount"],
        "words": money.in_words(said["amount"]),
        "how": said["how"],
        "paid_at": _time(said["paid_at"]),
        "attempt": said["attempt"],
        "transaction": said["transaction"],
        "collector": said["collector"],
        "series": said["series"],
        "lines": said["lines"],
        "charged": said["charged"],
        "waived": said["waived"],
        "received": said["received"],
        "due": said["due"],
        "back": max(said["received"] + said["waived"] - said["charged"], 0) if said["due"] is not None else 0,
        "test": said["test"],
    }


def _time(written: str) -> str:
    """A moment, or only a day where no more is known: a line of a bank's statement."""
    at = datetime.datetime.fromisoformat(written)
    return words.moment(at) if at.tzinfo is not None else words.long_date(at.date())
