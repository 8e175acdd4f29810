"""The dataclasses of a document."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
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


def plain(value: Any) -> str:
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
        return any(plain(item) in self.values for item in items)


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
