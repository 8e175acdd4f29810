"""The draft of a procedure: started from the published revision, saved, thrown away."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import text
from procedures import spec
from procedures.editing.errors import EditError, gone_meanwhile, saved_meanwhile
from procedures.loading.columns import used_lists
from procedures.models import ChoiceList, Procedure, ProcedureRevision

Content = dict[str, Any]
State = ProcedureRevision.State

# What has to go with a draft that is thrown away; who owns such things adds a function (submissions/apps.py).
ON_DISCARD: list[Callable[[ProcedureRevision], object]] = []
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def draft_of(procedure: Procedure) -> ProcedureRevision | None:
    """The draft that is being edited, if any."""
    return procedure.revisions.filter(state=State.DRAFT).select_related("edited_by").first()


def start(procedure: Procedure, by: Any) -> ProcedureRevision:
    """The draft of the procedure: the one that is there, or a new one with the published content."""
    with transaction.atomic():
        row = _locked(procedure)
        found = draft_of(row)
        if found is not None:
            return found
        if row.published is None:
            raise EditError(_("Thủ tục này chưa có bản công bố nào để sửa. Hãy nạp danh mục trước."))
        return _made(row, row.published, by)


def restore(revision: ProcedureRevision, by: Any) -> ProcedureRevision:
    """An earlier revision as a new draft, to be published under a new number. Raises EditError beside another draft."""
    with transaction.atomic():
        row = _locked(revision.procedure)
        old = row.revisions.filter(pk=revision.pk, state=State.RETIRED).first()
        if old is None:
            raise EditError(_("Chỉ khôi phục được một bản cũ. Bản này là bản soạn hoặc đang được công bố."))
        if draft_of(row) is not None:
            raise EditError(_("Thủ tục này đang có một bản soạn. Hãy công bố hoặc bỏ bản soạn đó trước."))
        return _made(row, old, by, note=_("Khôi phục từ bản số %d.") % old.number)


def _locked(procedure: Procedure) -> Procedure:
    return Procedure.objects.select_for_update(of=("self",)).select_related("published").get(pk=procedure.pk)


def _made(row: Procedure, source: ProcedureRevision, by: Any, note: str = "") -> ProcedureRevision:
    """`based_on` is what the draft will replace, also when its content is that of an older revision."""
    last = row.revisions.aggregate(last=Max("number"))["last"] or 0
    draft: ProcedureRevision = row.revisions.create(
        number=last + 1,
        state=State.DRAFT,
        content=copy.deepcopy(source.content),
        lists=copy.deepcopy(source.lists),
        digest=source.digest,
        based_on=row.published,
        note=note,
        edited_by=by,
        edited_at=timezone.now(),
    )
    return draft


def lists_of(draft: ProcedureRevision) -> dict[str, Any]:
    """Every list that the draft's form may take choices from: its own copies, and the catalogue's other lists."""
    return {**{c.key: c.items for c in ChoiceList.objects.order_by("key")}, **draft.lists}


def save(draft: ProcedureRevision, content: Content, *, version: int, by: Any) -> ProcedureRevision:
    """Keeps the content, right or wrong, when nobody saved since `version` was read; the stored draft comes back.

    Raises EditConflict when somebody did, or when the draft is no draft any more.
    """
    clean = _storable(content)
    lists = used_lists(clean, lists_of(draft))
    rows = ProcedureRevision.objects.filter(pk=draft.pk, state=State.DRAFT, version=version)
    changes = {"content": clean, "lists": lists, "digest": spec.digest(clean, lists)}
    if not rows.update(**changes, edited_by=by, edited_at=timezone.now(), version=F("version") + 1):
        raise _conflict(draft)
    return ProcedureRevision.objects.select_related("procedure", "edited_by").get(pk=draft.pk)


def _conflict(draft: ProcedureRevision) -> EditError:
    stored = ProcedureRevision.objects.filter(pk=draft.pk, state=State.DRAFT).select_related("edited_by").first()
    return saved_meanwhile(stored) if stored is not None else gone_meanwhile()


def _storable(value: Any) -> Any:
    """The same content composed (NFC) and without the signs that no database takes."""
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return text.nfc(_UNSTORABLE.sub("", value)) if isinstance(value, str) else value


def discard(draft: ProcedureRevision) -> None:
    """Throws a draft away with what was tried on it. A revision that was published once is never deleted."""
    with transaction.atomic():
        stored = (
            ProcedureRevision.objects.select_for_update(of=("self",)).filter(pk=draft.pk, state=State.DRAFT).first()
        )
        if stored is None:
            raise gone_meanwhile()
        for clear in ON_DISCARD:
            clear(stored)
        stored.delete()
