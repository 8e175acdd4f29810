"""Everything of one submission, read at one moment, as the documents of its pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from portal.lib.text import ascii_slug
from procedures.models import ProcedureRevision
from submissions.models import Attachment, Event, Letter, Message, Paper, Rating, Submission, SupplementRequest
from submissions.papers.shelf import WITH_SECRET
from submissions.transfer.codec import packed
from submissions.transfer.layout import COLUMNS, FILES, PAPERS

NAME_LENGTH, ENDING_LENGTH = 60, 6
DRAWN = ("file_sha256", "size", "pages", "drawn_at")
Stored = tuple[str, Any, str]  # name in the pack, the stored file, its hash


@dataclass
class Gathered:
    submission: Submission
    attachments: list[Attachment]
    papers: list[Paper]
    events: list[Event]
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: list[Stored] = field(default_factory=list)


def safe_name(folder: str, number: int, name: str) -> str:
    """A number, plain letters and the ending: nothing of the person's file name can lead anywhere."""
    path = PurePosixPath(name.replace("\\", "/"))
    ending = ascii_slug(path.suffix)[:ENDING_LENGTH]
    stem = ascii_slug(path.stem)[:NAME_LENGTH].strip("-") or "tep"
    return f"{folder}/{number:03d}-{stem}" + (f".{ending}" if ending else "")


def submission_part(s: Submission, *, with_secret: bool) -> dict[str, Any]:
    secret = {"tracking_secret": s.tracking_secret} if with_secret else {}
    return {
        **packed(s, COLUMNS["submission"]),
        **secret,
        "procedure": s.procedure.code,
        "agency": {"slug": s.agency.slug, "identifier": s.agency.identifier, "name": s.agency.name},
        "assignee": str(s.assignee or ""),
        "entered_by": str(s.entered_by or ""),
    }


def request_part(request: SupplementRequest) -> dict[str, Any]:
    return {**packed(request, COLUMNS["request"]), "requested_by": str(request.requested_by)}


def attachment_parts(
    attachments: Sequence[Attachment], rounds: Mapping[int, int]
) -> tuple[list[dict[str, Any]], list[Stored]]:
    """The rows, and the files that go with them; what was purged has a row alone."""
    places = {a.pk: i for i, a in enumerate(attachments)}
    rows, stored = [], []
    for i, a in enumerate(attachments):
        name = "" if a.purged_at else safe_name(FILES, i + 1, a.name)
        made_from = [{"file": places.get(m.get("pk")), "sha256": m.get("sha256", "")} for m in a.made_from]
        of_round = rounds.get(a.supplement_id or 0)
        rows.append({**packed(a, COLUMNS["attachment"]), "file": name, "round": of_round, "made_from": made_from})
        if name:
            stored.append((name, a.file, a.sha256))
    return rows, stored


def paper_part(paper: Paper, number: int, event: int | None, *, with_secret: bool) -> tuple[dict[str, Any], str]:
    """The row, and the name of its PDF: none while it is not drawn, or when it shows the applicant's secret."""
    row = {**packed(paper, COLUMNS["paper"]), "event": event}
    if not paper.file or (paper.kind in WITH_SECRET and not with_secret):
        return {**row, "file": "", "file_sha256": "", "size": 0, "pages": 0, "drawn_at": None}, ""
    name = f"{PAPERS}/{number:03d}-{paper.kind}-{paper.number}.pdf"
    return {**row, "file": name}, name


def letter_part(letter: Letter, places: Mapping[int, int]) -> dict[str, Any]:
    row = packed(letter, COLUMNS["letter"])
    return {**row, "issued_by": str(letter.issued_by), "attachment": places.get(letter.attachment_id or 0)}


def message_part(message: Message) -> dict[str, Any]:
    """`officer` is empty for what the citizen wrote."""
    return {**packed(message, COLUMNS["message"]), "officer": str(message.officer or "")}


def rating_part(s: Submission) -> dict[str, Any] | None:
    rating = Rating.objects.filter(submission=s).first()
    return packed(rating, COLUMNS["rating"]) if rating else None


def events_part(s: Submission, events: Sequence[Event]) -> dict[str, Any]:
    rows = [{**packed(e, COLUMNS["event"]), "actor": e.actor_id} for e in events]
    return {"submission": s.pk, "events": rows}


def revision_part(revision: ProcedureRevision) -> dict[str, Any]:
    procedure = revision.procedure
    names = ("code", "slug", "name", "short_name", "tier", "level")
    sector = {"key": procedure.sector.key, "name": procedure.sector.name}
    identity = {**packed(procedure, names), "sector": sector}
    return {"procedure": identity, "revision": packed(revision, COLUMNS["revision"])}


def gathered(submission: Submission, *, with_secret: bool) -> Gathered:
    """Call it in a transaction, under the submission's lock. What the applicant has not sent is left out."""
    s = Submission.objects.select_related("assignee__user", "entered_by__user", "agency").get(pk=submission.pk)
    found = Gathered(
        s,
        list(s.attachments.filter(pending=False).order_by("pk")),
        list(s.papers.order_by("issued_at", "pk")),
        list(s.events.order_by("number")),
    )
    requests = list(s.supplement_requests.select_related("requested_by__user").order_by("round"))
    files, found.stored = attachment_parts(found.attachments, {r.pk: r.round for r in requests})
    places = {a.pk: i for i, a in enumerate(found.attachments)}
    letters = s.letters.select_related("issued_by__user").order_by("issued_at", "pk")
    found.documents = {
        "submission": {
            "submission": submission_part(s, with_secret=with_secret),
            "requests": [request_part(r) for r in requests],
            "attachments": files,
            "letters": [letter_part(letter, places) for letter in letters],
            "messages": [message_part(m) for m in s.messages.select_related("officer__user").order_by("at", "pk")],
            "rating": rating_part(s),
        },
        "revision": revision_part(s.revision),
        "events": events_part(s, found.events),
    }
    _gather_papers(found, with_secret)
    return found


def _gather_papers(found: Gathered, with_secret: bool) -> None:
    numbers = {e.pk: e.number for e in found.events}
    found.documents["submission"]["papers"] = rows = []
    for i, paper in enumerate(found.papers, start=1):
        row, name = paper_part(paper, i, numbers.get(paper.event_id or 0), with_secret=with_secret)
        rows.append(row)
        if name:
            found.stored.append((name, paper.file, paper.file_sha256))
