"""What a letter says as plain data, and that data as a page: the one way for samples, previews and issued letters."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import qr
from procedures import faces
from procedures.models import Agency, Procedure
from submissions.letters import facts
from submissions.letters.body import Value, fill, fill_line, read, read_line
from submissions.models import Attachment, LetterTemplate, Officer, Submission

STYLESHEETS = ("css/paper.css", "css/letter.css")
# In place of a number that is not taken yet, or never will be.
NO_NUMBER, REHEARSAL_NUMBER = "…", "THỬ"
COMMITTEE = "Ủy ban nhân dân "
MARK = 16  # letters of the digest that a paper carries

Content = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """Everything that is not in the template: `number` without its symbol, `code` of the dossier."""

    number: str
    day: datetime.date
    agency: Agency
    owner: str
    code: str
    verify: str  # the page that says whether the paper is genuine; empty for a sample
    values: Mapping[str, Value]
    is_rehearsal: bool = False


def number_words(number: int) -> str:
    """Below ten with a nought (NĐ 30/2020 annex I)."""
    return f"{number:02d}"


def setting_of(
    submission: Submission, symbol: str, officer: Officer, now: datetime.datetime, number: str = NO_NUMBER
) -> Setting:
    """The setting of a real submission, with its answers in words."""
    if submission.is_rehearsal:
        number = REHEARSAL_NUMBER
    matter = facts.Matter(submission, officer, now, f"{number}/{symbol}")
    answers = faces.merge_values(submission.revision.spec, submission.answers, _files(submission))
    return Setting(
        number=number,
        day=matter.day,
        agency=submission.agency,
        owner=submission.owner,
        code=str(submission),
        verify=f"{settings.SITE_URL}{reverse('verify')}",
        values={**facts.values(matter), **answers},
        is_rehearsal=submission.is_rehearsal,
    )


def _files(submission: Submission) -> dict[str, list[str]]:
    """Names of the files that answer questions, by question."""
    found: dict[str, list[str]] = {}
    rows = submission.attachments.current().filter(purpose=Attachment.Purpose.FIELD, pending=False)
    for key, name in rows.order_by("order", "pk").values_list("key", "name"):
        found.setdefault(key, []).append(name)
    return found


def sample(procedure: Procedure, agency: Agency) -> Setting:
    """For the editor's eye: every name stands as its label, a list has two rows."""
    values: dict[str, Value] = {fact.name: _blank(str(fact.label)) for fact in facts.FACTS}
    for f in faces.merge_fields(procedure.spec):
        row = {c.name: _blank(c.label) for c in f.columns}
        values[f.name] = [row, row] if f.columns else _blank(f.label)
    owner, code = str(values["chu_ho_so.ten"]), str(values["ho_so.ma"])
    return Setting(NO_NUMBER, timezone.localdate(), agency, owner, code, "", values)


def _blank(label: str) -> str:
    return f"[{label}]"


# --- data ----------------------------------------------------------------------------------------


def compose(template: LetterTemplate, setting: Setting) -> Content:
    """What the letter says, as JSON. The same template and setting always give the same."""
    title, _unused = read_line(template.title)
    return {
        "name": template.name,
        "number": setting.number,
        "symbol": template.symbol,
        **_head(setting.agency),
        "place": setting.agency.plain_place,
        "day": facts.long_day(setting.day),
        "title": fill_line(title, setting.values),
        "blocks": fill(read(template.body).blocks, setting.values),
        "signer": [line.strip() for line in template.signer_title.split("\n") if line.strip()],
        "recipients": [setting.owner, _("Lưu: VT, hồ sơ %s.") % setting.code],
        "code": setting.code,
        "verify": setting.verify,
        "issued_on": setting.day.isoformat(),
        "is_rehearsal": setting.is_rehearsal,
    }


def _head(agency: Agency) -> dict[str, list[str]]:
    """The name of the agency as it heads its letters; a department or centre has its committee above it."""
    if agency.name.startswith(COMMITTEE):
        return {"above": [], "agency": [COMMITTEE.strip().upper(), agency.name.removeprefix(COMMITTEE).upper()]}
    above = agency.parent.name.upper() if agency.parent else ""
    return {"above": [above] if above else [], "agency": [agency.name.upper()]}


def digest(content: Content) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def mark_of(content: Content) -> str:
    """The beginning of the digest, as it is printed beside the QR code; none yet where there is no number."""
    return digest(content)[:MARK].upper() if content["number"].isdigit() else NO_NUMBER


def verify_address(content: Content) -> str:
    """Opens the page of genuine papers with number, day and mark filled in: nothing personal is in it."""
    asked = {
        "so": f"{content['number']}/{content['symbol']}",
        "ngay": content["issued_on"],
        "ma": mark_of(content),
    }
    return f"{content['verify']}?{urlencode(asked)}"


# --- page ----------------------------------------------------------------------------------------


def page(content: Content, stylesheets: tuple[str, ...] = STYLESHEETS, *, preview: bool = False) -> str:
    """The letter as HTML; a preview only has a banner over the same letter."""
    context = {
        "letter": content,
        "qr": qr.data_uri(verify_address(content)) if content["verify"] else "",
        "mark": mark_of(content),
        "stylesheet": stylesheets[0],
        "more_stylesheets": stylesheets[1:],
        "author": " ".join(content["agency"]),
        "preview": preview,
    }
    return render_to_string("papers/letter.html", context)
