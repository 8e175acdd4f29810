"""The town that lives the year: the shipped catalogue with its agencies, staff, and the procedures people ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command

from procedures.models import Agency, Procedure, ProcedureRevision
from procedures.spec import ProcedureSpec
from submissions import rules
from submissions.filing.checking import fee_lines
from submissions.management.demo import staff
from submissions.models import Officer
from submissions.rules import Actor, is_needed_on_paper
from tests.factories import ProcedureFactory, document

CATALOGUE = Path(__file__).resolve().parents[3] / "procedures" / "catalogue" / "hong-linh"
# Code, how often people ask for it beside the others, and what they may answer that changes its time limit.
SHIPPED: tuple[tuple[str, int, tuple[dict[str, Any], ...]], ...] = (
    ("1.001193", 14, ({},)),  # same day, cut-off at 15:00
    ("1.000656", 6, ({},)),
    ("2.000635", 10, ({},)),
    ("1.000894", 6, ({},)),  # same day, no cut-off
    ("1.004873", 8, ({},)),
    ("2.000942", 6, ({},)),
    ("1.005092", 5, ({"issued_before_1997": "khong"}, {"issued_before_1997": "co"})),
    ("1.001612", 8, ({},)),
    ("2.000575", 4, ({},)),
    ("2.001884", 3, ({},)),
    ("1.000831", 3, ({},)),
    ("1.000798", 3, ({},)),
    ("1.008455", 3, ({},)),  # calendar days
    ("1.010723", 2, ({"waste_to_service": "khong"}, {"waste_to_service": "co"})),
    ("1.013225", 4, ({"works_kind": "nha_o_rieng_le"}, {"works_kind": "cong_trinh"})),
)
WHERE = ({"birth_place": "here"}, {"birth_place": "elsewhere"})
AWAY = {"condition": "Phải xác minh ở nơi khác", "when": {"field": "birth_place", "equals": "elsewhere"}}
# What the shipped procedures do not have: limits in hours, a longer limit that takes the place of the same day.
OWN: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("9.800001", "ward", 3, {"value": 4, "unit": "hour"}),
    ("9.800002", "town", 3, {"value": 24, "unit": "hour"}),
    ("9.800003", "ward", 4, {"value": 5, "unit": "working_day",
                             "variants": [{**AWAY, "value": 3, "unit": "working_day", "adds": True}]}),
    ("9.800004", "town", 3, {"value": 1, "unit": "working_day", "same_day": True, "cutoff": "15:00",
                             "variants": [{**AWAY, "value": 3, "unit": "working_day", "adds": False}]}),
    ("9.800005", "ward", 3, {"value": 10, "unit": "calendar_day",
                             "variants": [{**AWAY, "value": 2, "unit": "working_day", "adds": True}]}),
)  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """An agency that takes filings and the people who work there."""

    agency: Agency
    reception: Actor
    specialist: Actor
    leader: Actor


@dataclass(frozen=True)
class Kind:
    """A procedure with what its filings need."""

    procedure: Procedure
    revision: ProcedureRevision
    weight: int
    answers: tuple[dict[str, Any], ...]

    @property
    def spec(self) -> ProcedureSpec:
        return self.revision.spec

    def fees(self, answers: dict[str, Any]) -> list[dict[str, Any]]:
        return fee_lines(self.spec, answers)

    def papers(self, answers: dict[str, Any]) -> list[dict[str, Any]]:
        """Ticks for everything that must be there when it comes on paper."""
        return [{"key": d.key, "copies": 1} for d in self.spec.documents if is_needed_on_paper(d, answers)]

    @property
    def field_key(self) -> str:
        """A question that may be asked again."""
        assert self.spec.form is not None
        return next(f.key for f in self.spec.form.fields() if f.kind in ("text", "person_name"))

    @property
    def document_key(self) -> str:
        return self.spec.documents[0].key


@dataclass
class Town:
    desks: dict[str, list[Desk]] = field(default_factory=dict)  # by tier
    kinds: list[Kind] = field(default_factory=list)

    def all_desks(self) -> list[Desk]:
        return [desk for desks in self.desks.values() for desk in desks]

    def desk(self, slug: str) -> Desk:
        return next(d for d in self.all_desks() if d.agency.slug == slug)


def build() -> Town:
    """Loads the catalogue where it is not there yet, makes the staff, publishes the further procedures."""
    if not Agency.objects.exists():
        call_command("load_catalogue", str(CATALOGUE), verbosity=0)
    staff.create("mat-khau-thu-nghiem")
    for code, tier, _weight, limit in OWN:
        content = document(time_limit={**limit, "checked": True})
        ProcedureFactory(code=code, tier=tier, name=f"Thủ tục thử {code}", short_name=f"Thử {code}", content=content)
    town = Town(kinds=[*_shipped(), *_own()])
    for place in staff.places():
        actors = {word: _actor(f"{word}-{place.word}") for word in staff.DESK}
        desk = Desk(place.office, actors["motcua"], actors["chuyenmon"], actors["lanhdao"])
        town.desks.setdefault(str(place.office.tier), []).append(desk)
    return town


def _shipped() -> list[Kind]:
    return [_kind(code, weight, answers) for code, weight, answers in SHIPPED]


def _own() -> list[Kind]:
    return [_kind(code, weight, WHERE) for code, _tier, weight, _limit in OWN]


def _kind(code: str, weight: int, answers: tuple[dict[str, Any], ...]) -> Kind:
    procedure = Procedure.objects.select_related("published", "sector").get(code=code)
    assert procedure.published is not None
    return Kind(procedure, procedure.published, weight, answers)


def _actor(username: str) -> Actor:
    return rules.officer_actor(Officer.objects.select_related("agency", "user").get(user__username=username))
