"""A draft becomes the published revision."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procedures.editing.checking import problems
from procedures.editing.errors import EditConflict, EditError, NotPublishable, gone_meanwhile, saved_meanwhile
from procedures.editing.standing import log
from procedures.loading.publishing import publish_draft
from procedures.models import CatalogueVersion, Procedure, ProcedureRevision

LONGEST = 400


def publish(
    draft: ProcedureRevision,
    *,
    by: Any,
    reason: str,
    legal_document: str,
    version: int | None = None,
    over: int | None = None,
) -> ProcedureRevision:
    """Publishes the draft under the next number; what is published now is retired, unchanged for ever.

    `version` of the draft and `over`, the number of the published revision, are what the editor's page showed; None
    skips the question. Raises EditError for a missing reason or document, NotPublishable with the problems,
    EditConflict when the draft or the published revision changed since.
    """
    given = {
        "reason": _required(reason, _("Hãy ghi lý do thay đổi.")),
        "legal_document": _required(legal_document, _("Hãy ghi văn bản làm căn cứ: số, ngày, cơ quan ban hành.")),
    }
    with transaction.atomic():
        CatalogueVersion.lock()
        Procedure.objects.select_for_update(of=("self",)).get(pk=draft.procedure_id)
        stored = _locked_draft(draft.pk)
        _check_seen(stored, version, over)
        found = problems(stored)
        if found:
            raise NotPublishable(found)
        publish_draft(stored, edited_by=by, **given)
        log(
            stored.procedure,
            by,
            _("Công bố bản số %(number)d. Lý do: %(reason)s. Căn cứ: %(legal_document)s")
            % {
                "number": stored.number,
                **given,
            },
        )
        CatalogueVersion.bump()
    return stored


def _required(words: str, sentence: str) -> str:
    tidy = " ".join(words.split())
    if not tidy:
        raise EditError(sentence)
    if len(tidy) > LONGEST:
        raise EditError(_("Lý do, căn cứ dài nhất %d ký tự. Hãy viết ngắn lại.") % LONGEST)
    return tidy


def _locked_draft(pk: int) -> ProcedureRevision:
    rows = ProcedureRevision.objects.select_for_update(of=("self",)).select_related("procedure__published", "edited_by")
    stored = rows.filter(pk=pk, state=ProcedureRevision.State.DRAFT).first()
    if stored is None:
        raise gone_meanwhile()
    return stored


def _check_seen(stored: ProcedureRevision, version: int | None, over: int | None) -> None:
    if version is not None and stored.version != version:
        raise saved_meanwhile(stored)
    published = stored.procedure.published
    if over is not None and published is not None and published.number != over:
        raise EditConflict(_("Bản số %d vừa được công bố. Hãy xem lại những khác biệt rồi công bố.") % published.number)
