"""Declarations that were filled in to be printed, kept a few days so that the counter need not type them again.

Only who asks for it is kept, and only what the paper shows: neither hidden questions nor files. The reference opens
nothing to the public but what a stranger may know; the answers are for reception.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import codes
from procedures.formbuilder import carried
from procedures.models import ProcedureRevision
from procedures.printing import Mark
from submissions.errors import NotPossible
from submissions.models import KeptForm

Typed = dict[str, list[str]]
FORM = "form"  # the block of KeptForm.typed
TRIES = 5
HEAVY = ("procedure__search_text", *(f"revision__{name}" for name in ProcedureRevision.DOCUMENT))
LONGEST_REFERENCE = 40  # as typed, with blanks and dashes


def keep(revision: ProcedureRevision, typed: Mapping[str, list[str]]) -> KeptForm:
    """Keeps typed answers of this form until the end of the last day (KEPT_FORM_DAYS, Asia/Ho_Chi_Minh).

    Raises NotPossible when no free reference was found, which a clash of random codes makes all but impossible.
    """
    ends = _end_of(last_day_from(timezone.localdate()))
    facts = {"revision": revision, "procedure_id": revision.procedure_id, "expires_at": ends}
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return KeptForm.objects.create(reference=codes.reference(), typed={FORM: dict(typed)}, **facts)
        except IntegrityError:
            continue
    raise NotPossible(_("Chưa cấp được mã tờ khai. Bạn hãy bấm tải lại lần nữa."))


def last_day_from(today: datetime.date) -> datetime.date:
    """Until when a form that is kept today would be there."""
    return today + datetime.timedelta(days=settings.KEPT_FORM_DAYS)


def _end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time()))


def last_day(kept: KeptForm) -> datetime.date:
    """The day at whose end the form is forgotten."""
    return timezone.localtime(kept.expires_at - datetime.timedelta(microseconds=1)).date()


def find(reference_as_typed: str) -> KeptForm | None:
    """The kept form, with its procedure and revision; None when there is none or its time is over."""
    reference = codes.normal(reference_as_typed[:LONGEST_REFERENCE])
    rows = KeptForm.objects.select_related("procedure", "revision").defer(*HEAVY)
    return rows.filter(reference=reference, expires_at__gt=timezone.now()).first()


def mark_used(kept: KeptForm) -> None:
    """The counter took it over; the first time stays written down."""
    now = timezone.now()
    if KeptForm.objects.filter(pk=kept.pk, used_at=None).update(used_at=now):
        kept.used_at = now


def typed_for(kept: KeptForm, revision: ProcedureRevision) -> Typed:
    """What was typed, as far as it fits the questions of this revision (the form may have changed meanwhile)."""
    typed = {name: list(values) for name, values in kept.typed.get(FORM, {}).items()}
    return typed if kept.revision_id == revision.pk else carried(typed, kept.revision.spec, revision.spec)


def mark(kept: KeptForm) -> Mark:
    """What the printed form carries: the reference, and its address as QR code."""
    address = settings.SITE_URL + reverse("kept-form", args=[kept.reference])
    return Mark(kept.reference, address, f"{last_day(kept):%d/%m/%Y}")


def expired(now: datetime.datetime) -> QuerySet[KeptForm]:
    return KeptForm.objects.filter(expires_at__lte=now)


def delete_expired(now: datetime.datetime, *, dry_run: bool = False) -> int:
    """Deletes what ran out; returns how many (would) go."""
    return expired(now).count() if dry_run else expired(now).delete()[0]
