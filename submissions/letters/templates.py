"""Whether a template can be used: its marks and names against the published form, and against a submission's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from procedures.models import Procedure, ProcedureRevision
from procedures.spec import ProcedureSpec
from submissions.letters import names
from submissions.letters.body import Body, read, read_line
from submissions.letters.names import Names
from submissions.models import LetterTemplate, Submission

# Large columns that come along with the procedure: its document is kept by digest.
HEAVY = tuple(f"procedure__published__{name}" for name in ProcedureRevision.DOCUMENT)
Errors = dict[str, list[str]]  # sentences by field of the template
SYMBOL = re.compile(r"[A-ZĐ0-9]+([.-][A-ZĐ0-9]+)*")


def errors(template: LetterTemplate) -> Errors:
    """What must be mended before the template can be saved and used; empty when it is right."""
    procedure = template.procedure
    if procedure.published is None:
        return {"body": [_("Thủ tục này chưa có bản công bố nên chưa dùng được mẫu.")]}
    return {**_against(template, procedure.spec, procedure), **_symbol_errors(template.symbol)}


def _symbol_errors(symbol: str) -> Errors:
    if SYMBOL.fullmatch(symbol):
        return {}
    return {"symbol": [_("Ký hiệu chỉ gồm chữ in hoa không dấu (được dùng Đ), số và dấu gạch nối, ví dụ GXN-UBND.")]}


def _against(template: LetterTemplate, spec: ProcedureSpec, procedure: Procedure | None = None) -> Errors:
    """With `procedure`, names that only its older revisions had are told apart from mere slips."""
    body, known = read(template.body), names.names_of(spec)
    title = read_line(template.title)[1]
    former = _former(procedure, known, body, title) if procedure else {}
    found = {
        "title": [p.message for p in names.problems(title, known, former)],
        "body": [str(p) for p in names.problems(body, known, former)],
    }
    return {field: sentences for field, sentences in found.items() if sentences}


def _former(procedure: Procedure, known: Names, *bodies: Body) -> Mapping[str, int]:
    """Looked up only when something is unknown: that reads every old document."""
    if not any(names.unknown(body, known) for body in bodies):
        return {}
    old = procedure.revisions.filter(state=ProcedureRevision.State.RETIRED)
    return names.former_names((r.number, r.spec) for r in old)


@dataclass(frozen=True)
class Offer:
    """A template of a submission's procedure, and why it cannot be used; "" when it can."""

    template: LetterTemplate
    trouble: str = ""


def trouble(template: LetterTemplate, submission: Submission) -> str:
    """Why no letter can be made of this template for this submission; "" when one can.

    The template must fit the published form (else it is to be mended) and the form that this submission was filed on.
    A rehearsal is filed on a form that is not published yet.
    """
    if template.procedure_id != submission.procedure_id or not template.is_active:
        return _("Mẫu này không dùng cho hồ sơ này.")
    found = {} if submission.is_rehearsal else errors(template)
    if found:
        return _("Mẫu cần sửa, bạn hãy báo người biên tập. %s") % _sentences(found)[0]
    found = _against(template, submission.revision.spec)
    if found:
        return _("Hồ sơ này nộp theo biểu mẫu bản cũ, không có đủ mục của mẫu. %s") % _sentences(found)[0]
    return ""


def _sentences(found: Errors) -> list[str]:
    return [sentence for many in found.values() for sentence in many]


def offers(submission: Submission) -> list[Offer]:
    """The templates in use of the procedure, each with what is in its way."""
    rows = LetterTemplate.objects.filter(procedure=submission.procedure_id, is_active=True)
    rows = rows.select_related("procedure__published").defer("procedure__search_text", *HEAVY).order_by("name")
    return [Offer(t, trouble(t, submission)) for t in rows]


def first_trouble(template: LetterTemplate) -> str:
    """One sentence for a list; "" for a template that is right."""
    return next(iter(_sentences(errors(template))), "")
