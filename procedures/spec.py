"""The catalogue document of a procedure as frozen dataclasses: the one shape behind every page, form and paper.

`read()` turns a plain dictionary into a ProcedureSpec and collects every problem; `parsed()` is for content that
was checked before it was stored. Nothing here knows Django.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "text multiline integer decimal money date year email phone id_number tax_code person_name address "
    "choice multichoice checkbox file repeat"
).split()
UNITS = ("working_day", "calendar_day", "hour")

Answers = Mapping[str, Any]
Kinds = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


def _plain(value: Any) -> str:
    """Conditions compare text; an unticked or absent checkbox is "false"."""
    if value is True:
        return "true"
    if value is False or value is None:
        return "false"
    return str(value)


@dataclass(frozen=True)
class Condition:
    """Holds when the named answer is (or, for several choices, contains) one of the values.

    `absent` is what no answer counts as: "false" for a box, nothing for a choice (one may be called "false").
    """

    field: str
    values: tuple[str, ...]
    absent: str = "false"

    def holds(self, answers: Answers) -> bool:
        given = answers.get(self.field)
        if given is None:
            return self.absent in self.values
        items = given if isinstance(given, (list, tuple)) else [given]
        return any(_plain(item) in self.values for item in items)


@dataclass(frozen=True)
class Field:
    key: str
    label: str
    kind: str
    required: bool = False
    help: str = ""
    choices: tuple[Choice, ...] = ()
    default: Any = None
    prefill: str = ""
    show_when: Condition | None = None
    min: int | float | None = None
    max: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_date: str = ""
    max_date: str = ""
    after_field: str = ""
    fields: tuple[Field, ...] = ()
    min_items: int = 0
    max_items: int = 20
    item_label: str = ""

    @functools.cached_property
    def _hash(self) -> int:
        return hash((self.key, self.label, self.kind, self.choices, self.fields))

    def __hash__(self) -> int:
        """Worked out once: forms keep what they make of a field, and some fields have two hundred choices."""
        return self._hash

    def label_of(self, value: Any) -> str:
        """The words of a choice; the value itself when the list does not know it."""
        return next((c.label for c in self.choices if c.value == value), str(value))


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class FormSpec:
    title: str
    sections: tuple[Section, ...]
    based_on: str = ""
    official: bool = False

    def fields(self) -> Iterator[Field]:
        for section in self.sections:
            yield from section.fields

    def field(self, key: str) -> Field | None:
        return next((f for f in self.fields() if f.key == key), None)


@dataclass(frozen=True)
class Document:
    """A paper of the dossier (thành phần hồ sơ)."""

    key: str
    name: str
    originals: int = 0
    copies: int = 0
    required: bool = False
    condition: str = ""
    when: Condition | None = None
    how: str = "submit"
    template_name: str = ""
    template_reference: str = ""
    produced_by_form: bool = False
    upload: bool = False
    note: str = ""

    def is_needed(self, answers: Answers) -> bool:
        """Must it be attached online, given the answers? Papers to show may be attached but need not."""
        if not self.upload or self.how != "submit" or self.produced_by_form:
            return False
        return self.required or (self.when is not None and self.when.holds(answers))

    def may_attach(self) -> bool:
        return self.upload and not self.produced_by_form


@dataclass(frozen=True)
class Variant:
    condition: str
    value: int
    unit: str
    adds: bool = False
    when: Condition | None = None


@dataclass(frozen=True)
class TimeLimit:
    value: int
    unit: str
    same_day: bool = False
    cutoff: str = ""
    checked: bool = False
    note: str = ""
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True)
class Fee:
    """An amount in whole đồng; None means that the officer sets it."""

    kind: str
    name: str
    amount: int | None
    unit: str = ""
    condition: str = ""
    when: Condition | None = None
    exemption: str = ""
    basis: str = ""
    amount_checked: bool = False
    note: str = ""


@dataclass(frozen=True)
class LegalBasis:
    number: str
    title: str
    date: str = ""


@dataclass(frozen=True)
class ProcedureSpec:
    code: str
    slug: str
    name: str
    short_name: str
    sector: str
    tier: str
    level: int
    checked: bool = False
    as_of: str = ""
    deciding_authority: str = ""
    handling_office: str = ""
    receiving_office: str = ""
    subjects: tuple[str, ...] = ()
    summary: str = ""
    everyday_terms: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    filing_methods: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    number_of_sets: int = 1
    time_limit: TimeLimit = TimeLimit(value=0, unit="working_day")
    free_of_charge: bool = False
    fees: tuple[Fee, ...] = ()
    result_name: str = ""
    result_delivery: tuple[str, ...] = ()
    result_items: tuple[Mapping[str, Any], ...] = ()
    result_validity: str = ""
    legal_basis: tuple[LegalBasis, ...] = ()
    requirements: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    former_codes: tuple[str, ...] = ()
    later_codes: tuple[str, ...] = ()
    note: str = ""
    today: Mapping[str, Any] = field(default_factory=dict)
    form: FormSpec | None = None

    def document(self, key: str) -> Document | None:
        return next((d for d in self.documents if d.key == key), None)

    @property
    def form_documents(self) -> tuple[Document, ...]:
        """The papers that the declaration form produces."""
        return tuple(d for d in self.documents if d.produced_by_form) if self.form else ()

    @property
    def is_free(self) -> bool:
        return self.free_of_charge or not self.fees


# --- visibility ----------------------------------------------------------------------------------


def visible_fields(fields: tuple[Field, ...], answers: Answers, outer: Answers | None = None) -> list[Field]:
    """The fields that are asked, given the answers. A hidden field counts as unanswered for the conditions after it.

    `outer` holds the answers around a repeat's row; the row's own answers come first.
    """
    known: dict[str, Any] = dict(outer or {})
    shown = []
    for f in fields:
        if f.show_when is None or f.show_when.holds(known):
            shown.append(f)
            known[f.key] = answers.get(f.key)
        else:
            known.pop(f.key, None)
    return shown


def visible_form(form: FormSpec, answers: Answers) -> list[tuple[Section, list[Field]]]:
    """Sections with the fields that are asked; conditions may reach back into earlier sections."""
    result = []
    known: dict[str, Any] = {}
    for section in form.sections:
        shown = visible_fields(section.fields, answers, known)
        known.update({f.key: answers.get(f.key) for f in shown})
        result.append((section, shown))
    return result


def visible_answers(form: FormSpec, answers: Answers) -> dict[str, Any]:
    """Only the answers of fields that are asked: what may be stored, shown, printed and exported."""
    kept: dict[str, Any] = {}
    for _section, shown in visible_form(form, answers):
        for f in shown:
            if f.key not in answers:
                continue
            value = answers[f.key]
            if f.kind == "repeat":
                value = [_visible_row(f, row, kept) for row in value or []]
            kept[f.key] = value
    return kept


def _visible_row(repeat: Field, row: Answers, outer: Answers) -> dict[str, Any]:
    return {g.key: row[g.key] for g in visible_fields(repeat.fields, row, outer) if g.key in row}


# --- building ------------------------------------------------------------------------------------


def _kinds(fields: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(f["key"]): str(f["kind"]) for f in fields}


def _condition(raw: Mapping[str, Any] | None, kinds: Kinds) -> Condition | None:
    """`kinds` of the questions that it may look at."""
    if not raw:
        return None
    name, wanted = str(raw["field"]), raw["in"] if raw.get("in") is not None else [raw.get("equals")]
    absent = "false" if kinds.get(name) == "checkbox" else ""
    return Condition(field=name, values=tuple(_plain(w) for w in wanted), absent=absent)


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


def digest(content: Mapping[str, Any], lists: Mapping[str, Any]) -> str:
    """The same document always has the same digest, whatever the order of its keys."""
    canonical = json.dumps([content, lists], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


Load = Callable[[], tuple[Mapping[str, Any], Mapping[str, Any]]]


class _Kept:
    """What loads a document, carried past lru_cache, which must only look at the digest."""

    def __init__(self, key: str, load: Load) -> None:
        self.key, self.load = key, load

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.key == other.key


@functools.lru_cache(maxsize=256)
def _parsed(kept: _Kept) -> ProcedureSpec:
    return build(*kept.load())


def parsed(key: str, load: Load) -> ProcedureSpec:
    """build() of what `load` returns, remembered by digest: a document with the same digest never changes."""
    kept = _Kept(key, load)
    try:
        return _parsed(kept)
    finally:
        del kept.load  # the key may live on in the cache; the row behind it need not
