"""From a checked document to its dataclasses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from procedures.spec.model import (
    Choice,
    Condition,
    Document,
    Fee,
    Field,
    FormSpec,
    Kinds,
    LegalBasis,
    ProcedureSpec,
    Section,
    TimeLimit,
    Variant,
    plain,
)


def _kinds(fields: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(f["key"]): str(f["kind"]) for f in fields}


def _condition(raw: Mapping[str, Any] | None, kinds: Kinds) -> Condition | None:
    """`kinds` of the questions that it may look at."""
    if not raw:
        return None
    name, wanted = str(raw["field"]), raw["in"] if raw.get("in") is not None else [raw.get("equals")]
    absent = "false" if kinds.get(name) == "checkbox" else ""
    return Condition(field=name, values=tuple(plain(w) for w in wanted), absent=absent)


def list_choices(items: list[Mapping[str, Any]]) -> tuple[Choice, ...]:
    """Lists write their entries as value/label or code/name."""
    return tuple(Choice(str(i.get("value", i.get("code"))), str(i.get("label", i.get("name")))) for i in items)


def _choices(raw: Mapping[str, Any], lists: Mapping[str, Any]) -> tuple[Choice, ...]:
    if raw.get("choices"):
        return list_choices(raw["choices"])
    name = str(raw.get("choices_from") or "").removeprefix("lists.")
    return list_choices(lists.get(name, [])) if name else ()


_SAME = "default min max min_length max_length".split()
_TEXT = "help prefill min_date max_date after_field item_label".split()


def _field(raw: Mapping[str, Any], lists: Mapping[str, Any], kinds: Kinds) -> Field:
    inner = raw.get("fields") or ()
    extra: dict[str, Any] = {name: raw[name] for name in _SAME if raw.get(name) is not None}
    extra |= {name: str(raw[name]) for name in _TEXT if raw.get(name)}
    extra |= {name: int(raw[name]) for name in ("min_items", "max_items") if raw.get(name) is not None}
    return Field(
        key=str(raw["key"]),
        label=str(raw["label"]),
        kind=str(raw["kind"]),
        required=bool(raw.get("required")),
        choices=_choices(raw, lists),
        show_when=_condition(raw.get("show_when"), kinds),
        fields=tuple(_field(g, lists, {**kinds, **_kinds(inner)}) for g in inner),
        **extra,
    )


def _form_kinds(raw: Mapping[str, Any] | None) -> dict[str, str]:
    return _kinds(f for section in (raw or {}).get("sections") or () for f in section["fields"])


def _form(raw: Mapping[str, Any], lists: Mapping[str, Any]) -> FormSpec:
    kinds = _form_kinds(raw)
    return FormSpec(
        title=str(raw.get("title", "")),
        based_on=str(raw.get("based_on") or ""),
        official=bool(raw.get("official")),
        sections=tuple(
            Section(str(s["key"]), str(s["title"]), tuple(_field(f, lists, kinds) for f in s["fields"]))
            for s in raw["sections"]
        ),
    )


def _document(raw: Mapping[str, Any], kinds: Kinds) -> Document:
    template = raw.get("template") or {}
    return Document(
        key=str(raw["key"]),
        name=str(raw["name"]),
        originals=int(raw.get("originals") or 0),
        copies=int(raw.get("copies") or 0),
        required=bool(raw.get("required")),
        condition=str(raw.get("condition") or ""),
        when=_condition(raw.get("when"), kinds),
        how=str(raw.get("how") or "submit"),
        template_name=str(template.get("name") or ""),
        template_reference=str(template.get("reference") or ""),
        produced_by_form=bool(raw.get("produced_by_form")),
        upload=bool(raw.get("upload")),
        note=str(raw.get("note") or ""),
    )


def _time_limit(raw: Mapping[str, Any], kinds: Kinds) -> TimeLimit:
    return TimeLimit(
        value=int(raw["value"]),
        unit=str(raw["unit"]),
        same_day=bool(raw.get("same_day")),
        cutoff=str(raw.get("cutoff") or ""),
        checked=bool(raw.get("checked")),
        note=str(raw.get("note") or ""),
        variants=tuple(
            Variant(
                condition=str(v.get("condition") or ""),
                value=int(v["value"]),
                unit=str(v["unit"]),
                adds=bool(v.get("adds")),
                when=_condition(v.get("when"), kinds),
            )
            for v in raw.get("variants") or ()
        ),
    )


def _fee(raw: Mapping[str, Any], kinds: Kinds) -> Fee:
    amount = raw.get("amount")
    return Fee(
        kind=str(raw["kind"]),
        name=str(raw["name"]),
        amount=None if amount is None else int(amount),
        unit=str(raw.get("unit") or ""),
        condition=str(raw.get("condition") or ""),
        when=_condition(raw.get("when"), kinds),
        exemption=str(raw.get("exemption") or ""),
        basis=str(raw.get("basis") or ""),
        amount_checked=bool(raw.get("amount_checked")),
        note=str(raw.get("note") or ""),
    )


_WORDS = "as_of deciding_authority handling_office receiving_office summary note".split()
_LISTS = "subjects everyday_terms steps filing_methods requirements related former_codes later_codes".split()


def build(content: Mapping[str, Any], lists: Mapping[str, Any]) -> ProcedureSpec:
    """The dataclasses of a document that check() found clean; KeyError or ValueError on one that is not."""
    result, kinds = content.get("result") or {}, _form_kinds(content.get("form"))
    extra: dict[str, Any] = {name: str(content.get(name) or "") for name in _WORDS}
    extra |= {name: tuple(str(x) for x in content.get(name) or ()) for name in _LISTS}
    return ProcedureSpec(
        code=str(content["code"]),
        slug=str(content["slug"]),
        name=str(content["name"]),
        short_name=str(content.get("short_name") or content["name"]),
        sector=str(content["sector"]),
        tier=str(content["tier"]),
        level=int(content["level"]),
        checked=bool(content.get("checked")),
        documents=tuple(_document(d, kinds) for d in content.get("documents") or ()),
        number_of_sets=int(content.get("number_of_sets") or 1),
        time_limit=_time_limit(content["time_limit"], kinds),
        free_of_charge=bool(content.get("free_of_charge")),
        fees=tuple(_fee(f, kinds) for f in content.get("fees") or ()),
        result_name=str(result.get("name") or ""),
        result_delivery=tuple(result.get("delivery") or ()),
        result_items=tuple(result.get("items") or ()),
        result_validity=str(result.get("validity") or ""),
        legal_basis=tuple(
            LegalBasis(str(b["number"]), str(b.get("title") or ""), str(b.get("date") or ""))
            for b in content.get("legal_basis") or ()
        ),
        today=dict(content.get("today") or {}),
        form=_form(content["form"], lists) if content.get("form") else None,
        **extra,
    )
