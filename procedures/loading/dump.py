"""Writes the tables as a catalogue folder; loading that folder changes nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from procedures.loading.columns import agency_content, sector_content
from procedures.loading.folder import PROCEDURES, Content
from procedures.models import Agency, CatalogueVersion, ChoiceList, Procedure, Sector

# Databases do not keep the order of keys; files are written in the one people read them in.
ORDER = (
    "agencies departments sectors lists code slug key value name label short_name title kind sector tier level "
    "parent identifier identifier_is_sample one_stop_name address phone email website hours order tiers "
    "checked as_of deciding_authority handling_office receiving_office subjects summary everyday_terms steps "
    "filing_methods documents originals copies amount unit same_day cutoff required condition when field "
    "equals in adds help choices choices_from default prefill show_when min max min_length max_length min_date "
    "max_date after_field template reference produced_by_form upload how number_of_sets time_limit "
    "free_of_charge fees exemption basis amount_checked variants result delivery items validity legal_basis "
    "number date requirements related former_codes later_codes note today form based_on official sections "
    "item_label min_items max_items fields active_from active_to successor"
).split()
_RANK = {key: place for place, key in enumerate(ORDER)}
_OURS = re.compile(r"\d\.\d{6}(-[a-z0-9-]*)?\.ya?ml", re.ASCII)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (_RANK.get(key, len(_RANK)), key))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


class _Dumper(yaml.CSafeDumper):
    """Writes repeated parts in full: people edit these files, and aliases are refused beyond a few."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_text(value: Any) -> str:
    text: str = yaml.dump(_ordered(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text


def documents() -> dict[str, Content]:
    """The files of the folder by name. Procedures that are closed or never published are left out."""
    rest: dict[str, Content] = CatalogueVersion.objects.values_list("rest", flat=True).filter(pk=1).first() or {}
    agencies = list(Agency.objects.select_related("parent", "successor"))
    of_department = [a.kind == Agency.Kind.DEPARTMENT for a in agencies]
    shared: dict[str, Content] = {
        "agencies.yaml": {
            "agencies": [agency_content(a) for a, inner in zip(agencies, of_department, strict=True) if not inner],
            "departments": [agency_content(a) for a, inner in zip(agencies, of_department, strict=True) if inner],
        },
        "sectors.yaml": {"sectors": [sector_content(s) for s in Sector.objects.all()]},
        "lists.yaml": {"lists": {c.key: c.items for c in ChoiceList.objects.order_by("pk")}},
    }
    files = {name: {**content, **rest.get(name, {})} for name, content in shared.items()}
    if rest.get("about.yaml"):
        files["about.yaml"] = rest["about.yaml"]
    return files | _procedures()


def _procedures() -> dict[str, Content]:
    rows = Procedure.objects.exclude(status=Procedure.Status.CLOSED).filter(published__isnull=False)
    contents = rows.order_by("code").values_list("code", "published__content")
    return {f"{PROCEDURES}/{code}-{content['slug']}.yaml": content for code, content in contents}


def stale_files(folder: Path, files: dict[str, Content]) -> list[Path]:
    """Procedure files of an earlier dump that this one does not write: loading them would bring them back."""
    inner = folder / PROCEDURES
    found = sorted(inner.iterdir()) if inner.is_dir() else []
    return [p for p in found if _OURS.fullmatch(p.name) and f"{PROCEDURES}/{p.name}" not in files]


def write(folder: Path, files: dict[str, Content]) -> list[Path]:
    """Writes the files and removes stale ones, which it returns. OSError when the disk says no."""
    (folder / PROCEDURES).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(yaml_text(content), encoding="utf-8")
    stale = stale_files(folder, files)
    for path in stale:
        path.unlink()
    return stale
