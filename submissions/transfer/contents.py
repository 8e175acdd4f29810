"""The documents of a pack as checked values: every column, every reference between them, every hash."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procedures import spec
from procedures.models import Procedure, ProcedureRevision, Tier
from submissions import files, papers
from submissions.letters.layout import digest as letter_digest
from submissions.models import Attachment, Event, Letter, Message, Paper, Rating, Submission, SupplementRequest
from submissions.states import VERBS, State
from submissions.transfer import chain
from submissions.transfer.codec import unpacked, wrong
from submissions.transfer.errors import PackRefused
from submissions.transfer.layout import COLUMNS, EVENTS, LATER, REVISION, SUBMISSION
from submissions.transfer.reading import Pack
from submissions.workflow.marks import ENDED

Columns = dict[str, Any]
TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
LONGEST_LABEL = 150
MOST_DIGITS_OF_A_SECRET = 20


@dataclass(frozen=True)
class File:
    """An attachment; `member` is empty when the portal had deleted the stored file."""

    columns: Columns
    member: str
    round: int | None
    made_from: tuple[tuple[int | None, str], ...]


@dataclass(frozen=True)
class IssuedPaper:
    columns: Columns
    member: str
    event: int | None


@dataclass(frozen=True)
class IssuedLetter:
    columns: Columns
    issued_by: str
    file: int | None


@dataclass(frozen=True)
class Contents:
    submission: Columns
    secret: str
    agency: Mapping[str, str]
    assignee: str
    entered_by: str
    requests: tuple[tuple[Columns, str], ...]
    files: tuple[File, ...]
    papers: tuple[IssuedPaper, ...]
    letters: tuple[IssuedLetter, ...]
    messages: tuple[tuple[Columns, str], ...]
    rating: Columns | None
    origin: int
    lines: tuple[tuple[Columns, int | None], ...]
    procedure: Columns
    sector: Mapping[str, str]
    revision: Columns


def contents(pack: Pack) -> Contents:
    """Everything that the pack says. Raises PackRefused naming the first place that is not right."""
    body, revision, log = pack.json(SUBMISSION), pack.json(REVISION), pack.json(EVENTS)
    main = _part(body, "submission", "submission")
    lines = _lines(_part(log, "events", "", list))
    requests = tuple(_request(raw, f"requests.{i}") for i, raw in enumerate(_part(body, "requests", "", list)))
    attached = _part(body, "attachments", "", list)
    procedure = _part(revision, "procedure", "procedure")
    found = Contents(
        submission=_main(main, lines, requests),
        secret=_text(main, "tracking_secret", "submission", MOST_DIGITS_OF_A_SECRET),
        agency=_words(_part(main, "agency", "submission"), ("slug", "identifier", "name"), "agency"),
        assignee=_text(main, "assignee", "submission"),
        entered_by=_text(main, "entered_by", "submission"),
        requests=requests,
        files=tuple(_file(raw, f"attachments.{i}", pack, len(attached)) for i, raw in enumerate(attached)),
        papers=tuple(_paper(raw, f"papers.{i}", pack) for i, raw in enumerate(_part(body, "papers", "", list))),
        letters=tuple(
            _letter(raw, f"letters.{i}", len(attached)) for i, raw in enumerate(_part(body, "letters", "", list))
        ),
        messages=tuple(_message(raw, f"messages.{i}") for i, raw in enumerate(_later(body, "messages", []))),
        rating=_rating(_later(body, "rating", None)),
        origin=_whole(log, "submission", "events"),
        lines=lines,
        procedure=unpacked(Procedure, procedure, ("code", "slug", "name", "short_name", "tier", "level"), "procedure"),
        sector=_words(_part(procedure, "sector", "procedure"), ("key", "name"), "sector"),
        revision=unpacked(ProcedureRevision, _part(revision, "revision", ""), COLUMNS["revision"], "revision"),
    )
    _check(found, pack)
    return found


# --- small readers -------------------------------------------------------------------------------


def _part(raw: Any, name: str, place: str, kind: type[Any] = dict) -> Any:
    value = raw.get(name) if isinstance(raw, dict) else None
    if not isinstance(value, kind):
        raise wrong(f"{place}.{name}".strip("."))
    return value


def _main(
    raw: Mapping[str, Any], lines: Sequence[tuple[Columns, int | None]], requests: Sequence[tuple[Columns, str]]
) -> Columns:
    """The columns of the submission; what an earlier version did not pack follows from the log."""
    known = unpacked(Submission, raw, [n for n in COLUMNS["submission"] if n not in LATER], "submission")
    given = unpacked(Submission, raw, [n for n in LATER if n in raw], "submission")
    moved = [line for line, _actor in lines if line["verb"] in VERBS]
    asked = [columns["requested_at"] for columns, _by in requests if columns["answered_at"] is None]
    ended = [line["at"] for line in moved if line["to_state"] in ENDED and line["to_state"] != line["from_state"]]
    told = {
        "rounds": len(requests),
        "asked_at": asked[0] if asked and known["state"] == State.AWAITING_SUPPLEMENT else None,
        "is_back": bool(moved) and moved[-1]["verb"] == "supplement",
        "ended_on": timezone.localdate(ended[0]) if ended and known["received_at"] else None,
    }
    return {**known, **told, **given}


def _later(body: Mapping[str, Any], name: str, nothing: Any) -> Any:
    """A part that packs of earlier versions of the portal do not have."""
    return _part(body, name, "", type(nothing) if nothing is not None else dict) if body.get(name) else nothing


def _text(raw: Mapping[str, Any], name: str, place: str, most: int = LONGEST_LABEL) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise wrong(f"{place}.{name}")
    return value


def _words(raw: Mapping[str, Any], names: Sequence[str], place: str) -> dict[str, str]:
    return {name: _text(raw, name, place, 200) for name in names}


def _whole(raw: Mapping[str, Any], name: str, place: str) -> int:
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise wrong(f"{place}.{name}")
    return value


def _place(raw: Mapping[str, Any], name: str, place: str, count: int | None = None) -> int | None:
    """A number that points at another row, or nothing."""
    if raw.get(name) is None:
        return None
    value = _whole(raw, name, place)
    if count is not None and value >= count:
        raise wrong(f"{place}.{name}")
    return value


# --- rows ----------------------------------------------------------------------------------------


def _lines(raw: Sequence[Any]) -> tuple[tuple[Columns, int | None], ...]:
    found = []
    for i, line in enumerate(raw):
        columns = unpacked(Event, line, COLUMNS["event"], f"events.{i}")
        found.append((columns, _place(line, "actor", f"events.{i}")))
    return tuple(found)


def _request(raw: Any, place: str) -> tuple[Columns, str]:
    columns = unpacked(SupplementRequest, raw, COLUMNS["request"], place)
    for name in ("documents", "fields"):
        _items(columns[name], ("key", "reason"), f"{place}.{name}")
    return columns, _text(raw, "requested_by", place)


def _items(raw: list[Any], texts: Sequence[str], place: str) -> None:
    if not all(isinstance(item, dict) and all(isinstance(item.get(t), str) for t in texts) for item in raw):
        raise wrong(place)


def _member(raw: Mapping[str, Any], place: str, pack: Pack, digest: str, size: int) -> str:
    """The name of the file of a row: there, of that size, and with that hash."""
    name = _text(raw, "file", place)
    if name and (name not in pack.members or pack.sha256(name) != digest or pack.members[name]["size"] != size):
        raise wrong(f"{place}.file")
    return name


def _file(raw: Any, place: str, pack: Pack, count: int) -> File:
    columns = unpacked(Attachment, raw, COLUMNS["attachment"], place)
    name = _member(raw, place, pack, columns["sha256"], columns["size"])
    if bool(name) == bool(columns["purged_at"]) or not TYPE.fullmatch(columns["content_type"]):
        raise wrong(f"{place}.file")
    columns["name"] = files.clean_name(columns["name"])
    made_from = _part(raw, "made_from", place, list)
    _items(made_from, ("sha256",), f"{place}.made_from")
    sources = tuple((_place(m, "file", f"{place}.made_from", count), m["sha256"]) for m in made_from)
    return File(columns, name, _place(raw, "round", place), sources)


def _paper(raw: Any, place: str, pack: Pack) -> IssuedPaper:
    columns = unpacked(Paper, raw, COLUMNS["paper"], place)
    if papers.digest(columns["content"]) != columns["sha256"]:
        raise wrong(f"{place}.content")
    member = _member(raw, place, pack, columns["file_sha256"], columns["size"])
    return IssuedPaper(columns, member, _place(raw, "event", place))


def _letter(raw: Any, place: str, count: int) -> IssuedLetter:
    columns = unpacked(Letter, raw, COLUMNS["letter"], place)
    if letter_digest(columns["content"]) != columns["sha256"]:
        raise wrong(f"{place}.content")
    return IssuedLetter(columns, _text(raw, "issued_by", place), _place(raw, "attachment", place, count))


def _message(raw: Any, place: str) -> tuple[Columns, str]:
    columns = unpacked(Message, raw, COLUMNS["message"], place)
    if not columns["text"]:
        raise wrong(f"{place}.text")
    return columns, _text(raw, "officer", place)


def _rating(raw: Any) -> Columns | None:
    return unpacked(Rating, raw, COLUMNS["rating"], "rating") if raw is not None else None


# --- what must agree -----------------------------------------------------------------------------


def _check(found: Contents, pack: Pack) -> None:
    if found.submission["state"] == State.DRAFT or not found.submission["reference"]:
        raise wrong("submission.state")
    if found.submission["reference"] != pack.manifest.get("reference"):
        raise wrong("manifest.reference")
    _check_log(found)
    _check_revision(found)
    _check_answers(found)
    _items(found.submission["fees"], ("name",), "submission.fees")
    _items(found.submission["papers_in"], ("key",), "submission.papers_in")
    _check_references(found)


def _check_log(found: Contents) -> None:
    if not chain.is_whole(found.origin, found.lines):
        raise PackRefused(_("Nhật ký trong gói đã bị sửa hoặc thiếu dòng. Bạn hãy xuất lại từ cổng cũ."))
    if found.lines[-1][0]["to_state"] != found.submission["state"]:
        raise wrong("submission.state")


def _check_revision(found: Contents) -> None:
    revision = found.revision
    if spec.digest(revision["content"], revision["lists"]) != revision["digest"]:
        raise wrong("revision.digest")
    try:
        built = spec.build(revision["content"], revision["lists"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise wrong("revision.content") from None
    if built.code != found.procedure["code"] or found.procedure["tier"] not in Tier.values:
        raise wrong("procedure.code")


def _check_answers(found: Contents) -> None:
    """Lists where the form has lists, plain values elsewhere."""
    form = spec.build(found.revision["content"], found.revision["lists"]).form
    for f in form.fields() if form else ():
        value = found.submission["answers"].get(f.key)
        if value is not None and not SHAPES.get(f.kind, _is_plain)(value):
            raise wrong(f"submission.answers.{f.key}")


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) and _is_row(row) for row in value)


def _is_row(row: Mapping[str, Any]) -> bool:
    return all(cell is None or _is_plain(cell) or _is_plain_list(cell) for cell in row.values())


SHAPES: dict[str, Callable[[Any], bool]] = {"repeat": _is_rows, "multichoice": _is_plain_list}


def _check_references(found: Contents) -> None:
    rounds = [columns["round"] for columns, _by in found.requests]
    _once(rounds, "requests.round")
    _once([(p.columns["kind"], p.columns["number"]) for p in found.papers], "papers.number")
    _once([letter.file for letter in found.letters if letter.file is not None], "letters.attachment")
    numbers = {columns["number"] for columns, _actor in found.lines}
    if any(f.round is not None and f.round not in rounds for f in found.files):
        raise wrong("attachments.round")
    if any(p.event is not None and p.event not in numbers for p in found.papers):
        raise wrong("papers.event")


def _once(given: Sequence[Any], place: str) -> None:
    if len(set(given)) != len(given):
        raise wrong(place)
