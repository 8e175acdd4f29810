"""What every paper has: whose it is, under which form, about which submission, for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Agency
from submissions.models import Submission
from submissions.notices.wording import Desk
from submissions.papers import words
from submissions.papers.numbers import next_number
from submissions.papers.occasion import Occasion
from submissions.papers.sets import PaperSet
from submissions.states import Role


def head(occasion: Occasion, paper_set: PaperSet, form_key: str, *, samples: Iterable[str] = ()) -> dict[str, Any]:
    """`samples`: what else on the paper is sample data."""
    s, form = occasion.submission, paper_set.form(form_key)
    today = timezone.localdate(occasion.at)
    return {
        "title": str(form.title),
        "form": form.number,
        "footnote": paper_set.footnote(form_key),
        "sizes": list(form.sizes),
        "number": _number(s, form.symbol, today.year),
        **_issuer(occasion),
        "dated": words.long_date(today),
        "reference": s.reference or "",
        "code": s.dossier_code or "",
        "lookup": f"{settings.SITE_URL}{reverse('lookup')}?{urlencode({'ma': s.reference or ''})}",
        "request": s.procedure.name,
        "procedure": s.procedure.code,
        **people(s),
        "rehearsal": s.is_rehearsal,
        "samples": [*_samples(s), *samples],
    }


def _number(s: Submission, symbol: str, year: int) -> str:
    """A rehearsal takes no number out of the series."""
    if not symbol:
        return ""
    number = _("THỬ") if s.is_rehearsal else f"{next_number(_authority(s.agency), symbol, year):02d}"
    return f"{number}/{symbol}"


def _authority(agency: Agency) -> Agency:
    """Whose name stands above the desk's: the town for its one-stop centre."""
    above = agency.parent if agency.kind == Agency.Kind.ONE_STOP_CENTRE else None
    return above or agency


def _issuer(occasion: Occasion) -> dict[str, Any]:
    authority, desk = _authority(occasion.submission.agency), occasion.desk
    return {
        "agency": authority.name,
        "desk": _desk_name(authority, desk),
        "office": desk.name,
        "place": authority.plain_place,
        "address": desk.address,
        "phone": desk.phone,
        "hours": desk.hours,
    }


def _desk_name(authority: Agency, desk: Desk) -> str:
    """The second line on the left; a unit whose desk has no name of its own has the usual one."""
    if desk.name == authority.name:
        return _("Bộ phận Tiếp nhận và Trả kết quả")
    return desk.name


def people(s: Submission) -> dict[str, Any]:
    """The person who files, and the one it is filed for when that is somebody else."""
    owner = None
    if s.filed_for_other:
        owner = {
            "name": s.owner_name,
            "relation": s.owner_relation,
            "id_number": s.owner_id_number,
            "address": s.owner_address,
            "authority": s.authority,
        }
    return {
        "applicant": {
            "name": s.applicant_name,
            "address": s.applicant_address,
            "phone": s.applicant_phone,
            "email": s.applicant_email,
            "id_number": s.applicant_id_number,
        },
        "owner": owner,
    }


def _samples(s: Submission) -> list[str]:
    desk = s.agency.desk()
    found = []
    if s.dossier_code and (desk if desk.identifier else s.agency).identifier_is_sample:
        found.append(_("mã định danh của cơ quan trong mã hồ sơ"))
    where = desk if desk.address or desk.phone else s.agency
    if not where.contact_checked and (where.address or where.phone):
        found.append(_("địa chỉ, điện thoại nơi nhận hồ sơ"))
    return found


def officer_name(occasion: Occasion) -> str:
    """Under whose name the paper is signed; empty when no officer acted."""
    return str(occasion.officer.user) if occasion.officer is not None else ""


def head_of_office(occasion: Occasion) -> str:
    """The leader who acted; else empty, for the head of the office to sign: nobody else's name stands there."""
    officer = occasion.officer
    return officer_name(occasion) if officer is not None and officer.has_role(Role.LEADER) else ""
