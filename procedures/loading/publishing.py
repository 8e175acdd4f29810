"""Revisions: a changed document is published as the next number, the one before is retired, nothing is edited."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from procedures import spec
from procedures.loading.columns import PROCEDURE, procedure_columns, used_lists
from procedures.loading.folder import Content
from procedures.models import CatalogueVersion, ChoiceList, Procedure, ProcedureRevision, Sector

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
    for content in contents:
        _plan_one(plan, rows.get(content["code"]), content, sectors[content["sector"]], lists)
        step()
    _number(plan.revisions)
    _write(plan)
    plan.done.closed = _close(rows.keys() - {c["code"] for c in contents})
    return plan.done


def _with_digest() -> Any:
    heavy = ("published__content", "published__lists")
    return Procedure.objects.select_related("published").defer(*heavy)


def _plan_one(plan: _Plan, row: Procedure | None, content: Content, sector: Sector, lists: dict[str, Any]) -> None:
    used = used_lists(content, lists)
    digest = spec.digest(content, used)
    wanted = procedure_columns(content, sector)
    is_new = row is None
    row = row or Procedure(code=content["code"])
    columns = [name for name in PROCEDURE if is_new or getattr(row, name) != wanted[name]]
    for name in columns:
        setattr(row, name, wanted[name])
    reopened = _reopen(row)
    is_revised = row.published is None or row.published.digest != digest
    if is_revised:
        plan.revisions.append(ProcedureRevision(procedure=row, content=content, lists=used, digest=digest))
    if is_new:
        plan.fresh.append(row)
    elif columns or reopened:
        plan.updated.append(row)
    _note(plan.done, row.code, is_new=is_new, is_changed=bool(columns) or is_revised or reopened, reopened=reopened)


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
    last = dict(ProcedureRevision.objects.order_by().values_list("procedure_id").annotate(last=Max("number")))
    now = timezone.now()
    for revision in revisions:
        revision.number = last.get(revision.procedure.pk, 0) + 1
        revision.state = ProcedureRevision.State.PUBLISHED
        revision.published_at = now


def _write(plan: _Plan) -> None:
    Procedure.objects.bulk_create(plan.fresh, BATCH)
    Procedure.objects.bulk_update(
        plan.updated, [c.removesuffix("_id") for c in PROCEDURE] + ["status", "status_reason"], BATCH
    )
    keys = [r.procedure.pk for r in plan.revisions]
    for some in _batches(keys):
        published = ProcedureRevision.objects.filter(procedure__in=some, state=ProcedureRevision.State.PUBLISHED)
        published.update(state=ProcedureRevision.State.RETIRED)
    for revision in plan.revisions:
        revision.procedure_id = revision.procedure.pk
    ProcedureRevision.objects.bulk_create(plan.revisions, BATCH)
    newest = ProcedureRevision.objects.filter(procedure=OuterRef("pk"), state=ProcedureRevision.State.PUBLISHED)
    for some in _batches(keys):
        Procedure.objects.filter(pk__in=some).update(published_id=Subquery(newest.values("pk")[:1]))


def _close(codes: set[str]) -> list[str]:
    closed = []
    for some in _batches(sorted(codes)):
        rows = Procedure.objects.filter(code__in=some).exclude(status=Procedure.Status.CLOSED)
        closed += list(rows.values_list("code", flat=True))
        rows.update(status=Procedure.Status.CLOSED, status_reason=GONE)
    return closed


def publish(procedure: Procedure, content: Content, *, note: str = "") -> ProcedureRevision | None:
    """Publishes one checked document of an existing procedure; None when it says what is published already."""
    with transaction.atomic():
        row = _with_digest().select_for_update(of=("self",)).get(pk=procedure.pk)
        lists = {c.key: c.items for c in ChoiceList.objects.all()}
        plan = _Plan()
        _plan_one(plan, row, content, Sector.objects.get(key=content["sector"]), lists)
        _number(plan.revisions)
        for revision in plan.revisions:
            revision.note = note
        _write(plan)
        if plan.done.changed:
            CatalogueVersion.bump()
    return plan.revisions[0] if plan.revisions else None
