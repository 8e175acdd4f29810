"""How the columns of the catalogue's tables follow from the content of a folder, and back."""

from __future__ import annotations

import copy
import datetime
from typing import Any

from portal.lib.text import fold
from procedures.loading.folder import Content
from procedures.loading.shape import dicts
from procedures.models import Agency, Procedure, Sector

Columns = dict[str, Any]
Path = tuple[str, ...]

# column: where its value stands in the content. A department has no kind of its own.
AGENCY: dict[str, Path] = {
    "name": ("name",),
    "short_name": ("short_name",),
    "kind": ("kind",),
    "parent": ("parent",),
    "successor": ("successor",),
    "identifier": ("identifier",),
    "identifier_is_sample": ("identifier_is_sample",),
    "one_stop_name": ("one_stop_name",),
    "address": ("address",),
    "phone": ("phone",),
    "email": ("email",),
    "website": ("website",),
    "hours": ("hours",),
    "contact_checked": ("checked", "contact"),
    "active_from": ("active_from",),
    "active_to": ("active_to",),
}
SECTOR: dict[str, Path] = {"name": ("name",), "order": ("order",)}

_FLAGS = {"identifier_is_sample", "contact_checked"}
_DATES = {"active_from", "active_to"}
LINKS = {"parent", "successor"}


def _found(content: Content, path: Path) -> Any:
    value: Any = content
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _agency_column(name: str, value: Any) -> Any:
    if name in _FLAGS:
        return bool(value)
    if name in _DATES:
        return datetime.date.fromisoformat(value) if value else None
    if name in LINKS:
        return value or None
    if name == "kind":
        return value or Agency.Kind.DEPARTMENT.value
    return str(value) if value is not None else ""


def agency_columns(content: Content) -> Columns:
    """Parent and successor are slugs here; everything else is what the column holds."""
    return {name: _agency_column(name, _found(content, path)) for name, path in AGENCY.items()}


def agency_values(agency: Agency) -> Columns:
    """The same shape as agency_columns(), from the row."""
    values = {name: getattr(agency, name) for name in AGENCY}
    return values | {name: getattr(values[name], "slug", None) for name in LINKS}


def sector_columns(content: Content) -> Columns:
    return {"name": str(content.get("name") or ""), "order": int(content.get("order") or 0)}


def sector_values(sector: Sector) -> Columns:
    return {name: getattr(sector, name) for name in SECTOR}


def agency_content(agency: Agency) -> Content:
    """What a dump says of an agency: the content it was loaded with, and every column that was edited since."""
    content = agency.content or {"slug": agency.slug}
    return _written(content, AGENCY, agency_columns(content), agency_values(agency))


def sector_content(sector: Sector) -> Content:
    content = sector.content or {"key": sector.key}
    return _written(content, SECTOR, sector_columns(content), sector_values(sector))


def _put(content: Content, path: Path, value: Any) -> None:
    *outer, last = path
    for key in outer:
        if not isinstance(content.get(key), dict):
            content[key] = {}
        content = content[key]
    if value in ("", None):
        content.pop(last, None)
    else:
        content[last] = value.isoformat() if isinstance(value, datetime.date) else value


def _written(content: Content, paths: dict[str, Path], derived: Columns, values: Columns) -> Content:
    edited = [name for name in paths if values[name] != derived[name]]
    if not edited:
        return content
    result = copy.deepcopy(content)
    for name in edited:
        _put(result, paths[name], values[name])
    return result


# --- procedures ----------------------------------------------------------------------------------


def _lists_named_in(fields: Any) -> set[str]:
    names: set[str] = set()
    for _i, field in dicts(fields):
        if field.get("choices_from"):
            names.add(str(field["choices_from"]).removeprefix("lists."))
        names |= _lists_named_in(field.get("fields"))
    return names


def used_lists(content: Content, lists: dict[str, Any]) -> dict[str, Any]:
    """Only the shared lists that the form refers to: the rest must not make a new revision. Checked or not."""
    form = content.get("form")
    sections = dicts(form.get("sections")) if isinstance(form, dict) else []
    names: set[str] = set().union(*(_lists_named_in(section.get("fields")) for _i, section in sections))
    return {name: lists[name] for name in sorted(names) if name in lists}


def search_text(content: Content, sector: Sector) -> str:
    """What a plain database search of staff looks through: folded, in the order of weight."""
    parts = [content["code"], *(content.get("former_codes") or ()), *(content.get("later_codes") or ())]
    parts += [content.get("short_name") or "", content["name"], *(content.get("everyday_terms") or ())]
    parts += [sector.name, content.get("summary") or ""]
    return fold("\n".join(str(p) for p in parts if p))


def procedure_columns(content: Content, sector: Sector) -> Columns:
    """The columns of a procedure beside code and status."""
    return {
        "slug": str(content["slug"]),
        "name": str(content["name"]),
        "short_name": str(content.get("short_name") or content["name"]),
        "sector_id": sector.pk,
        "tier": content["tier"],
        "level": content["level"],
        "search_text": search_text(content, sector),
    }


PROCEDURE = ["slug", "name", "short_name", "sector_id", "tier", "level", "search_text"]
assert all(hasattr(Procedure, name) for name in PROCEDURE)
