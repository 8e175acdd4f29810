"""What the town's cashier does with a line that matched nothing: names its submission, or sets it aside."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.errors import PaymentError
from payments.models import Charge, StatementLine
from payments.statements import gate
from payments.statements.importing import LONGEST, pay
from portal.lib import codes
from submissions import workflow
from submissions.errors import NotAllowed
from submissions.models import Officer, Submission

State = StatementLine.State


def charge_of(typed: str) -> Charge:
    """The charge of a submission by its reference or dossier code as typed. Raises PaymentError."""
    code = typed.strip()
    named = Q(reference=codes.normal(code)) | Q(dossier_code__iexact=code)
    found = Submission.objects.filed().filter(named).select_related("charge").first() if code else None
    if found is None:
        words = _("Không thấy hồ sơ nào có mã “%s”. Bạn nhập lại mã như trên giấy của người nộp, ví dụ HL7K-QM9Q.")
        raise PaymentError(words % code[:40])
    charge: Charge | None = getattr(found, "charge", None)
    if charge is None:
        raise PaymentError(_("Hồ sơ %s không có khoản phải nộp nào, nên không khớp được.") % found)
    return charge


def match(pk: int, typed: str, *, by: Officer) -> StatementLine:
    """Books the money of an unmatched line for the submission that was typed. Raises PaymentError, NotAllowed."""
    _check(by)
    charge = charge_of(typed)
    with transaction.atomic():
        workflow.locked(charge.submission_id)
        row = _waiting(pk, State.UNMATCHED)
        row.charge, row.attempt = charge, pay(row, charge)
        return _handled(row, State.BY_HAND, by)


def set_aside(pk: int, reason: str, *, by: Officer) -> StatementLine:
    """The money is not for a submission. Raises PaymentError, NotAllowed."""
    _check(by)
    if not reason.strip():
        raise PaymentError(_("Bạn cần ghi lý do để người kiểm tra sau này hiểu, ví dụ “Tiền thuê mặt bằng”."))
    with transaction.atomic():
        row = _waiting(pk, State.UNMATCHED)
        row.why = reason.strip()[: LONGEST["why"]]
        return _handled(row, State.SET_ASIDE, by)


def bring_back(pk: int, *, by: Officer) -> StatementLine:
    """Undoes set_aside(). Raises PaymentError, NotAllowed."""
    _check(by)
    with transaction.atomic():
        row = _waiting(pk, State.SET_ASIDE)
        row.why = _("Đưa lại để khớp: %s") % row.why
        row.why = row.why[: LONGEST["why"]]
        return _handled(row, State.UNMATCHED, by)


def _check(by: Officer) -> None:
    if not gate.keeps(by):
        raise NotAllowed(_("Chỉ cán bộ thu phí và lãnh đạo của thị xã xử lý sao kê của tài khoản chung."))


def _waiting(pk: int, state: str) -> StatementLine:
    """The line under its lock, as long as it stands so."""
    row = StatementLine.objects.select_for_update().filter(pk=pk).first()
    if row is None or row.state != state:
        raise PaymentError(_("Dòng sao kê này vừa được người khác xử lý. Bạn xem lại danh sách."))
    return row


def _handled(row: StatementLine, state: str, by: Officer) -> StatementLine:
    row.state, row.handled_by, row.handled_at = state, by, timezone.now()
    row.save()
    return row
