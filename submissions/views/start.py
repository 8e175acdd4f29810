"""The first page of a filing: what will be needed, where it goes, and the button that begins a draft."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procedures import listing, overview
from procedures.models import Agency, Procedure, Tier
from submissions import access, filing, forms
from submissions.models import Submission
from submissions.views import common

FILING_LEVEL = 3


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    rows = Procedure.objects.select_related("published", "sector").defer(*listing.HEAVY)
    procedure = get_object_or_404(rows, code=code, published__isnull=False)
    if procedure.level < FILING_LEVEL:
        return common.refused(request, "submissions/no_filing.html", 404, procedure=procedure)
    offices = list(procedure.agencies())
    if request.method == "POST" and procedure.takes_filings and offices:
        return _begin(request, procedure, offices)
    return _page(request, procedure, offices, common.word(request.GET, "co-quan"))


def _page(
    request: HttpRequest, procedure: Procedure, offices: list[Agency], chosen: str, error: str = ""
) -> HttpResponse:
    drafts = access.drafts(common.visitor(request)).filter(procedure=procedure)
    context = {
        "o": overview.of(procedure, timezone.localdate()),
        "offices": offices,
        "chosen": chosen,
        "gone": _gone(chosen, offices),
        "drafts": list(drafts[:5]),
        "error": error,
        "steps": _step_titles(procedure),
    }
    return render(request, "submissions/start.html", context, status=common.error_status(request) if error else 200)


def _gone(slug: str, offices: list[Agency]) -> Agency | None:
    """The unit of an old link that takes no filings any more; its successor is named on the page."""
    if not slug or any(o.slug == slug for o in offices):
        return None
    return Agency.objects.select_related("successor").filter(slug=slug).first()


def _step_titles(procedure: Procedure) -> list[Any]:
    form = procedure.spec.form
    sections = [s.title for s in form.sections] if form else []
    return [forms.applicant().title, *sections, _("Giấy tờ kèm theo"), _("Nhận kết quả"), _("Kiểm tra và gửi")]


def _chosen(offices: list[Agency], slug: str, tier: str) -> Agency | None:
    """Nobody has to choose when there is one; but who names a ward that is gone is not filed at another unasked."""
    if len(offices) == 1 and (not slug or tier == Tier.TOWN):
        return offices[0]
    return next((o for o in offices if o.slug == slug), None)


def _begin(request: HttpRequest, procedure: Procedure, offices: list[Agency]) -> HttpResponse:
    slug = common.word(request.POST, "co-quan") or common.word(request.GET, "co-quan")
    office = _chosen(offices, slug, procedure.tier)
    if office is None:
        return _page(request, procedure, offices, slug, _("Bạn chưa chọn nơi nộp hồ sơ. Hãy chọn một phường hoặc xã."))
    if common.is_throttled(request, "filing"):
        return common.throttled_page(request, "filing")
    return redirect("filing-step", procedure.code, _draft(request, procedure, office).draft_key, forms.APPLICANT)


def _draft(request: HttpRequest, procedure: Procedure, office: Agency) -> Submission:
    visitor = common.visitor(request)
    draft = filing.find_empty(access.drafts(visitor), procedure, office)
    if draft is None:
        common.count_try(request, "filing")
        draft = filing.start_draft(procedure, office, visitor.account)
    access.grant_draft(visitor, draft)
    return draft
