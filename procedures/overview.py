"""One procedure in the words and parts of its public page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procedures import blank_forms, hours, listing, wording
from procedures.models import Procedure
from procedures.spec import Document, Fee, ProcedureSpec


@dataclass(frozen=True)
class Link:
    label: Any
    url: str


@dataclass(frozen=True)
class Paper:
    """A paper of the dossier with its blank form, when the procedure's own form prints it."""

    document: Document
    blanks: tuple[Link, ...]

    @property
    def copies(self) -> str:
        return wording.copies(self.document)

    @property
    def needed(self) -> str:
        return wording.needed(self.document)


@dataclass(frozen=True)
class FeeLine:
    fee: Fee
    kind: str
    amount: str

    @property
    def is_sample(self) -> bool:
        """An amount that nobody has compared with the decision that sets it."""
        return self.fee.amount is not None and not self.fee.amount_checked


@dataclass(frozen=True)
class Overview:
    procedure: Procedure
    spec: ProcedureSpec
    offices: list[listing.Office]
    today: datetime.date

    @cached_property
    def related(self) -> list[Procedure]:
        return listing.related(self.procedure)

    @property
    def level(self) -> wording.Level:
        return wording.LEVELS[self.spec.level]

    @property
    def has_active_office(self) -> bool:
        return any(o.is_active for o in self.offices)

    @property
    def takes_filings(self) -> bool:
        return self.procedure.takes_filings and self.has_active_office

    @property
    def is_paused(self) -> bool:
        return self.procedure.status == Procedure.Status.PAUSED

    @property
    def is_closed(self) -> bool:
        return self.procedure.status == Procedure.Status.CLOSED

    @property
    def gone_offices(self) -> list[listing.Office]:
        return [o for o in self.offices if not o.is_active]

    @cached_property
    def _hours(self) -> dict[int, hours.Hours]:
        return hours.of_desks([o.desk for o in self.offices], self.today)

    @property
    def desks(self) -> list[tuple[listing.Office, hours.Hours]]:
        """Every office with the hours of its desk. One query, the first time."""
        return [(o, self._hours[o.desk.pk]) for o in self.offices]

    @property
    def shared_hours(self) -> hours.Hours | None:
        """No desk that is open has hours of its own: those of all are said once."""
        open_ = [said for office, said in self.desks if office.is_active]
        return open_[0] if open_ and not any(said.is_own for said in open_) else None

    @cached_property
    def papers(self) -> list[Paper]:
        with_blank = blank_forms.keys(self.spec)
        return [
            Paper(d, blank_links(self.spec.code, d.key) if d.key in with_blank else ()) for d in self.spec.documents
        ]

    @property
    def loose_blanks(self) -> tuple[Link, ...]:
        """The blank form when no paper of the dossier stands for it."""
        keys = blank_forms.keys(self.spec)
        return blank_links(self.spec.code, keys[0]) if keys == [blank_forms.FORM_KEY] else ()

    @cached_property
    def action(self) -> Link | None:
        """The one main button: what a person can do here and now."""
        if self.is_closed:
            return None
        if self.takes_filings:
            return Link(_("Nộp hồ sơ trực tuyến"), reverse("filing-start", args=[self.spec.code]))
        return self.fill_and_print or Link(_("Xem nơi nộp"), "#noi-nop")

    @cached_property
    def fill_and_print(self) -> Link | None:
        """The form that is filled in here and handed in on paper."""
        if self.is_closed or not blank_forms.keys(self.spec):
            return None
        return Link(_("Điền và in tờ khai"), reverse("declaration", args=[self.spec.code]))

    @cached_property
    def fees(self) -> list[FeeLine]:
        return [FeeLine(f, str(wording.FEE_KINDS[f.kind]), wording.amount(f)) for f in self.spec.fees]

    @property
    def has_amounts(self) -> bool:
        """Is there anything to pay, or to ask about?"""
        return not self.spec.free_of_charge and any(f.amount != 0 for f in self.spec.fees)

    @property
    def time_limit(self) -> str:
        return wording.time_limit(self.spec.time_limit)

    @cached_property
    def variants(self) -> list[dict[str, str]]:
        return wording.variants(self.spec.time_limit)

    @property
    def methods(self) -> list[str]:
        return wording.named(self.spec.filing_methods, wording.METHODS)

    @property
    def deliveries(self) -> list[str]:
        return wording.named(self.spec.result_delivery, wording.DELIVERIES)

    @property
    def subjects(self) -> list[str]:
        return wording.named(self.spec.subjects, wording.SUBJECTS)

    @property
    def as_of(self) -> str:
        return wording.plain_date(self.spec.as_of)

    @property
    def legal_basis(self) -> list[dict[str, str]]:
        return [
            {"number": b.number, "title": b.title, "date": wording.plain_date(b.date)} for b in self.spec.legal_basis
        ]


def blank_links(code: str, key: str) -> tuple[Link, ...]:
    return tuple(
        Link(label, reverse("blank-form", args=[code, key, extension]))
        for label, extension in ((_("Tải mẫu PDF để in"), "pdf"), (_("Tải mẫu Word để gõ"), "docx"))
    )


def of(procedure: Procedure, today: datetime.date) -> Overview:
    """One query for the offices; one more for their hours and one for related procedures, when they are shown."""
    return Overview(
        procedure=procedure,
        spec=procedure.spec,
        offices=listing.offices(procedure.tier, today),
        today=today,
    )
