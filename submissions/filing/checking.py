"""The end of the way: everything is checked again, whatever the steps said, and becomes a workflow.Filing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procedures.formbuilder import FieldError, SectionForm
from procedures.spec import Answers, ProcedureSpec, visible_form
from submissions import files, forms, workflow
from submissions.errors import Incomplete
from submissions.filing.journey import APPLICANT_BLOCK, DELIVERY_BLOCK, Journey
from submissions.models import Attachment, Submission
from submissions.rules import Actor
from submissions.workflow import Filing


@dataclass(frozen=True)
class Problem:
    """Something to mend before filing: on which step, at which input."""

    step: str
    input_id: str
    message: str


@dataclass
class Checked:
    """A draft after checking. `problems` empty means that it may be filed."""

    applicant: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    delivery: dict[str, Any] = field(default_factory=dict)
    fees: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def fee_lines(spec: ProcedureSpec, answers: Answers) -> list[dict[str, Any]]:
    """What is to be paid, as it stands today; amounts in đồng, None where the officer sets it.

    A line whose `condition` is words only ("when late") is for the officer to judge and keeps the words.
    """
    if spec.is_free:
        return []
    return [
        {
            "name": fee.name,
            "kind": fee.kind,
            "amount": fee.amount,
            "unit": fee.unit,
            "exemption": fee.exemption,
            "condition": "" if fee.when is not None else fee.condition,
            "amount_checked": fee.amount_checked,
        }
        for fee in spec.fees
        if fee.when is None or fee.when.holds(answers)
    ]


def _problems(journey: Journey, step_key: str, errors: Iterable[FieldError]) -> list[Problem]:
    """One line an error; a step that was never filled in is one line altogether."""
    step = journey.step(step_key)
    found = [Problem(step_key, e.input_id, e.message) for e in errors]
    if found and step is not None and not journey.was_saved(step):
        return [Problem(step_key, found[0].input_id, _("Bạn chưa khai bước “%s”.") % step.title)]
    return found


def _block(journey: Journey, step_key: str, block: str, checked: Checked) -> dict[str, Any]:
    step = journey.step(step_key)
    assert step is not None
    assert step.section is not None
    filled = SectionForm(step.section, typed=journey.typed(block))
    filled.is_valid()
    checked.problems += _problems(journey, step_key, filled.errors)
    return filled.answers


def check(journey: Journey) -> Checked:
    """Everything that was typed and attached, checked in the order of the steps. Hidden questions do not count."""
    checked, spec = Checked(), journey.spec
    checked.applicant = _block(journey, forms.APPLICANT, APPLICANT_BLOCK, checked)
    checked.answers, errors = journey.checked_form
    for section, found in errors.items():
        checked.problems += _problems(journey, section, found)
    for key, message in journey.missing_papers().items():
        checked.problems.append(Problem(forms.PAPERS, f"id_document-{key}", message))
    checked.delivery = _block(journey, forms.DELIVERY, DELIVERY_BLOCK, checked)
    checked.fees = fee_lines(spec, checked.answers)
    return checked


def lost_files(journey: Journey) -> list[Problem]:
    """Attached files that the storage does not have, or not wholly: a filing without them would arrive empty.

    One question to the storage for each file; asked only when everything else is well, just before sending.
    """
    came_in = [a for a in journey.attachments if a.purpose in (Attachment.Purpose.DOCUMENT, Attachment.Purpose.FIELD)]
    return [_lost(journey, a) for a in came_in if a.purged_at is None and not files.is_stored(a)]


def _lost(journey: Journey, attachment: Attachment) -> Problem:
    """Names the paper and leads to the step where its file is chosen again."""
    words = _("Cổng không đọc được tệp “%(file)s” của “%(paper)s”. Bạn hãy bỏ tệp này và chọn lại ở bước “%(step)s”.")
    document = journey.spec.document(attachment.key) if attachment.purpose == Attachment.Purpose.DOCUMENT else None
    if document is not None:
        key, name, input_id = forms.PAPERS, document.name, f"id_document-{document.key}"
    else:
        key, name = _question(journey, attachment.key)
        input_id = f"id_{attachment.key}"
    step = journey.step(key)
    facts = {"file": attachment.name, "paper": name, "step": step.title if step else ""}
    return Problem(key, input_id, words % facts)


def _question(journey: Journey, key: str) -> tuple[str, str]:
    """Step and label of a question that takes files."""
    sections = journey.spec.form.sections if journey.spec.form else ()
    found = ((s.key, f.label) for s in sections for f in s.fields if f.key == key)
    return next(found, (forms.PAPERS, key))


def compile_draft(draft: Submission) -> Filing:
    """What workflow.submit() writes. Raises Incomplete, naming the first problem, when the draft is not ready."""
    checked = check(Journey(draft))
    if checked.problems:
        raise Incomplete(_("Hồ sơ còn chỗ cần sửa: %s") % checked.problems[0].message)
    return filing_of(draft, checked)


def _hidden_files(journey: Journey, checked: Checked) -> list[Attachment]:
    """Uploads for questions that another answer has hidden since, and for a right to act that nobody claims."""
    form = journey.spec.form
    asked = {f.key for _section, shown in visible_form(form, checked.answers) for f in shown} if form else set()
    unasked = [a for key, many in journey.field_files.items() if key not in asked for a in many]
    return unasked if checked.applicant.get("filed_for_other") else [*unasked, *journey.authority_files]


def send(journey: Journey, checked: Checked, by: Actor) -> Submission:
    """Files a draft that check() found clean. What a hidden question holds is not sent: answers or files."""
    with transaction.atomic():
        for hidden in _hidden_files(journey, checked):
            files.remove(hidden)
        return workflow.submit(journey.draft.pk, filing_of(journey.draft, checked), by=by)


def filing_of(draft: Submission, checked: Checked) -> Filing:
    return Filing(
        version=draft.version,
        answers=checked.answers,
        columns=forms.columns(checked.applicant, checked.delivery),
        fees=checked.fees,
    )
