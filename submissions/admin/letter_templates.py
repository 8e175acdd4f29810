"""Letter templates: written by editors beside the table of names, tried with labels in place of answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from portal.lib import text
from procedures import faces
from procedures.models import Agency, Procedure
from submissions import letters
from submissions.admin.letters import nothing, paper
from submissions.letters import body, facts, names, templates
from submissions.models import LetterTemplate


class LetterTemplateForm(forms.ModelForm):
    """What is wrong with marks and names is told at their field, with the line (submissions/letters/templates.py)."""

    class Meta:
        model = LetterTemplate
        fields = ("name", "title", "symbol", "signer_title", "body", "is_active")
        widgets = {
            "name": forms.TextInput,
            "title": forms.TextInput,
            "symbol": forms.TextInput,
            "signer_title": forms.Textarea(attrs={"rows": 3}),
            "body": forms.Textarea(attrs={"rows": 26, "maxlength": body.LONGEST, "spellcheck": "false"}),
        }
        help_texts = {
            "name": gettext_lazy("Tên để cán bộ chọn, ví dụ Giấy xác nhận cư trú."),
            "title": gettext_lazy("In giữa trang, ví dụ GIẤY XÁC NHẬN. Dùng được tên mục trong {{ }}."),
            "symbol": gettext_lazy("Đứng sau số, ví dụ GXN-UBND. Mỗi ký hiệu có một dãy số riêng trong năm."),
            "signer_title": gettext_lazy("Mỗi dòng một dòng trên giấy, ví dụ TM. ỦY BAN NHÂN DÂN rồi CHỦ TỊCH."),
        }

    def clean_symbol(self) -> str:
        return "".join(str(self.cleaned_data["symbol"]).upper().split())

    def clean_body(self) -> str:
        wording = text.nfc(self.cleaned_data["body"]).replace("\r\n", "\n").replace("\0", "")
        if len(wording) > body.LONGEST:
            message = _("Nội dung dài quá %d ký tự. Bạn hãy rút gọn hoặc tách thành hai mẫu.")
            raise forms.ValidationError(message % body.LONGEST)
        return wording

    def clean_name(self) -> str:
        name = text.tidy(self.cleaned_data["name"])
        others = LetterTemplate.objects.filter(procedure=self.instance.procedure_id, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Thủ tục này đã có mẫu cùng tên. Bạn hãy đặt tên khác."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = {name: cleaned.get(name, "") for name in ("title", "symbol", "body")}
        written = LetterTemplate(procedure=self.instance.procedure, **given)
        for field, sentences in letters.errors(written).items():
            if field not in self.errors:
                self.add_error(field, sentences)
        return cleaned


@admin.register(LetterTemplate)
class LetterTemplateAdmin(admin.ModelAdmin):
    """Everybody of the staff reads; editors of the town and the operator write, as with the catalogue."""

    form = LetterTemplateForm
    list_display = ("name", "matter", "symbol", "condition", "updated_at")
    list_filter = ("is_active",)
    search_fields = ("name", "title", "procedure__code", "procedure__search_text")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    # --- who may --------------------------------------------------------------------------------

    def _edits(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.may_edit_catalogue(request))  # type: ignore[attr-defined]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: LetterTemplate | None = None) -> bool:
        return bool(self.admin_site.may_view_catalogue(request))  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._edits(request)

    def has_change_permission(self, request: HttpRequest, obj: LetterTemplate | None = None) -> bool:
        return self._edits(request)

    def has_delete_permission(self, request: HttpRequest, obj: LetterTemplate | None = None) -> bool:
        return self._edits(request)

    # --- the list -------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Mẫu văn bản kết quả"), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[LetterTemplate]:
        rows = super().get_queryset(request).select_related("procedure__published")
        return rows.defer("procedure__search_text", *templates.HEAVY)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        wanted = Q(name__icontains=search_term) | Q(title__icontains=search_term)
        folded = text.fold(search_term)
        return queryset.filter(wanted | Q(procedure__search_text__contains=folded)), False

    @admin.display(description=gettext_lazy("thủ tục"), ordering="procedure__short_name")
    def matter(self, obj: LetterTemplate) -> str:
        return f"{obj.procedure.code} {obj.procedure.short_name}"

    @admin.display(description=gettext_lazy("tình trạng"))
    def condition(self, obj: LetterTemplate) -> str:
        trouble = letters.first_trouble(obj)
        if trouble:
            words = '<span class="tag tag-warning">{}</span> <span class="quiet">{}</span>'
            return format_html(words, _("cần sửa"), trouble)
        tone, label = ("ok", _("đang dùng")) if obj.is_active else ("neutral", _("ngừng dùng"))
        return format_html('<span class="tag tag-{}">{}</span>', tone, label)

    # --- writing one ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        sample = path(
            "xem-thu/<int:pk>/",
            self.admin_site.admin_view(require_POST(self.sample_view)),
            name="submissions_lettertemplate_preview",
        )
        return [sample, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the procedure: its form decides what a template may name."""
        if self.has_add_permission(request) and not request.GET.get("procedure", "").isdecimal():
            rows = Procedure.objects.exclude(published=None).order_by("short_name").defer("search_text")
            context = {**self.admin_site.each_context(request), "title": _("Mẫu mới"), "procedures": rows}
            return TemplateResponse(request, "admin/submissions/lettertemplate/choose.html", context)
        return super().add_view(request, form_url, extra_context)

    def _procedure(self, request: HttpRequest, obj: LetterTemplate | None) -> Procedure:
        if obj is not None:
            return obj.procedure
        rows = Procedure.objects.exclude(published=None).select_related("published")
        return get_object_or_404(rows, pk=request.GET.get("procedure"))

    def get_form(self, request: HttpRequest, obj: LetterTemplate | None = None, change: bool = False, **kw: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kw)
        procedure = self._procedure(request, obj)

        class OfProcedure(form):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.instance.procedure = procedure

        return OfProcedure

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        procedure = self._procedure(request, obj)
        context |= {"procedure": procedure, **_names(procedure)}
        if obj is not None and request.method == "GET":
            context["troubles"] = [s for many in letters.errors(obj).values() for s in many]
        return super().render_change_form(request, context, *args, **kwargs)

    def sample_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The letter with labels in place of answers, of what is typed and not saved."""
        if not self.has_view_permission(request):
            raise Http404
        procedure = get_object_or_404(Procedure.objects.exclude(published=None).select_related("published"), pk=pk)
        form = LetterTemplateForm(request.POST, instance=LetterTemplate(procedure=procedure))
        form.full_clean()
        wrong = [str(e) for name in ("title", "symbol", "body") for e in form.errors.get(name, ())]
        if wrong:
            return nothing(self.admin_site, request, wrong)
        agency = procedure.agencies().first() or Agency.objects.order_by("order").first()
        if agency is None:
            raise Http404
        return paper(letters.compose(form.instance, letters.sample(procedure, agency)))


def _names(procedure: Procedure) -> dict[str, Any]:
    """The table beside the text: what may be written, and what will stand there."""
    known = names.names_of(procedure.spec)
    general = {fact.name: str(fact.label) for fact in facts.FACTS}
    asked = [(name, label) for name, label in known.plain.items() if general.get(name) != label]
    given = [(name, label) for name, label in known.plain.items() if general.get(name) == label]
    lists = [f for f in faces.merge_fields(procedure.spec) if f.columns]
    tables = [(_("Câu hỏi trong tờ khai"), asked), (_("Thông tin có sẵn của mọi hồ sơ"), given)]
    return {"tables": tables, "lists": lists, "open": "{{", "close": "}}"}
