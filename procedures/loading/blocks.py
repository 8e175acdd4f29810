"""The blocks of the catalogue's files, as the contract lists them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from procedures import spec
from procedures.loading.problems import Problems
from procedures.loading.shape import (
    CODE,
    SLUG,
    Block,
    Rule,
    anything,
    clock,
    date_word,
    flag,
    iso_date,
    key_name,
    list_of,
    loose_text,
    mapping,
    matching,
    number,
    one_of,
    section_name,
    slug,
    text,
    up_to,
    whole,
)
from procedures.models import Agency, Procedure, Sector, Tier

FEE_KINDS = ("phi", "le_phi")
HOW = ("submit", "show")
AGENCY_KINDS = [k for k in Agency.Kind.values if k != Agency.Kind.DEPARTMENT]


def column(model: Any, name: str) -> Rule:
    """Text no longer than the column it goes to."""
    return up_to(model._meta.get_field(name).max_length)


def _email(value: Any, problems: Problems) -> None:
    try:
        validate_email(value if isinstance(value, str) else "")
    except ValidationError:
        problems.add(_("Không phải địa chỉ thư điện tử. Hãy viết dạng ten@noi.vn."))


def _marks(value: Any, problems: Problems) -> None:
    if not isinstance(value, (bool, dict)):
        problems.add(_("Phải là true, false hoặc khối name_code, contact."))


def _scalar(value: Any, problems: Problems) -> None:
    if isinstance(value, (dict, list)):
        problems.add(_("Phải là một giá trị, không phải danh sách hay khối."))


def choice_value(value: Any, problems: Problems) -> None:
    if isinstance(value, bool):
        problems.add(_("YAML hiểu chữ này là true/false. Hãy đặt trong dấu nháy, ví dụ 'yes', 'no'."))
    elif not isinstance(value, (str, int)) or value == "":
        problems.add(_("Phải là chữ hoặc số nguyên, không để trống."))


# --- shared files --------------------------------------------------------------------------------

_agency_texts = "short_name identifier one_stop_name address phone website hours".split()
_agency_optional: dict[str, Rule] = {
    **{name: column(Agency, name) for name in _agency_texts},
    "parent": slug,
    "successor": slug,
    "identifier_is_sample": flag,
    "email": _email,
    "checked": _marks,
    "active_from": iso_date,
    "active_to": iso_date,
}
AGENCY = Block({"slug": slug, "name": column(Agency, "name"), "kind": one_of(AGENCY_KINDS)}, _agency_optional)
DEPARTMENT = Block(
    {"slug": slug, "name": column(Agency, "name"), "parent": slug},
    {**_agency_optional, "kind": one_of([Agency.Kind.DEPARTMENT.value])},
)
SECTOR = Block(
    {"key": key_name, "name": column(Sector, "name")},
    {"order": whole(0, 30_000), "tiers": list_of(one_of(Tier.values))},
)

# --- forms ---------------------------------------------------------------------------------------

CONDITION = Block({"field": text}, {"equals": _scalar, "in": list_of(_scalar, least=1)})
CHOICE = Block({"value": choice_value, "label": text}, {})
FIELD = Block(
    {"key": key_name, "label": text, "kind": one_of(spec.KINDS)},
    {
        "required": flag,
        "help": loose_text,
        "choices": list_of(CHOICE, least=1),
        "choices_from": text,
        "default": anything,
        "prefill": loose_text,
        "show_when": CONDITION,
        "min": number,
        "max": number,
        "min_length": whole(0, 100_000),
        "max_length": whole(1, 100_000),
        "min_date": date_word,
        "max_date": date_word,
        "after_field": text,
        "fields": anything,  # checked where a repeat is checked, with the same block
        "min_items": whole(0, 500),
        "max_items": whole(1, 500),
        "item_label": loose_text,
    },
)
SECTION = Block({"key": section_name, "title": text, "fields": anything}, {})
FORM = Block(
    {"sections": anything},
    {"title": loose_text, "based_on": loose_text, "official": flag},
)

# --- procedures ----------------------------------------------------------------------------------

DOCUMENT = Block(
    {"key": key_name, "name": text},
    {
        "originals": whole(0, 100),
        "copies": whole(0, 100),
        "required": flag,
        "condition": loose_text,
        "when": CONDITION,
        "how": one_of(HOW),
        "template": Block({}, {"name": loose_text, "reference": loose_text}),
        "produced_by_form": flag,
        "upload": flag,
        "note": loose_text,
    },
)
VARIANT = Block(
    {"value": whole(0, 3650), "unit": one_of(spec.UNITS)},
    {"condition": loose_text, "when": CONDITION, "adds": flag},
)
TIME_LIMIT = Block(
    {"value": whole(0, 3650), "unit": one_of(spec.UNITS)},
    {"same_day": flag, "cutoff": clock, "variants": list_of(VARIANT), "checked": flag, "note": loose_text},
)
FEE = Block(
    {"kind": one_of(FEE_KINDS), "name": text},
    {
        "amount": whole(0, 10**12),
        "unit": loose_text,
        "condition": loose_text,
        "when": CONDITION,
        "exemption": loose_text,
        "basis": loose_text,
        "amount_checked": flag,
        "note": loose_text,
    },
)
RESULT = Block(
    {},
    {
        "name": loose_text,
        "delivery": list_of(text),
        "items": list_of(Block({"name": text}, {"code": loose_text, "valid_months": whole(0, 1200)})),
        "validity": loose_text,
    },
)
LEGAL_BASIS = Block({"number": text}, {"title": loose_text, "date": iso_date})

_texts = "deciding_authority handling_office receiving_office summary note".split()
_lists = "subjects everyday_terms steps filing_methods requirements related former_codes later_codes".split()
PROCEDURE = Block(
    {
        "code": matching(CODE, "1.001193"),
        "slug": matching(SLUG, "dang-ky-khai-sinh", 150),
        "name": column(Procedure, "name"),
        "sector": text,
        "tier": one_of(Tier.values),
        "level": whole(1, 4),
        "time_limit": TIME_LIMIT,
    },
    {
        **dict.fromkeys(_texts, loose_text),
        **dict.fromkeys(_lists, list_of(text)),
        "short_name": column(Procedure, "short_name"),
        "checked": flag,
        "as_of": iso_date,
        "documents": list_of(DOCUMENT),
        "number_of_sets": whole(1, 100),
        "free_of_charge": flag,
        "fees": list_of(FEE),
        "result": RESULT,
        "legal_basis": list_of(LEGAL_BASIS),
        "today": mapping,
        "form": anything,  # checked by itself
    },
)
