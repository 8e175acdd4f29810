"""What becomes of the money of a submission that ends without a result."""

from __future__ import annotations

from django.utils.translation import gettext as _

from payments.billing.frame import Bill
from payments.billing.waiving import release
from payments.models import Charge
from submissions.models import Submission
from submissions.rules import SYSTEM_ACTOR
from submissions.states import State


def end(submission: Submission) -> None:
    """Waives what is unpaid; before receipt, and for a refusal, the whole, so that what was paid goes back.

    Under the submission's lock, in the transaction of the verb that ends it.
    """
    charge = Charge.objects.select_for_update().filter(submission=submission).first()
    if charge is None:
        return
    charge.submission = submission
    whole = submission.state == State.REFUSED or submission.received_at is None
    reason = _("Hồ sơ kết thúc mà không có kết quả nên không thu khoản chưa nộp.")
    release(Bill(submission, charge), by=SYSTEM_ACTOR, reason=reason, whole=whole)
