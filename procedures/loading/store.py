"""Writes a clean folder into the tables: new, changed and vanished entries, nothing else.

Everything runs in one transaction under a lock on the catalogue's version row, so two loads follow each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from procedures.loading import columns
from procedures.loading.folder import Content, Folder
from procedures.loading.publishing import store_procedures
from procedures.models import Agency, CatalogueVersion, ChoiceList, Sector

BATCH = 200
Step = Callable[[], object]


@dataclass
class Count:
    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class Summary:
    """Counts per table, and what an operator may want to look at."""

    agencies: Count = field(default_factory=Count)
    sectors: Count = field(default_factory=Count)
    lists: Count = field(default_factory=Count)
    procedures: Count = field(default_factory=Count)
    changed_codes: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # edited in the admin, unchanged in the folder
    replaced: list[str] = field(default_factory=list)  # edited in the admin, and the folder says something new
    left: dict[str, list[str]] = field(default_factory=dict)  # table: keys that the folder does not name
    rest_changed: bool = False

    @property
    def counts(self) -> dict[str, Count]:
        return {name: getattr(self, name) for name in ("agencies", "sectors", "lists", "procedures")}

    @property
    def is_change(self) -> bool:
        return self.rest_changed or any(c.created or c.changed for c in self.counts.values()) or bool(self.closed)


class _DryRun(Exception):
    pass


def store(folder: Folder, *, dry_run: bool = False, step: Step = lambda: None) -> Summary:
    """Brings the tables to what the folder says; the folder must have been checked. Bumps the version on change."""
    summary = Summary()
    try:
        with transaction.atomic():
            _store_all(folder, summary, step)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return summary


def _store_all(folder: Folder, summary: Summary, step: Step) -> None:
    version = CatalogueVersion.lock()
    if "agencies.yaml" in folder.shared:
        _store_agencies(folder.agencies, folder.departments, summary)
    if "sectors.yaml" in folder.shared:
        _store_sectors({s["key"]: s for s in folder.sectors}, summary)
    if "lists.yaml" in folder.shared:
        _store_lists(folder.lists, summary)
    if folder.has_procedures:
        _store_procedures(folder, summary, step)
    _store_rest(version, folder.rest, summary)
    if summary.is_change:
        CatalogueVersion.bump()


def _store_rest(version: CatalogueVersion, rest: dict[str, Content], summary: Summary) -> None:
    """Keeps what no table holds; a folder without a file leaves that file's part alone."""
    merged = {name: content for name, content in {**version.rest, **rest}.items() if content}
    if version.rest != merged:
        summary.rest_changed = True
        CatalogueVersion.objects.filter(pk=1).update(rest=merged)


def _store_procedures(folder: Folder, summary: Summary, step: Step) -> None:
    lists = {c.key: c.items for c in ChoiceList.objects.all()}
    done = store_procedures(list(folder.procedures.values()), lists, step)
    summary.procedures = Count(len(done.created), len(done.changed), done.unchanged)
    summary.changed_codes, summary.closed, summary.reopened = done.changed, done.closed, done.reopened
    summary.kept, summary.replaced = done.kept, done.replaced


# --- agencies and sectors ------------------------------------------------------------------------


def merged_columns(old: columns.Columns, new: columns.Columns, now: columns.Columns) -> columns.Columns:
    """What to write: only what the folder changed since the last load, so that edits made here stay."""
    return {name: value for name, value in new.items() if old[name] != value and now[name] != value}


def _store_agencies(agencies: list[Content], departments: list[Content], summary: Summary) -> None:
    entries = {a["slug"]: a for a in [*agencies, *departments]}
    rows = {a.slug: a for a in Agency.objects.select_related("parent", "successor")}
    summary.left["agencies"] = sorted(rows.keys() - entries.keys())
    todo = {slug: _agency_changes(rows.get(slug), raw) for slug, raw in entries.items()}
    fresh = entries.keys() - rows.keys()
    rows |= {slug: Agency(slug=slug) for slug in fresh}
    for slug, raw in entries.items():
        _write_plain(rows[slug], raw, todo[slug])
    for slug in entries:
        _write_links(rows[slug], rows, todo[slug])
    moved = _store_order(agencies, rows, 1) | _store_order(departments, rows, 1 + len(agencies))
    changed = {slug for slug, changes in todo.items() if changes is not None} | moved
    summary.agencies = Count(len(fresh), len(changed - fresh), len(entries) - len(changed | fresh))


def _agency_changes(row: Agency | None, raw: Content) -> columns.Columns | None:
    """The columns to write; None when the row says what the folder says."""
    new = columns.agency_columns(raw)
    if row is None:
        return new
    if raw in (row.content, columns.agency_content(row)):
        return None
    return merged_columns(columns.agency_columns(row.content), new, columns.agency_values(row))


def _write_plain(row: Agency, raw: Content, changes: columns.Columns | None) -> None:
    if changes is None:
        return
    row.content = raw
    for name, value in changes.items():
        if name not in columns.LINKS:
            setattr(row, name, value)
    row.save()


def _write_links(row: Agency, rows: dict[str, Agency], changes: columns.Columns | None) -> None:
    links = {name: rows.get(slug) for name, slug in (changes or {}).items() if name in columns.LINKS}
    for name, other in links.items():
        setattr(row, name, other)
    if links:
        row.save(update_fields=list(links))


def _store_order(entries: list[Content], rows: dict[str, Agency], first: int) -> set[str]:
    """Numbers the rows as the file has them, unless they already stand in that order. Returns those that moved."""
    listed = [rows[entry["slug"]] for entry in entries]
    places = [(row.order, row.pk) for row in listed]
    if places == sorted(places) and 0 not in {order for order, _pk in places}:
        return set()
    moved = {row.slug: place for place, row in enumerate(listed, start=first) if row.order != place}
    for slug, place in moved.items():
        Agency.objects.filter(slug=slug).update(order=place)
    return set(moved)


def _store_sectors(entries: dict[str, Content], summary: Summary) -> None:
    rows = {s.key: s for s in Sector.objects.all()}
    summary.left["sectors"] = sorted(rows.keys() - entries.keys())
    fresh = [Sector(key=k, content=e, **columns.sector_columns(e)) for k, e in entries.items() if k not in rows]
    Sector.objects.bulk_create(fresh, BATCH)
    changed = sum(_change_sector(rows[key], raw) for key, raw in entries.items() if key in rows)
    summary.sectors = Count(len(fresh), changed, len(entries) - len(fresh) - changed)


def _change_sector(row: Sector, raw: Content) -> bool:
    if raw in (row.content, columns.sector_content(row)):
        return False
    old, now = columns.sector_columns(row.content), columns.sector_values(row)
    for name, value in merged_columns(old, columns.sector_columns(raw), now).items():
        setattr(row, name, value)
    row.content = raw
    row.save()
    return True


def _store_lists(entries: dict[str, Any], summary: Summary) -> None:
    rows = {c.key: c for c in ChoiceList.objects.all()}
    summary.left["lists"] = sorted(rows.keys() - entries.keys())
    fresh = [ChoiceList(key=key, items=items) for key, items in entries.items() if key not in rows]
    changed = [rows[key] for key, items in entries.items() if key in rows and rows[key].items != items]
    for row in changed:
        row.items = entries[row.key]
    ChoiceList.objects.bulk_create(fresh, BATCH)
    ChoiceList.objects.bulk_update(changed, ["items"], BATCH)
    summary.lists = Count(len(fresh), len(changed), len(entries) - len(fresh) - len(changed))
