"""A procedure's own page, its earlier revisions, and whether it takes filings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from procedures import editing
from procedures.admin.opened import address, may_edit, page, procedure_for, refused
from procedures.editing import EditError
from procedures.editing.standing import LONGEST_REASON, log
from procedures.models import CatalogueVersion, Procedure, ProcedureRevision

State = ProcedureRevision.State
# Revisions whose differences are said on the procedure's page; earlier ones say them on their own.
COMPARED = 10


@dataclass(frozen=True)
class Line:
    """A revision with what it changed against the one before it; None when that is said elsewhere."""

    revision: ProcedureRevision
    changes: list[str] | None


def _lines(procedure: Procedure) -> list[Line]:
    """Newest first, the draft left out."""
    rows = procedure.revisions.exclude(state=State.DRAFT).defer(*ProcedureRevision.DOCUMENT)
    revisions = list(rows.select_related("edited_by").order_by("-number"))
    changes = {new.pk: _changes(old, new) for new, old in pairwise(revisions[: COMPARED + 1])}
    return [Line(r, changes.get(r.pk)) for r in revisions]


def _changes(old: ProcedureRevision, new: ProcedureRevision) -> list[str]:
    return editing.differences(old.spec, new.spec)


@require_safe
def show(request: HttpRequest, pk: int | str) -> HttpResponse:
    procedure = procedure_for(request, pk)
    draft = editing.draft_of(procedure)
    context = {
        "title": procedure.short_name,
        "procedure": procedure,
        "draft": draft,
        "lines": _lines(procedure),
        "may_edit": may_edit(request),
        "history": editing.history(procedure)[:10],
    }
    return page(request, "procedure", context)


def _revision(procedure: Procedure, number: int) -> ProcedureRevision:
    found = procedure.revisions.exclude(state=State.DRAFT).filter(number=number).select_related("edited_by").first()
    if found is None:
        raise Http404(_("Thủ tục này không có bản số %d.") % number)
    return found


@require_safe
def revision(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One revision: against the one before it, against what is published now, and its whole text."""
    procedure = procedure_for(request, pk)
    found = _revision(procedure, number)
    before = procedure.revisions.exclude(state=State.DRAFT).filter(number__lt=number).order_by("-number").first()
    now = procedure.published
    context = {
        "title": _("Bản số %d") % number,
        "procedure": procedure,
        "revision": found,
        "before": before,
        "changes": _changes(before, found) if before else [],
        "since": _changes(found, now) if now and now.pk != found.pk else [],
        "text": editing.to_yaml(found.content),
        "may_restore": may_edit(request) and found.state == State.RETIRED,
    }
    return page(request, "revision", context)


@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    procedure = procedure_for(request, pk, edit=True)
    try:
        editing.restore(_revision(procedure, number), request.user)
    except EditError as error:
        return refused(request, procedure, error)
    log(procedure, request.user, _("Tạo bản soạn từ bản số %d.") % number)
    messages.success(request, _("Đã tạo bản soạn từ bản số %d. Bạn xem lại rồi công bố.") % number)
    return HttpResponseRedirect(address("draft", procedure))


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Starts the draft, or goes on with the one that is there."""
    procedure = procedure_for(request, pk, edit=True)
    is_new = editing.draft_of(procedure) is None
    try:
        editing.start(procedure, request.user)
    except EditError as error:
        return refused(request, procedure, error)
    if is_new:
        log(procedure, request.user, _("Bắt đầu bản soạn."))
    return HttpResponseRedirect(address("draft", procedure))


# --- taking filings ----------------------------------------------------------------------------------


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Câu cho người dân"),
        help_text=gettext_lazy(
            "Người dân đọc câu này trên trang thủ tục, ví dụ: Đang thay mẫu tờ khai, dự kiến nhận lại từ 01/12/2026."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Bạn hãy ghi lý do để người dân biết vì sao không nộp được.")},
    )


class LinkForm(forms.ModelForm):
    class Meta:
        model = Procedure
        fields = ("national_portal_url",)
        labels = {"national_portal_url": gettext_lazy("Địa chỉ nộp tại Cổng dịch vụ công quốc gia")}
        help_texts = {"national_portal_url": gettext_lazy("Hiện cạnh nút nộp hồ sơ. Để trống nếu không có.")}
        error_messages = {
            "national_portal_url": {"invalid": gettext_lazy("Địa chỉ bắt đầu bằng https://. Bạn chép lại cả địa chỉ.")}
        }


def _form_page(request: HttpRequest, procedure: Procedure, form: forms.BaseForm, **words: Any) -> HttpResponse:
    return page(request, "ask", {"procedure": procedure, "form": form, "back": address("change", procedure), **words})


def _standing(request: HttpRequest, pk: int, act: Any, done: str, **words: Any) -> HttpResponse:
    procedure = procedure_for(request, pk, edit=True)
    form = ReasonForm(request.POST or None, label_suffix="")
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            act(procedure, form.cleaned_data["reason"], request.user)
        except EditError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, done)
            return HttpResponseRedirect(address("change", procedure))
    return _form_page(request, procedure, form, **words)


def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _standing(
        request,
        pk,
        editing.pause,
        _("Đã tạm dừng nhận hồ sơ trực tuyến."),
        title=_("Tạm dừng nhận trực tuyến"),
        explain=_("Không ai nộp mới được. Hồ sơ đã nộp vẫn giải quyết; bản nháp của người dân được giữ lại."),
        button=_("Tạm dừng"),
    )


def close(request: HttpRequest, pk: int) -> HttpResponse:
    return _standing(
        request,
        pk,
        editing.close,
        _("Đã ghi thủ tục là bãi bỏ."),
        title=_("Bãi bỏ thủ tục"),
        explain=_("Trang thủ tục vẫn còn, ghi rõ đã bãi bỏ; không ai nộp mới được. Hồ sơ đã nộp vẫn giải quyết."),
        button=_("Bãi bỏ"),
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    procedure = procedure_for(request, pk, edit=True)
    editing.reopen(procedure, request.user)
    messages.success(request, _("Đã mở lại, người dân nộp hồ sơ được."))
    return HttpResponseRedirect(address("change", procedure))


def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the same procedure is filed at the national portal."""
    procedure = procedure_for(request, pk, edit=True)
    form = LinkForm(request.POST or None, instance=procedure, label_suffix="")
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        form.save()
        CatalogueVersion.bump()
        log(procedure, request.user, _("Sửa liên kết Cổng dịch vụ công quốc gia."))
        messages.success(request, _("Đã lưu liên kết."))
        return HttpResponseRedirect(address("change", procedure))
    words = {"title": _("Liên kết Cổng quốc gia"), "explain": "", "button": _("Lưu")}
    return _form_page(request, procedure_for(request, pk), form, **words)


class PayWhenForm(forms.Form):
    pay_when = forms.ChoiceField(
        label=gettext_lazy("Người dân nộp phí, lệ phí khi nào"),
        choices=[
            (Procedure.PayWhen.AFTER_RECEIPT, gettext_lazy("Sau khi hồ sơ được tiếp nhận (nên dùng)")),
            (Procedure.PayWhen.BEFORE_RECEIPT, gettext_lazy("Trước khi hồ sơ được tiếp nhận")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Bạn hãy chọn một trong hai.")},
    )


def pay_when(request: HttpRequest, pk: int) -> HttpResponse:
    """Before or after receipt; files that wait for receipt follow it too."""
    procedure = procedure_for(request, pk, edit=True)
    form = PayWhenForm(request.POST or None, initial={"pay_when": procedure.pay_when}, label_suffix="")
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        changed = editing.set_pay_when(procedure, form.cleaned_data["pay_when"], request.user)
        messages.success(request, _("Phí, lệ phí nộp %s.") % changed.get_pay_when_display())
        return HttpResponseRedirect(address("change", procedure))
    explain = _(
        "Sau khi tiếp nhận: người dân chỉ trả tiền cho hồ sơ đã đủ giấy tờ. Trước khi tiếp nhận: cán bộ chỉ tiếp nhận "
        "được hồ sơ đã nộp đủ tiền; hồ sơ bị từ chối thì phải hoàn lại tiền. Hồ sơ đang chờ tiếp nhận cũng theo lựa "
        "chọn mới."
    )
    words = {"title": _("Khi nào nộp phí, lệ phí"), "explain": explain, "button": _("Lưu")}
    return _form_page(request, procedure, form, **words)
