"""The checklist of papers: of each, how many originals and copies were handed in, and whether it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from portal.lib.text import tidy
from procedures import wording
from procedures.formbuilder import FieldError
from procedures.spec import Answers, Document
from submissions.models import Attachment
from submissions.rules import COUNTS, is_needed_on_paper

MOST = 99
NOTE_LENGTH = 200
Typed = Mapping[str, Sequence[str]]
Row = dict[str, Any]


@dataclass(frozen=True)
class Count:
    """One small number input."""

    name: str
    label: str
    typed: str


def labels() -> dict[str, str]:
    return {"originals": _("Bản chính"), "certified": _("Bản chứng thực"), "copies": _("Bản chụp")}


def _number(typed: str) -> int | None:
    """None for what is no number of copies; an empty input is none at all, that is 0."""
    if not typed:
        return 0
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST))
    return int(typed) if is_number else None


@dataclass
class Line:
    """A paper of the dossier with what was typed beside it."""

    document: Document
    typed: Typed
    is_needed: bool = False
    files: Sequence[Attachment] = ()
    refused: str = ""
    errors: list[str] = field(default_factory=list)

    def name(self, what: str) -> str:
        return f"paper-{self.document.key}-{what}"

    def _given(self, what: str) -> str:
        return next(iter(self.typed.get(self.name(what), [])), "").strip()

    @property
    def tick_name(self) -> str:
        return self.name("in")

    @property
    def note_name(self) -> str:
        return self.name("note")

    @property
    def input_id(self) -> str:
        return f"id_{self.tick_name}"

    @property
    def file_name(self) -> str:
        return f"document-{self.document.key}"

    @property
    def is_only_shown(self) -> bool:
        return self.document.how == "show"

    @property
    def is_ticked(self) -> bool:
        return bool(self._given("in"))

    @property
    def note(self) -> str:
        return tidy(self._given("note"))[:NOTE_LENGTH]

    @property
    def wanted(self) -> str:
        """How many the procedure asks for: "1 bản chính"."""
        return wording.copies(self.document)

    @property
    def when(self) -> str:
        """For whom, where not for everybody: "Chỉ cần khi không có Giấy chứng sinh"."""
        return wording.needed(self.document) if self.document.condition else ""

    @property
    def counts(self) -> list[Count]:
        return [] if self.is_only_shown else [Count(self.name(k), v, self._given(k)) for k, v in labels().items()]

    @cached_property
    def numbers(self) -> dict[str, int | None]:
        return {kind: _number(self._given(kind)) for kind in COUNTS}

    @property
    def is_counted(self) -> bool:
        return any(self.numbers.values())

    @property
    def is_there(self) -> bool:
        """In hand: ticked with at least one original or copy, or there as a scan."""
        return bool(self.files) or (self.is_ticked and self.is_counted)

    def row(self) -> Row:
        """For Submission.papers_in."""
        found: Row = {"key": self.document.key}
        found |= {"seen": True} if self.is_only_shown else {kind: self.numbers[kind] or 0 for kind in COUNTS}
        return {**found, "note": self.note} if self.note else found

    def _problem(self) -> str:
        name = self.document.name
        if self.is_only_shown:
            return ""
        if None in self.numbers.values():
            words = _("Số bản của “%(name)s” là một số từ 0 đến %(most)d. Bạn xem lại các ô số bản.")
            return words % {"name": name, "most": MOST}
        if self.is_counted and not self.is_ticked:
            words = _("Bạn đã ghi số bản của “%s” mà chưa đánh dấu “Đã nhận”. Hãy đánh dấu, hoặc xóa số bản.")
            return words % name
        if self.is_ticked and not self.is_counted and not self.files:
            return _("Bạn đã đánh dấu nhận “%s” mà chưa ghi số bản chính, bản chứng thực hoặc bản chụp.") % name
        return ""

    def check(self, *, must_be_there: bool) -> None:
        """Collects what is wrong; `must_be_there`: a needed paper may not be lacking."""
        problem = self._problem()
        if not problem and must_be_there and self.is_needed and not self.is_there:
            problem = _("Chưa có “%s”. Đánh dấu “Đã nhận” kèm số bản, hoặc đính kèm bản quét.") % self.document.name
        self.errors = [problem] if problem else []

    @property
    def all_errors(self) -> list[FieldError]:
        said = [*self.errors, *([self.refused] if self.refused else [])]
        return [FieldError(self.input_id, self.document.name, message) for message in said]


def lines(
    documents: Iterable[Document],
    typed: Typed,
    answers: Answers,
    files: Mapping[str, Sequence[Attachment]],
    refused: Mapping[str, str] | None = None,
) -> list[Line]:
    """In the order of the procedure, needed papers first. `refused`: why scans were not taken, by input name."""
    refused = refused or {}
    found = [
        Line(d, typed, is_needed_on_paper(d, answers), files.get(d.key, ()), refused.get(f"document-{d.key}", ""))
        for d in documents
    ]
    return sorted(found, key=lambda line: not line.is_needed)


def rows(of: Iterable[Line]) -> list[Row]:
    return [line.row() for line in of if line.is_ticked]


INPUTS = ("in", *COUNTS, "note")


def typed_from(documents: Iterable[Document], post: Mapping[str, str]) -> dict[str, list[str]]:
    """What was typed in the checklist."""
    names = (f"paper-{d.key}-{what}" for d in documents for what in INPUTS)
    return {name: [post[name].replace("\0", "")[:NOTE_LENGTH]] for name in names if post.get(name)}


def typed_of(papers: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """As if these rows of Submission.papers_in had been typed."""
    typed: dict[str, list[str]] = {}
    for paper in papers:
        typed[f"paper-{paper['key']}-in"] = ["on"]
        given = {what: str(paper[what]) for what in (*COUNTS, "note") if paper.get(what)}
        typed |= {f"paper-{paper['key']}-{what}": [value] for what, value in given.items()}
    return typed
