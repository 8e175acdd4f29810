"""What was filed, in words and in order: for the check page, the confirmation and the submission's own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.display import ShownSection, rows
from procedures.spec import Answers, FormSpec, ProcedureSpec
from submissions import forms
from submissions.models import Attachment, Submission, SupplementRequest

Names = Mapping[str, Sequence[str]]


def names(files: Mapping[str, Iterable[Attachment]]) -> dict[str, list[str]]:
    return {key: [a.name for a in many] for key, many in files.items()}


def applicant(answers: Answers) -> list[ShownSection]:
    """With the paper that a representative has shown at the counter, where one was."""
    section = forms.with_authority() if answers.get("authority") else forms.applicant()
    return rows(FormSpec("", (section,)), answers)


def form(spec: ProcedureSpec, answers: Answers, files: Names | None = None) -> list[ShownSection]:
    return rows(spec.form, answers, files) if spec.form else []


def delivery(spec: ProcedureSpec, answers: Answers) -> list[ShownSection]:
    return rows(FormSpec("", (forms.delivery(spec, {}),)), answers)


@dataclass(frozen=True)
class ShownPaper:
    """A paper with its files; `on_paper`: what was handed in of it ("1 bản chính")."""

    name: str
    files: tuple[Attachment, ...]
    on_paper: str = ""


COPIES = {"originals": _("bản chính"), "certified": _("bản chứng thực"), "copies": _("bản chụp")}


def counted(paper: Mapping[str, Any]) -> str:
    """A row of Submission.papers_in in words: "1 bản chính, 2 bản chụp; bìa rách"."""
    counts = ", ".join(f"{paper[kind]} {label}" for kind, label in COPIES.items() if paper.get(kind))
    seen = gettext("đã xem bản chính") if paper.get("seen") else ""
    return "; ".join(part for part in (counts, seen, paper.get("note", "")) if part)


def _counts(attachment: Attachment) -> bool:
    """Sent, and neither removed nor replaced."""
    return not attachment.pending and attachment.removed_at is None


def papers(submission: Submission, attachments: Iterable[Attachment]) -> list[ShownPaper]:
    """The papers that are there, in the order of the procedure, then files of questions, then of a representative."""
    spec, given = submission.revision.spec, [a for a in attachments if _counts(a)]
    questions = [f for f in spec.form.fields() if f.kind == "file"] if spec.form else []
    titles = [(Attachment.Purpose.DOCUMENT, d.key, d.name) for d in spec.documents]
    titles += [(Attachment.Purpose.FIELD, f.key, f.label) for f in questions]
    titles += [(Attachment.Purpose.AUTHORITY, forms.AUTHORITY_KEY, forms.authority_paper().name)]
    handed_in = {(Attachment.Purpose.DOCUMENT, p["key"]): counted(p) for p in submission.papers_in}
    found = [
        ShownPaper(
            title,
            tuple(a for a in given if (a.purpose, a.key) == (purpose, key)),
            handed_in.get((purpose, key), ""),
        )
        for purpose, key, title in titles
    ]
    return [p for p in found if p.files or p.on_paper]


def results(attachments: Iterable[Attachment]) -> list[Attachment]:
    return [a for a in attachments if a.purpose == Attachment.Purpose.RESULT and a.removed_at is None]


def filed(submission: Submission, attachments: Iterable[Attachment]) -> list[ShownSection]:
    """Everything that was filed: who, what, how the result is received."""
    columns = {name: getattr(submission, name) for name in forms.columns({}, {})}
    by_key: dict[str, list[str]] = {}
    for a in attachments:
        if a.purpose == Attachment.Purpose.FIELD and _counts(a):
            by_key.setdefault(a.key, []).append(a.name)
    spec = submission.revision.spec
    return [*applicant(columns), *form(spec, submission.answers, by_key), *delivery(spec, columns)]


@dataclass(frozen=True)
class Asked:
    """One thing that a supplement request asks for, with the reason."""

    key: str
    name: str
    reason: str
    is_document: bool


def asked(submission: Submission, request: SupplementRequest) -> list[Asked]:
    spec = submission.revision.spec
    names = {d.key: d.name for d in spec.documents}
    labels = {f.key: f.label for f in spec.form.fields()} if spec.form else {}
    return [
        *(Asked(d["key"], names.get(d["key"], d["key"]), d["reason"], True) for d in request.documents),
        *(Asked(f["key"], labels.get(f["key"], f["key"]), f["reason"], False) for f in request.fields),
    ]
