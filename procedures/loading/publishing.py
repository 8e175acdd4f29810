"""Revisions: a changed document is published as the next number, the one before is retired, nothing is edited.

What was edited and published in the admin stays until the folder says something new about that procedure:
Procedure.loaded_digest is the digest of the folder's document at the last load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from procedures import spec
from procedures.loading.columns import PROCEDURE, procedure_columns, used_lists
from procedures.loading.folder import Content
from procedures.models import Procedure, ProcedureRevision, Sector

BATCH = 200
Step = Callable[[], object]
T = TypeVar("T")

# Shown to citizens, and what tells procedures closed by a load from those closed by hand.
GONE = "Thủ tục này không còn trong danh mục của thị xã."


@dataclass
class Done:
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    closed: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # edited in the admin, unchanged in the folder
    replaced: list[str] = field(default_factory=list)  # edited in the admin, and the folder says something new


@dataclass
class _Plan:
    """What one load has to write."""

    done: Done = field(default_factory=Done)
    fresh: list[Procedure] = field(default_factory=list)
    updated: list[Procedure] = field(default_factory=list)
    revisions: list[ProcedureRevision] = field(default_factory=list)


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def store_procedures(contents: list[Content], lists: dict[str, Any], step: Step = lambda: None) -> Done:
    """Writes checked documents; procedures without one are closed, never deleted. Call it inside a transaction."""
    sectors = {s.key: s for s in Sector.objects.all()}
    rows = {p.code: p for p in _with_digest()}
    plan = _Plan()
    edited = _edited(contents, rows, lists)
    for content in contents:
        code = content["code"]
        _plan_one(plan, rows.get(code), content, sectors, lists, edited.get(code))
        step()
    _number(plan.revisions)
    _write(plan)
    plan.done.closed = _close(rows.keys() - {c["code"] for c in contents})
    return plan.done


def _with_digest() -> Any:
    heavy = ("published__content", "published__lists")
    return Procedure.objects.select_related("published").defer(*heavy)


def document_digest(content: Content) -> str:
    """Of the document alone: shared lists change without anybody touching it."""
    return spec.digest(content, {})


def _edited(contents: list[Content], rows: dict[str, Procedure], lists: dict[str, Any]) -> dict[str, Content]:
    """The published documents that are not what the folder held at the last load, by code."""
    differing = []
    for content in contents:
        row = rows.get(content["code"])
        if row is None or row.published is None or not row.loaded_digest:
            continue
        if row.published.digest != spec.digest(content, used_lists(content, lists)):
            differing.append(row)
    found: dict[str, Content] = {}
    for some in _batches(differing):
        published = Procedure.objects.filter(pk__in=[row.pk for row in some]).order_by()
        for code, document, loaded in published.values_list("code", "published__content", "loaded_digest"):
            if document_digest(document) != loaded:
                found[code] = document
    return found


def _plan_one(
    plan: _Plan, row: Procedure | None, content: Content, sectors: dict[str, Sector], lists: dict[str, Any], edited: Any
) -> None:
    is_new, loaded = row is None, document_digest(content)
    row = row or Procedure(code=content["code"])
    chosen = _chosen(row, content, loaded, edited, plan.done)
    used = used_lists(chosen, lists)
    digest = spec.digest(chosen, used)
    columns = _set_columns(row, procedure_columns(chosen, sectors[chosen["sector"]]))
    reopened = _reopen(row)
    is_revised = row.published is None or row.published.digest != digest
    if is_revised:
        plan.revisions.append(_revision(row, content=chosen, lists=used, digest=digest, is_edited=chosen is edited))
    has_news, row.loaded_digest = row.loaded_digest != loaded, loaded
    if is_new:
        plan.fresh.append(row)
    elif columns or reopened or has_news:
        plan.updated.append(row)
    _note(plan.done, row.code, is_new=is_new, is_changed=columns or is_revised or reopened, reopened=reopened)


def _chosen(row: Procedure, content: Content, loaded: str, edited: Content | None, done: Done) -> Content:
    """What is to stand: the folder's document, unless that is as it was and an edited one stands in its place."""
    if edited is None or edited == content:
        return content
    is_as_it_was = row.loaded_digest == loaded
    (done.kept if is_as_it_was else done.replaced).append(row.code)
    return edited if is_as_it_was else content


def _set_columns(row: Procedure, wanted: dict[str, Any]) -> bool:
    """True when one of them was different."""
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _revision(row: Procedure, *, is_edited: bool, **document: Any) -> ProcedureRevision:
    """An edited document that gets newer lists keeps the reason that its editor gave."""
    before = row.published if is_edited else None
    given = {"reason": before.reason, "legal_document": before.legal_document} if before else {}
    return ProcedureRevision(procedure=row, **document, **given)


def _note(done: Done, code: str, *, is_new: bool, is_changed: bool, reopened: bool) -> None:
    if is_new:
        done.created.append(code)
    elif is_changed:
        done.changed.append(code)
    else:
        done.unchanged += 1
    if reopened:
        done.reopened.append(code)


def _reopen(row: Procedure) -> bool:
    """A procedure closed by an earlier load opens again; one closed by hand stays closed."""
    if row.status != Procedure.Status.CLOSED or row.status_reason != GONE:
        return False
    row.status, row.status_reason = Procedure.Status.OPEN, ""
    return True


def _number(revisions: list[ProcedureRevision]) -> None:
    final = ProcedureRevision.objects.order_by().exclude(state=ProcedureRevision.State.DRAFT)
    last = dict(final.values_list("procedure_id").annotate(last=Max("number")))
    now = timezone.now()
    for revision in revisions:
        revision.number = last.get(revision.procedure.pk, 0) + 1
        revision.state = ProcedureRevision.State.PUBLISHED
        revision.published_at = now


def _write(plan: _Plan) -> None:
    Procedure.objects.bulk_create(plan.fresh, BATCH)
    columns = [*(name.removesuffix("_id") for name in PROCEDURE), "status", "status_reason", "loaded_digest"]
    Procedure.objects.bulk_update(plan.updated, columns, BATCH)
    keys = [r.procedure.pk for r in plan.revisions]
    for some in _batches(keys):
        _make_room(ProcedureRevision.objects.filter(procedure__in=some))
    for revision in plan.revisions:
        revision.procedure_id = revision.procedure.pk
    ProcedureRevision.objects.bulk_create(plan.revisions, BATCH)
    newest = ProcedureRevision.objects.filter(procedure=OuterRef("pk"), state=ProcedureRevision.State.PUBLISHED)
    for some in _batches(keys):
        Procedure.objects.filter(pk__in=some).update(published_id=Subquery(newest.values("pk")[:1]))


def _make_room(revisions: QuerySet[ProcedureRevision]) -> None:
    """For the next number: what is published is retired, a draft that is being edited moves up by one."""
    revisions.filter(state=ProcedureRevision.State.PUBLISHED).update(state=ProcedureRevision.State.RETIRED)
    revisions.filter(state=ProcedureRevision.State.DRAFT).update(number=F("number") + 1)


def _close(codes: set[str]) -> list[str]:
    closed = []
    for some in _batches(sorted(codes)):
        rows = Procedure.objects.filter(code__in=some).exclude(status=Procedure.Status.CLOSED)
        closed += list(rows.values_list("code", flat=True))
        rows.update(status=Procedure.Status.CLOSED, status_reason=GONE)
    return closed


def publish_draft(draft: ProcedureRevision, **given: Any) -> None:
    """Makes a checked draft, whose procedure is locked, the published revision; `given` columns are written with it.

    A draft has the highest number of its procedure and keeps it.
    """
    row, state = draft.procedure, ProcedureRevision.State
    _set_columns(row, procedure_columns(draft.content, Sector.objects.get(key=draft.content["sector"])))
    row.published = draft
    row.revisions.filter(state=state.PUBLISHED).update(state=state.RETIRED)
    draft.state, draft.published_at = state.PUBLISHED, timezone.now()
    for name, value in given.items():
        setattr(draft, name, value)
    draft.save()
    row.save(update_fields=[*(name.removesuffix("_id") for name in PROCEDURE), "published"])
