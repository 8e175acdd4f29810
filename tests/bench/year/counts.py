"""The figures counted a second time: one loop over the stories, by agency and procedure."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.bench.year.almanac import DAY, moment
from tests.bench.year.stories import Moment, Story, local

Table = dict[tuple[int, int], Counter[str]]
GRADES = {3: "very_content", 2: "content", 1: "not_content"}


def count(stories: Iterable[Story], start: datetime.date, end: datetime.date, *, known: Moment | None = None) -> Table:
    """The closed period [start, end] as everything stood at its end; `known`: without what was written later."""
    found: Table = defaultdict(Counter)
    for story in stories:
        if known is None or (story.filed is not None and story.filed < known):
            found[story.agency, story.procedure].update(_of(story, start, end, known))
    return {key: +counter for key, counter in found.items() if +counter}


def _of(story: Story, start: datetime.date, end: datetime.date, known: Moment | None) -> Counter[str]:
    over = moment(end + DAY, "00:00")
    said: Counter[str] = Counter()
    is_in = story.received is not None and (known is None or (story.entered or over) < known)
    if is_in and story.received is not None and story.received < over:
        said.update(_received(story, start, end, over))
        said.update(_bucket(story, start, end, over))
    if story.refused is not None and start <= local(story.refused) <= end:
        said["refused"] += 1
    if story.channel == "online" and _waits(story, over):
        said["not_received"] += 1
    for at, grade in story.grades:
        if start <= local(at) <= end:
            said[GRADES[grade]] += 1
            said["displeased"] += grade == 1
    return said


def _waits(story: Story, over: Moment) -> bool:
    """Filed, and neither received nor refused nor withdrawn by then."""
    answers = [at for at in (story.received, story.left) if at is not None]
    return story.filed is not None and story.filed < over and all(at >= over for at in answers)


def _received(story: Story, start: datetime.date, end: datetime.date, over: Moment) -> list[str]:
    assert story.received is not None
    if not start <= local(story.received) <= end:
        return []
    said = [f"received_{story.channel}"]
    if any(request.at < over for request in story.requests):
        said.append("supplemented")
    if any((line.get("amount") or 0) > 0 for line in story.fees):
        said.append("with_fee")
    return said


def _due(story: Story, over: Moment) -> datetime.date:
    """What was promised by then; of a receipt that was written later what is promised now."""
    then = [day for at, day in story.promised if at < over]
    return then[-1] if then else story.promised[-1][1]


def _bucket(story: Story, start: datetime.date, end: datetime.date, over: Moment) -> list[str]:
    """The one bucket, or none for what ended before the period."""
    if story.ended is not None and local(story.ended) <= end:
        return _settled(story, local(story.ended)) if local(story.ended) >= start else []
    due = _due(story, over)
    asked = [r for r in story.requests if r.examined and r.at < over]
    if asked and (asked[-1].answered is None or asked[-1].answered >= over):
        return ["waiting_citizen" if len(asked) == 1 and local(asked[0].at) <= due else "open_overdue"]
    return ["open_in_time" if end <= due else "open_overdue"]


def _settled(story: Story, ended: datetime.date) -> list[str]:
    due = story.promised[-1][1]
    bucket = "early" if ended < due else "on_time" if ended == due else "late"
    return [bucket, "settled_online"] if story.channel == "online" else [bucket]


BUCKETS = ("early", "on_time", "late", "open_in_time", "open_overdue", "waiting_citizen")
