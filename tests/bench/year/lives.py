"""What happens to one submission: each life is a generator that does its next acts and yields when it goes on.

The generator resumes with the clock standing at the moment that it asked for. Acts go through submissions.workflow.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from payments import billing
from payments.states import Money
from submissions import ratings, rules, workflow
from submissions.errors import SubmissionError
from submissions.models import Submission
from submissions.rules import Actor
from submissions.states import CLOCK_STATES
from tests.bench.year.almanac import DAY, ZONE, Almanac, moment
from tests.bench.year.announcements import LAST_DAY
from tests.bench.year.town import Desk, Kind, Town

Moments = Iterator[datetime.datetime]
Channel = Submission.Channel
NAMES = ("Nguyễn Văn Bình", "Trần Thị Ánh", "Lê Đức Thắng", "Phạm Thị Hồng", "Đặng Quốc Việt", "Võ Thị Mơ")
# Moments at which a mistake about days would show.
EDGES = ("00:00", "00:01", "06:59", "11:30", "14:59", "15:00", "15:01", "16:59", "17:01", "23:59")
OFFICE = ("07:30", "08:10", "09:00", "09:45", "10:30", "11:20", "13:40", "14:30", "14:59", "15:00", "15:30", "16:40")


@dataclass
class Ledger:
    """What was done, counted by the generator itself, and what the desk rightly refused."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


@dataclass
class World:
    """What all lives share."""

    town: Town
    almanac: Almanac
    ledger: Ledger

    @property
    def now(self) -> datetime.datetime:
        return datetime.datetime.now(ZONE)


class Life:
    """One submission from its filing to wherever the year leaves it."""

    def __init__(self, world: World, number: int, seed: str, filed_at: datetime.datetime) -> None:
        self.world, self.number, self.filed_at = world, number, filed_at
        self.rng = random.Random(f"{seed}-{number}")
        kinds = world.town.kinds
        self.kind: Kind = self.rng.choices(kinds, [k.weight for k in kinds])[0]
        self.desk: Desk = self.rng.choice(world.town.desks[self.kind.procedure.tier])
        self.answers = dict(self.rng.choice(self.kind.answers))
        self.pk = 0
        self.person = rules.citizen(NAMES[number % len(NAMES)])

    # --- helpers ---------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def do(self, verb: str, by: Actor, **words: Any) -> bool:
        """One act through the workflow; a refusal is counted and ends the life there."""
        try:
            getattr(workflow, verb)(self.pk, by=by, **words)
        except SubmissionError as problem:
            self.world.ledger.refused[f"{verb}: {problem}"] += 1
            return False
        self.world.ledger.done[verb] += 1
        return True

    def row(self) -> Submission:
        """What an officer sees before deciding."""
        columns = ("state", "due_on", "extended_at", "asked_at", "rounds", "received_at")
        return Submission.objects.only(*columns).get(pk=self.pk)

    def works(self, day: datetime.date) -> bool:
        return self.world.almanac.now.works(self.desk.agency.pk, day)

    def office(self, day: datetime.date) -> datetime.datetime:
        """Some time at work on that day or the next one worked, after now."""
        earliest = self.world.now
        while True:
            day = self.world.almanac.now.on_or_after(self.desk.agency.pk, day)
            at = moment(day, self.rng.choice(OFFICE))
            if at > earliest:
                return at
            day += DAY

    @property
    def is_quick(self) -> bool:
        """Due on the day of receipt: mostly done while the person waits."""
        return self.kind.spec.time_limit.same_day and self.rng.random() < 0.7

    def in_days(self, count: int) -> datetime.datetime:
        """Some time at work that many working days from now."""
        today = self.world.now.date()
        if count <= 0:
            return self.office(today)
        return self.office(self.world.almanac.now.later(self.desk.agency.pk, today, count))

    # --- the life --------------------------------------------------------------------------------

    def run(self) -> Moments:
        roll = self.rng.random()
        if roll < 0.6 or self.office(self.filed_at.date()).date() > LAST_DAY:
            came = yield from self._online()
        elif roll < 0.9:
            came = yield from self._counter()
        else:
            came = yield from self._post()
        if came:
            yield from self._examined()

    def _draft(self, **columns: Any) -> Submission:
        digits = f"{self.number:08d}"
        draft = Submission.objects.create(
            procedure=self.kind.procedure,
            revision=self.kind.revision,
            agency=self.desk.agency,
            answers=self.answers,
            applicant_name=NAMES[self.number % len(NAMES)],
            applicant_phone=f"09{digits}" if self.chance(0.1) else "",
            applicant_email=f"nguoi{digits}@example.vn" if self.chance(0.15) else "",
            **columns,
        )
        self.pk = draft.pk
        return draft

    def _filing(self, draft: Submission) -> workflow.Filing:
        fees = self.kind.fees(self.answers)
        return workflow.Filing(version=draft.version, answers=self.answers, columns={}, fees=fees)

    def _online(self) -> Iterator[datetime.datetime]:
        yield self.filed_at
        draft = self._draft()
        self.do("submit", self.person, filing=self._filing(draft))
        if self.chance(0.02):
            yield self.world.now + datetime.timedelta(minutes=self.rng.randint(5, 300))
            return self.do("withdraw", self.person) and False
        yield self.in_days(self.rng.choices((0, 1, 2, 5), (75, 18, 5, 2))[0])
        if self.chance(0.03):
            return self.do("refuse", self.desk.reception, reason="Không đúng nơi cư trú.") and False
        if self.chance(0.08) and not (yield from self._asked_at_intake()):
            return False
        return self.do("receive", self.desk.reception)

    def _counter(self) -> Iterator[datetime.datetime]:
        yield self.office(self.filed_at.date())
        if self.chance(0.85):
            return self._enter(Channel.COUNTER, self.kind.papers(self.answers), receive=True)
        self._enter(Channel.COUNTER, [], receive=False)
        if self.chance(0.3) and not (yield from self._asked_at_intake()):
            return False
        yield self.in_days(self.rng.randint(0, 2))
        self.do("record_papers", self.desk.reception, papers=self.kind.papers(self.answers))
        return self.do("receive", self.desk.reception)

    def _post(self) -> Iterator[datetime.datetime]:
        yield self.office(self.filed_at.date())
        since = None
        if self.chance(0.6):
            since = self.world.now - datetime.timedelta(minutes=self.rng.randint(10, 60 * 40))
        return self._enter(Channel.POST, self.kind.papers(self.answers), receive=True, since=since)

    def _enter(self, channel: str, papers: list[dict[str, Any]], **words: Any) -> bool:
        officer = self.desk.reception.officer
        draft = self._draft(channel=channel, entered_by=officer, papers_in=papers, sets=1)
        done = self.do("enter", self.desk.reception, filing=self._filing(draft), **words)
        if done and words["receive"]:
            self.world.ledger.done["receive"] += 1
        return done

    def aside(self) -> Moments:
        """What counts nowhere: a draft that is thrown away, or somebody who tries a form."""
        yield self.filed_at
        if self.chance(0.3):
            self._draft()
            workflow.discard(self.pk, by=self.person)
            self.world.ledger.done["discard"] += 1
            return
        officer = self.desk.reception.officer
        assert officer is not None
        draft = self._draft(is_rehearsal=True, account=officer.user)
        workflow.submit(self.pk, self._filing(draft), by=self.person)
        workflow.receive(self.pk, by=self.desk.reception)
        self.world.ledger.done["rehearsal"] += 1

    # --- supplements -----------------------------------------------------------------------------

    def _ask(self, by: Actor) -> bool:
        """One question or one paper again."""
        if self.chance(0.5):
            item = {"fields": [{"key": self.kind.field_key, "reason": "Chưa rõ."}]}
        else:
            item = {"documents": [{"key": self.kind.document_key, "reason": "Ảnh mờ."}]}
        return self.do("request_supplement", by, **item)

    def _answer(self) -> bool:
        """By the citizen when only words are asked, else paper at the counter."""
        request = Submission.objects.get(pk=self.pk).open_request
        if request is None:
            return False
        papers = [{"key": key, "copies": 1} for key in request.document_keys]
        by = self.desk.reception if papers else self.person
        return self.do("supplement", by, answers=self.answers, handed_in=papers)

    def _asked_at_intake(self) -> Iterator[datetime.datetime]:
        """Asked before receipt; True when it may be received after all."""
        if not self._ask(self.desk.reception):
            return False
        if self.chance(0.2):
            yield self.office(self.world.now.date() + 31 * DAY)
            return self.do("refuse", self.desk.reception, reason="Quá hạn bổ sung.") and False
        yield self.world.now + datetime.timedelta(minutes=self.rng.randint(30, 60 * 24 * 6))
        if not self._answer():
            return False
        yield self.in_days(self.rng.randint(0, 1))
        if self.chance(0.15):
            return (yield from self._asked_at_intake())
        return True

    def _asked(self, by: Actor, again: float) -> Iterator[datetime.datetime]:
        """Asked during examination; True when examination goes on."""
        if not self._ask(by):
            return False
        roll = self.rng.random()
        if roll < 0.12:  # never answered
            return False
        if roll < 0.2:
            yield self.world.now + datetime.timedelta(hours=self.rng.randint(1, 200))
            return self.do("withdraw", self.person) and False
        yield self.world.now + datetime.timedelta(minutes=self.rng.randint(30, 60 * 24 * 12))
        if not self._answer():
            return False
        yield self.in_days(self.rng.randint(0, 1))
        if self.chance(again):
            return (yield from self._asked(by, again))
        return True

    # --- examination -----------------------------------------------------------------------------

    def _examined(self) -> Moments:
        by = self.desk.specialist
        if self.chance(0.03) and not (yield from self._stopped_or_asked(by)):
            return
        if not self.is_quick and self.chance(0.4):
            yield self.in_days(self.rng.choices((0, 1), (70, 30))[0])
        if not self.do("start", by):
            return
        if self.chance(0.12):
            yield self.in_days(self.rng.randint(0, 3))
            if not (yield from self._asked(by, 0.25)):
                return
        if self.chance(0.12):
            yield from self._extended()
        yield from self._settled(by)

    def _stopped_or_asked(self, by: Actor) -> Iterator[datetime.datetime]:
        """Before anybody has started on it; True when examination goes on."""
        yield self.in_days(self.rng.randint(0, 2))
        if self.chance(0.5):
            return self.do("stop", by, reason="Người nộp đề nghị dừng.") and False
        return (yield from self._asked(self.desk.reception, 0.0))

    def _extended(self) -> Moments:
        """A new date with an apology while there is still a day left; refused when it comes too late."""
        row = self.row()
        if row.due_on is None or row.due_on <= self.world.now.date() + DAY:
            return
        yield self.office(row.due_on - self.rng.randint(1, 3) * DAY)
        row = self.row()
        if row.state not in CLOCK_STATES or row.due_on is None:
            return
        new = self.world.almanac.now.later(self.desk.agency.pk, row.due_on, self.rng.randint(1, 8))
        self.do("extend", self.desk.leader, reason="Chờ kết quả xác minh.", new_due_on=new)

    def _settled(self, by: Actor) -> Moments:
        if not self.is_quick or self.chance(0.1):
            yield self._end_day()
        if self.chance(0.04):
            self.do("decline", by, reason="Không đủ điều kiện.")
            return
        if self.chance(0.2):
            self.do("propose", by)
            yield self.in_days(0)
            if self.chance(0.1):
                self.do("send_back", self.desk.leader, reason="Thiếu số hiệu.")
                yield self.in_days(0)
                self.do("finish", by, result_note="Đã cấp.")
            else:
                self.do("approve", self.desk.leader, result_note="Đã cấp.")
        else:
            self.do("finish", by, result_note="Đã cấp.")
        if self.chance(0.6):
            yield from self._handed_over()

    def _handed_over(self) -> Moments:
        yield self.in_days(self.rng.choices((0, 1, 3, 8), (40, 30, 20, 10))[0])
        self._pay()
        if self.do("hand_over", self.desk.reception, how="counter") and self.chance(0.3):
            yield self.world.now + datetime.timedelta(minutes=self.rng.randint(2, 60 * 24 * 20))
            grade = self.rng.choices(("3", "2", "1"), (60, 32, 8))[0]
            ratings.rate(self.pk, {"grade": grade}, by=self.person)
            self.world.ledger.done["rate"] += 1

    def _pay(self) -> None:
        """Cash at the counter, just before the result is given; what no officer has set is waived."""
        charge = billing.of(self.row())
        if charge is None or charge.state not in (Money.DUE, Money.UNSET):
            return
        if charge.state == Money.DUE:
            billing.take_cash(charge.pk, charge.due, by=self.desk.reception)
        else:
            billing.waive(charge.pk, by=self.desk.reception, reason="Thuộc đối tượng được miễn.")

    def _end_day(self) -> datetime.datetime:
        """Mostly early or on the very day, sometimes late, now and then not in this year."""
        due = self.row().due_on
        assert due is not None
        today, pk, now = self.world.now.date(), self.desk.agency.pk, self.world.almanac.now
        roll = self.rng.random()
        if roll < 0.5:
            return self.office(max(today, due - self.rng.randint(1, 6) * DAY))
        if roll < 0.8:
            return self.office(max(today, due))
        if roll < 0.97:
            return self.office(now.later(pk, max(today, due), self.rng.randint(1, 12)))
        return self.office(max(today, due) + 400 * DAY)
