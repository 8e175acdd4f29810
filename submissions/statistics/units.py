"""Whose figures stand together: the town with its centre and departments (decision 004), and each ward."""

from __future__ import annotations

from dataclasses import dataclass

from procedures.models import Agency


@dataclass(frozen=True)
class Unit:
    agency: Agency
    keys: frozenset[int]


def _head(agency: Agency, by_key: dict[int, Agency]) -> Agency:
    """The unit that answers for it: a town or ward itself, the town of a centre or department."""
    above = by_key.get(agency.parent_id or 0)
    return agency if agency.tier is not None or above is None or above.tier is None else above


def units() -> list[Unit]:
    """Every unit, dissolved ones too, in the order of the catalogue. One query."""
    agencies = list(Agency.objects.defer("content"))
    by_key = {a.pk: a for a in agencies}
    keys: dict[int, set[int]] = {}
    for agency in agencies:
        keys.setdefault(_head(agency, by_key).pk, set()).add(agency.pk)
    return [Unit(a, frozenset(keys[a.pk])) for a in agencies if a.pk in keys]


def unit_of(agency: Agency) -> Unit:
    """The unit that an agency belongs to. One query."""
    return next(unit for unit in units() if agency.pk in unit.keys)
