"""Sample submissions: typed like a citizen's, checked like a citizen's, moved on by the workflow."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from procedures import deadlines
from procedures.models import Agency, Procedure
from submissions import conversation, files, filing, rules, workflow
from submissions.management import demo
from submissions.models import Notice, Submission
from submissions.notices import officers_with
from submissions.states import ACTS, CITIZEN, Act, Transition, rows_for

DATA = Path(__file__).with_name("samples.yaml")
KEY = "demo-"
Step = dict[str, Any]
SAFE_MAIL = ("filebased", "console", "locmem", "dummy")


class Part(Protocol):
    """Samples of another app, registered in demo.MORE: a file like DATA without bases, the verbs that its steps have
    beside those of the workflow, and what is different while any sample is made."""

    DATA: Path
    ACTS: Mapping[str, Callable[[Submission, Mapping[str, Any]], None]]

    def around(self, sample: Mapping[str, Any]) -> contextlib.AbstractContextManager[None]: ...


def _parts() -> list[Part]:
    return [cast(Part, importlib.import_module(name)) for name in demo.MORE]


def _read(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return raw


def load() -> list[dict[str, Any]]:
    """The samples with their base merged in, our own first."""
    raw = _read(DATA)
    found = []
    for sample in [*raw["samples"], *(s for part in _parts() for s in _read(part.DATA)["samples"])]:
        base = raw["bases"][sample["base"]]
        form = {**base["form"], **_of_person(sample["base"], sample["person"]), **(sample.get("form") or {})}
        found.append({**sample, "procedure": base["procedure"], "form": form})
    return found


# The answers that repeat who files, by base: answer key -> what of the person.
PERSON_KEYS: dict[str, dict[str, str]] = {
    "khai-sinh": {"requester_name": "name", "requester_id_number": "id", "requester_phone": "phone"},
    "hon-nhan": {
        "requester_name": "name", "requester_id_number": "id", "requester_phone": "phone",
        "subject_name": "name", "subject_id_number": "id", "subject_birth_date": "born",
    },
    "ho-kinh-doanh": {
        "owner_full_name": "name", "owner_id_number": "id", "owner_phone": "phone", "owner_date_of_birth": "born",
    },
    "sao-van-bang": {
        "requester_full_name": "name", "requester_id_number": "id", "requester_phone": "phone",
        "requester_date_of_birth": "born",
    },
}  # fmt: skip


def _of_person(base: str, person: Mapping[str, str]) -> dict[str, str]:
    return {key: person[what] for key, what in PERSON_KEYS[base].items()}


def missing_ground(sample: Mapping[str, Any]) -> bool:
    """Does the catalogue lack the procedure or the agency of this sample?"""
    taken = Procedure.objects.filter(code=sample["procedure"], published__isnull=False, level__gte=3).exists()
    return not (taken and Agency.objects.active().filter(slug=sample["agency"]).exists())


def exists(sample: Mapping[str, Any]) -> bool:
    return Submission.objects.filter(draft_key=KEY + sample["key"]).exists()


# --- filing --------------------------------------------------------------------------------------


def _inputs(form: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Answers as the inputs of a page: rows of a repeat are a formset."""
    for key, value in form.items():
        if not isinstance(value, list):
            yield key, [str(value)]
            continue
        yield f"{key}-TOTAL_FORMS", [str(len(value))]
        yield f"{key}-INITIAL_FORMS", ["0"]
        for number, row in enumerate(value):
            yield from ((f"{key}-{number}-{name}", [str(v)]) for name, v in row.items())


def _typed(sample: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    person = sample["person"]
    address = next(v for k, v in sample["form"].items() if k.endswith(("_residence", "_permanent_address")))
    applicant = {
        "applicant_name": [person["name"]],
        "applicant_id_number": [person["id"]],
        "applicant_phone": [person["phone"]],
        "applicant_email": [f"{sample['key']}@example.vn"],
        "applicant_address": [address],
    }
    delivery = {k: [v] for k, v in (sample.get("delivery") or {"delivery": "counter"}).items()}
    return {"applicant": applicant, "form": dict(_inputs(sample["form"])), "delivery": delivery}


def picture(words: str) -> SimpleUploadedFile:
    """A page that says that it is only a sample, another one for other words."""
    page = Image.new("RGB", (1000, 1400), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 960, 1360), outline="#9f1d20", width=6)
    draw.text((120, 200), "TAI LIEU MAU", fill="#9f1d20", font=ImageFont.load_default(72))
    draw.text((120, 320), "Khong co gia tri su dung", fill="#1b1f24", font=ImageFont.load_default(40))
    draw.text((120, 420), words, fill="#4b5563", font=ImageFont.load_default(32))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70)
    return SimpleUploadedFile("Ảnh chụp giấy tờ mẫu.jpg", out.getvalue(), content_type="image/jpeg")


def _file(sample: Mapping[str, Any]) -> Submission:
    procedure = Procedure.objects.select_related("published").get(code=sample["procedure"])
    draft = filing.start_draft(procedure, Agency.objects.get(slug=sample["agency"]))
    draft.draft_key, draft.typed = KEY + sample["key"], _typed(sample)
    draft.save()
    asked = {key for step in sample.get("steps") or () for key in step.get("documents", ())}
    answers = filing.Journey(draft).answers
    for document in procedure.spec.documents:
        if document.is_needed(answers) or document.key in asked:
            files.accept(picture(f"{sample['key']} {document.key}"), submission=draft, key=document.key)
    return workflow.submit(draft.pk, filing.compile_draft(draft), by=rules.citizen(sample["person"]["name"]))


# --- working on it -------------------------------------------------------------------------------


def _items(asked: Mapping[str, str] | None) -> list[workflow.Item]:
    return [{"key": key, "reason": why} for key, why in (asked or {}).items()]


def _supplement(submission: Submission, by: rules.Actor, message: str = "") -> None:
    request = submission.open_request
    assert request is not None
    for key in request.document_keys:
        files.accept(picture(f"bo sung {request.round} {key}"), submission=submission, key=key, supplement=request)
    workflow.supplement(submission.pk, by=by, answers=submission.answers, message=message)


def _actor(submission: Submission, verb: str) -> rules.Actor:
    """Who does it: the citizen, or an officer of the agency who holds the first role that may."""
    rows: tuple[Transition | Act, ...] = (*rows_for(verb), *ACTS)
    roles = next(row.roles for row in rows if row.verb == verb)
    if CITIZEN in roles:
        return rules.citizen(submission.applicant_name)
    officer = next(o for role in roles for o in officers_with(submission.agency, role))
    return rules.officer_actor(officer)


def _do(submission: Submission, step: Step) -> None:
    words = dict(step)
    verb = words.pop("verb")
    for part in _parts():
        if verb in part.ACTS:
            part.ACTS[verb](submission, words)
            return
    if verb == "say":
        conversation.say(submission.pk, words["text"], by=rules.citizen(submission.applicant_name))
        return
    by = _actor(submission, verb)
    if verb == "supplement":
        _supplement(submission, by, **words)
        return
    if verb == "request_supplement":
        words |= {name: _items(words.get(name)) for name in ("documents", "fields")}
    act = getattr(workflow, {"note": "add_note"}.get(verb, verb))
    act(submission.pk, by=by, **words)


def _reaches_people() -> bool:
    """Would a notice leave this machine?"""
    mail_stays = any(word in settings.EMAIL_BACKEND for word in SAFE_MAIL)
    return not mail_stays or settings.SMS_BACKEND not in ("console", "none")


@contextlib.contextmanager
def _earlier(working_days: int) -> Iterator[None]:
    """Turns the portal's clock back to a morning that many working days ago, so that a desk shows late ones too.

    A command is alone in its process: nobody else reads this clock.
    """
    if not working_days:
        yield
        return
    day, days, real = timezone.localdate(), deadlines.calendar(), timezone.now
    for _back in range(working_days):
        day -= datetime.timedelta(days=1)
        while not days.is_working_day(day):
            day -= datetime.timedelta(days=1)
    back = real() - timezone.make_aware(datetime.datetime.combine(day, datetime.time(9, 15)))
    timezone.now = lambda: real() - back
    try:
        yield
    finally:
        timezone.now = real


def make(sample: Mapping[str, Any]) -> Submission:
    """Files the sample and takes its steps, all or nothing. Made-up addresses are never really written to."""
    with contextlib.ExitStack() as held:
        held.enter_context(transaction.atomic())
        held.enter_context(_earlier(sample.get("working_days_ago", 0)))
        for part in _parts():
            held.enter_context(part.around(sample))
        submission = _file(sample)
        for step in sample.get("steps") or ():
            _do(Submission.objects.get(pk=submission.pk), step)
        if _reaches_people():
            Notice.objects.filter(submission=submission, sent_at=None).delete()
    return submission
