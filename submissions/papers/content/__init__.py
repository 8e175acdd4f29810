"""What each kind of paper says, as plain JSON: words ready to be printed, in the order of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from submissions.models import Paper
from submissions.papers.content import filing, letters, payment, receipt, slip
from submissions.papers.occasion import Occasion
from submissions.papers.sets import PaperSet

Content = dict[str, Any]
Compose = Callable[[Occasion, PaperSet], Content]
Kind = Paper.Kind

COMPOSERS: Mapping[str, Compose] = {
    Kind.FILING_RECEIPT: filing.compose,
    Kind.RECEIPT: receipt.for_applicant,
    Kind.RECEIPT_COPY: receipt.for_desk,
    Kind.SUPPLEMENT: letters.supplement,
    Kind.REFUSAL: letters.refusal,
    Kind.EXTENSION: letters.extension,
    Kind.STOP: letters.stop,
    Kind.CONTROL_SLIP: slip.compose,
    Kind.PAYMENT: payment.compose,
}
