"""The last step: everything to read once more, then one button that files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from procedures.display import ShownSection
from procedures.formbuilder import SectionForm, typed_from
from procedures.models import Agency
from submissions import access, filing, forms, rules, shown
from submissions.errors import ChangedMeanwhile, FileNotOpened, Incomplete, NotPossible
from submissions.filing import Checked, Journey, Step
from submissions.models import Submission
from submissions.views import common
from submissions.views.frame import page, step_url


@dataclass(frozen=True)
class Part:
    """The answers of one step with the link to change them."""

    url: str
    section: ShownSection

    @property
    def as_list(self) -> list[ShownSection]:
        """For the template that shows several sections."""
        return [self.section]


@dataclass(frozen=True)
class Mend:
    """A line of the error summary that leads to the step where it can be mended, or to an input of this page."""

    url: str
    message: str


def _parts(journey: Journey, checked: Checked) -> list[Part]:
    files = shown.names(journey.field_files)
    sections = [
        *shown.applicant(checked.applicant),
        *(shown.form(journey.spec, checked.answers, files)),
        *shown.delivery(journey.spec, checked.delivery),
    ]
    steps = {s.key: s for s in journey.steps}
    return [Part(step_url(journey.draft, steps[s.key]), s) for s in sections if s.key in steps]


def _mends(journey: Journey, checked: Checked) -> list[Mend]:
    steps = {s.key: s for s in journey.steps}
    return [
        Mend(f"{step_url(journey.draft, steps[p.step])}?xem-lai=1#{p.input_id}", p.message) for p in checked.problems
    ]


def check_page(
    request: HttpRequest,
    journey: Journey,
    here: Step,
    *,
    extra: list[Mend] | None = None,
    posted: bool = False,
    checked: Checked | None = None,
) -> HttpResponse:
    """`posted`: the button was pressed, so that what is missing is an error; before it is only pointed out."""
    checked = checked or filing.check(journey)
    papers = next(s for s in journey.steps if s.key == forms.PAPERS)
    context: dict[str, Any] = {
        "parts": _parts(journey, checked),
        "papers": [p for p in journey.papers() if p.is_needed or p.files],
        "papers_url": step_url(journey.draft, papers),
        "fees": checked.fees,
        "by_post": checked.delivery.get("delivery") == Submission.DeliveryWay.POST,
        "mends": [*_mends(journey, checked), *(extra or [])],
        "posted": posted,
        "form": SectionForm(forms.declaration(), typed=typed_from(forms.declaration(), request.POST)),
        "desk": Agency.objects.defer("content").get(pk=journey.draft.agency_id).desk(),
    }
    if posted:
        context["form"].is_valid()
    return page(request, "submissions/check.html", journey, here, failed=posted, **context)


def send(request: HttpRequest, journey: Journey, here: Step, version: int | None) -> HttpResponse:
    """Files the draft once; everything is checked again here, whatever the steps said."""
    if version is not None and version != journey.draft.version:
        return _again(request, journey, here, _("Bản nháp vừa được sửa ở nơi khác. Bạn xem lại lần nữa rồi bấm gửi."))
    declared = SectionForm(forms.declaration(), typed=typed_from(forms.declaration(), request.POST))
    extra = [] if declared.is_valid() else [Mend(f"#{e.input_id}", e.message) for e in declared.errors]
    visitor = common.visitor(request)
    try:
        checked = _checked(journey, declared=not extra)
        if checked.problems or extra:
            return check_page(request, journey, here, extra=extra, posted=True, checked=checked)
        by = rules.citizen(checked.applicant["applicant_name"], visitor.account)
        submission = filing.send(journey, checked, by)
    except (NotPossible, ChangedMeanwhile, Incomplete, FileNotOpened) as problem:
        return _again(request, journey, here, str(problem))
    access.grant_submission(visitor, submission)
    return redirect("submission-done", submission.reference)


def _checked(journey: Journey, *, declared: bool) -> Checked:
    """Everything once more; when all is well, whether the files are really there. Raises FileNotOpened."""
    checked = filing.check(journey)
    if declared and not checked.problems:
        checked.problems += filing.lost_files(journey)
    return checked


def _again(request: HttpRequest, journey: Journey, here: Step, message: str) -> HttpResponse:
    journey.draft.refresh_from_db()
    return check_page(request, Journey(journey.draft), here, extra=[Mend("#gui", message)], posted=True)
