"""Saved views of the work list: keep the present filters, rename, share, delete."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from submissions import saved_views, worklist
from submissions.admin import access, listing
from submissions.errors import SubmissionError
from submissions.models import Officer, SavedView
from submissions.states import Role

LIST = "admin:submissions_submission_changelist"
ALL = "admin:submissions_views"
SHARED = [(r.value, r.label) for r in Role if r in worklist.DESK_ROLES]


class ViewForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Tên bộ lọc"),
        max_length=saved_views.LONGEST_NAME,
        help_text=gettext_lazy("Ví dụ: Khai sinh sắp đến hạn."),
        error_messages={"required": gettext_lazy("Bạn hãy đặt tên cho bộ lọc.")},
    )
    shared_with = forms.ChoiceField(
        label=gettext_lazy("Ai dùng được"),
        required=False,
        choices=[("", gettext_lazy("Chỉ mình tôi"))],
        help_text=gettext_lazy("Dùng chung: cán bộ cùng cơ quan có vai trò này cũng thấy bộ lọc."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False, "label_suffix": ""})
        same = [(value, _("Tôi và cán bộ %s") % label) for value, label in SHARED]
        self.fields["shared_with"].choices = [("", _("Chỉ mình tôi")), *same]  # type: ignore[attr-defined]


def _officer(request: HttpRequest) -> Officer:
    officer = access.desk_officer(request)
    if officer is None:
        raise Http404
    return officer


def _own(request: HttpRequest, pk: int) -> tuple[Officer, SavedView]:
    """The view of the officer's own; Http404 for a colleague's, who alone may change it."""
    officer = _officer(request)
    view = saved_views.own(officer).filter(pk=pk).first()
    if view is None:
        raise Http404
    return officer, view


def overview(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    officer = _officer(request)
    context = {**site, "title": _("Bộ lọc đã lưu"), "views": saved_views.links(officer)}
    return TemplateResponse(request, "admin/submissions/views/overview.html", context)


def save(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    """The filters come in the address, as in the list's own; the name is typed."""
    officer = _officer(request)
    picked = listing.chosen(request, officer)
    form = ViewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            view = saved_views.keep(officer, form.cleaned_data["name"], picked, form.cleaned_data["shared_with"])
        except SubmissionError as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, _("Đã lưu bộ lọc “%s”. Bạn mở lại từ bàn làm việc hoặc đầu danh sách.") % view)
            return HttpResponseRedirect(f"{reverse(LIST)}?{view.query}")
    back = f"{reverse(LIST)}?{picked.query}"
    context = {**site, "title": _("Lưu bộ lọc"), "form": form, "picked": picked, "back": back}
    return TemplateResponse(request, "admin/submissions/views/form.html", context)


def change(request: HttpRequest, pk: int, site: dict[str, Any]) -> HttpResponse:
    officer, view = _own(request, pk)
    typed = request.POST if request.method == "POST" else None
    form = ViewForm(typed, initial={"name": view.name, "shared_with": view.shared_with})
    if request.method == "POST" and form.is_valid():
        try:
            saved_views.change(view, form.cleaned_data["name"], form.cleaned_data["shared_with"])
        except SubmissionError as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, _("Đã sửa bộ lọc “%s”.") % view)
            return HttpResponseRedirect(reverse(ALL))
    picked = saved_views.read(officer, view.query, access.page_clock(request))
    context = {**site, "title": _("Sửa bộ lọc"), "form": form, "picked": picked, "view": view, "back": reverse(ALL)}
    return TemplateResponse(request, "admin/submissions/views/form.html", context)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """A second press finds nothing to delete, which is what was wanted."""
    view = saved_views.own(_officer(request)).filter(pk=pk).first()
    if view is not None:
        view.delete()
        messages.success(request, _("Đã xóa bộ lọc “%s”.") % view.name)
    return HttpResponseRedirect(reverse(ALL))
