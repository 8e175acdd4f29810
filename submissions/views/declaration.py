"""Fill in and print: the form on one page, the answer is the filled paper. Nothing is stored unless one asks for it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.lib.pdf import PdfError
from procedures import blank_forms, listing, overview, printing
from procedures.formbuilder import FieldError, LongForm, press_row_button_of_form, pressed_button, typed_of_form
from procedures.models import Agency, Procedure, Tier
from procedures.spec import FormSpec, ProcedureSpec
from procedures.views.downloads import file_response, published_on
from submissions import kept_forms
from submissions.errors import NotPossible
from submissions.views import common

log = logging.getLogger(__name__)
THROTTLE = "declaration"
OFFICE = "co-quan"  # a question's key has no dash, so that this name is always free
END = "lay-to-khai"  # where the buttons are
KEEP, INCOMPLETE = "keep", "incomplete"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest, code: str) -> HttpResponse:
    procedure = listing.published(code)
    if procedure is None:
        raise Http404(_("Không có thủ tục nào mang mã này."))
    is_closed = procedure.status == Procedure.Status.CLOSED
    if is_closed or not blank_forms.keys(procedure.spec) or procedure.spec.form is None:
        context = {"procedure": procedure, "is_closed": is_closed}
        return common.refused(request, "submissions/no_declaration.html", 404, **context)
    page = _Page(request, procedure, procedure.spec, procedure.spec.form)
    return page.posted() if request.method == "POST" else page.shown(page.long_form(None))


@dataclass
class _Page:
    """One request for the page: what was typed and chosen, and the two ways to answer."""

    request: HttpRequest
    procedure: Procedure
    spec: ProcedureSpec
    form: FormSpec

    # --- what was chosen -------------------------------------------------------------------------

    def name(self, own: str) -> str:
        """What the page's own box is called; a form may have a question of that name."""
        return f"page-{own}" if self.form.field(own) else own

    def ticked(self, own: str) -> bool:
        return self.request.POST.get(self.name(own), "") not in ("", "0", "false")

    @cached_property
    def about(self) -> overview.Overview:
        return overview.of(self.procedure, timezone.localdate())

    @cached_property
    def offices(self) -> list[Agency]:
        """The units that the paper may be addressed to; a town's paper has one place to go."""
        found = self.about.offices if self.procedure.tier == Tier.WARD else []
        return [o.agency for o in found if o.is_active]

    @cached_property
    def slug(self) -> str:
        given = self.request.POST if self.request.method == "POST" else self.request.GET
        return common.word(given, OFFICE)

    @cached_property
    def office(self) -> Agency | None:
        return next((o for o in self.offices if o.slug == self.slug), None) if self.slug else None

    def office_errors(self) -> list[FieldError]:
        if not self.slug or self.office or not self.offices:
            return []
        message = _("Nơi nhận bạn chọn không có trong danh sách. Bạn chọn lại, hoặc để trống để ghi tay.")
        return [FieldError(OFFICE, _("Nơi nhận"), message)]

    def long_form(self, typed: dict[str, list[str]] | None) -> LongForm:
        return LongForm(self.form, typed=typed or {}, blanks=typed is not None and self.ticked(INCOMPLETE))

    # --- answering -------------------------------------------------------------------------------

    def posted(self) -> HttpResponse:
        typed = typed_of_form(self.form, self.request.POST)
        with_row = press_row_button_of_form(self.form, self.request.POST, typed)
        kind = pressed_button(self.form.fields(), self.request.POST, "pdf")
        if with_row is not None or kind not in printing.KINDS:
            return self.shown(self.long_form(typed if with_row is None else with_row))
        filled = self.long_form(typed)
        filled.is_valid()
        errors = [*self.office_errors(), *filled.errors]
        if errors:
            return self.shown(filled, errors)
        if common.is_throttled(self.request, THROTTLE):
            return self.too_many(filled)
        common.count_try(self.request, THROTTLE)
        return self.paper(filled, kind)

    def too_many(self, filled: LongForm) -> HttpResponse:
        """The page with all that was typed, to press the button again later."""
        times, seconds = settings.THROTTLES[THROTTLE]
        sentence = _(
            "Từ địa chỉ mạng này đã lấy %(times)d tờ khai. Những gì bạn điền vẫn còn ở trang này; hãy bấm tải lại sau "
            "%(minutes)d phút."
        )
        error = FieldError(END, "", sentence % {"times": times, "minutes": max(1, seconds // 60)})
        answer = self.shown(filled, [error])
        answer.status_code, answer["Retry-After"] = 429, str(seconds)
        return answer

    def paper(self, filled: LongForm, kind: str) -> HttpResponse:
        try:
            mark = self._kept(filled) if self.ticked(KEEP) else None
        except NotPossible as problem:
            return self.shown(filled, [FieldError(END, "", str(problem))])
        facts: dict[str, Any] = {
            "revised_on": published_on(self.procedure),
            "mark": mark,
            "blanks": self.ticked(INCOMPLETE),
        }
        facts["agency"] = self.office.name if self.office else ""
        try:
            return file_response(printing.filled_form(self.spec, filled.answers, kind, **facts))
        except PdfError as error:
            log.warning("filled form %s: %s", self.spec.code, error)
            stylesheet = static(printing.STYLESHEET)
            return HttpResponse(printing.printable_page(self.spec, stylesheet, filled.answers, **facts))

    def _kept(self, filled: LongForm) -> printing.Mark:
        assert self.procedure.published is not None
        return kept_forms.mark(kept_forms.keep(self.procedure.published, filled.typed_answers))

    def shown(self, form: LongForm, errors: list[FieldError] | None = None) -> HttpResponse:
        errors = errors or []
        context = {
            "o": self.about,
            "form": form,
            "errors": errors,
            "may_leave_open": self.ticked(INCOMPLETE) or any(e.is_missing for e in errors),
            "incomplete": self.ticked(INCOMPLETE),
            "keep": self.ticked(KEEP),
            "keep_name": self.name(KEEP),
            "incomplete_name": self.name(INCOMPLETE),
            "offices": self.offices,
            "chosen": self.slug,
            "office_error": next((e.message for e in errors if e.input_id == OFFICE), ""),
            "kept_days": settings.KEPT_FORM_DAYS,
            "last_day": kept_forms.last_day_from(timezone.localdate()),
        }
        status = common.error_status(self.request) if errors else 200
        return render(self.request, "submissions/declaration.html", context, status=status)
