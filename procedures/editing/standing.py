"""Whether a procedure takes filings: paused, reopened, closed for good; who said so and when is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procedures.editing.errors import EditError
from procedures.models import CatalogueVersion, Procedure

# What other apps do when a procedure's time of paying changes, in the transaction of it; entered by their AppConfig.
ON_PAY_WHEN: list[Callable[[Procedure], object]] = []
LONGEST_REASON = Procedure._meta.get_field("status_reason").max_length or 400


def log(procedure: Procedure, by: Any, words: str) -> None:
    """One line of the admin's own log of the procedure."""
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(Procedure),
        object_id=str(procedure.pk),
        object_repr=str(procedure)[:200],
        action_flag=CHANGE,
        change_message=words,
    )


def history(procedure: Procedure) -> QuerySet[LogEntry]:
    """What was published, paused, reopened and closed here, newest first; `change_message` is a sentence."""
    rows = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Procedure), object_id=procedure.pk)
    return rows.select_related("user").order_by("-action_time", "-pk")


def pause(procedure: Procedure, reason: str, by: Any) -> Procedure:
    """No new filings for a while; what was filed goes on. The public reads the reason. Drafts are kept."""
    return _set(procedure, Procedure.Status.PAUSED, _required(reason), by, _("Tạm dừng nhận hồ sơ: %s"))


def close(procedure: Procedure, reason: str, by: Any) -> Procedure:
    """The procedure was abolished; what was filed goes on. The public reads the reason."""
    return _set(procedure, Procedure.Status.CLOSED, _required(reason), by, _("Bãi bỏ: %s"))


def reopen(procedure: Procedure, by: Any) -> Procedure:
    return _set(procedure, Procedure.Status.OPEN, "", by, _("Mở lại, nhận hồ sơ như thường."))


def set_pay_when(procedure: Procedure, pay_when: str, by: Any) -> Procedure:
    """When fees of this procedure are to be paid."""
    if pay_when not in Procedure.PayWhen.values:
        raise EditError(_("Bạn hãy chọn nộp trước hay sau khi hồ sơ được tiếp nhận."))
    with transaction.atomic():
        CatalogueVersion.lock()
        row = Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
        if row.pay_when == pay_when:
            return row
        row.pay_when = pay_when
        row.save(update_fields=["pay_when"])
        for follow in ON_PAY_WHEN:
            follow(row)
        log(row, by, _("Phí, lệ phí nộp %s.") % row.get_pay_when_display())
        CatalogueVersion.bump()
    return row


def _required(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise EditError(_("Hãy ghi một câu cho người dân biết vì sao không nộp được và khi nào nộp lại được."))
    if len(words) > LONGEST_REASON:
        raise EditError(_("Lý do dài quá %d ký tự. Hãy viết ngắn lại.") % LONGEST_REASON)
    return words


def _set(procedure: Procedure, status: str, reason: str, by: Any, words: str) -> Procedure:
    with transaction.atomic():
        CatalogueVersion.lock()
        row = Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
        if (row.status, row.status_reason) == (status, reason):
            return row
        row.status, row.status_reason = status, reason
        row.save(update_fields=["status", "status_reason"])
        log(row, by, words % reason if reason else words)
        CatalogueVersion.bump()
    return row
