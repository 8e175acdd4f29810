"""A procedure or its draft as fetched for a page: who may read and who may edit is decided here."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures import editing, spec
from procedures.editing import EditConflict, EditError, Problem, outline
from procedures.editing.standing import log
from procedures.models import ChoiceList, Procedure, ProcedureRevision

View = Callable[..., HttpResponseBase]


def may_edit(request: HttpRequest) -> bool:
    return bool(admin.site.may_edit_catalogue(request))  # type: ignore[attr-defined] # portal/admin_site.py


def procedure_for(request: HttpRequest, pk: int | str, *, edit: bool = False) -> Procedure:
    """For every member of the staff; with `edit` only for the operator and the town's editors. Http404 beyond."""
    may_read = bool(admin.site.may_view_catalogue(request))  # type: ignore[attr-defined]
    if not may_read or (edit and not may_edit(request)):
        raise PermissionDenied
    rows = Procedure.objects.select_related("sector", "published")
    return get_object_or_404(rows, pk=pk)


def address(name: str, procedure: Procedure, *args: object) -> str:
    """The address of one of the pages of procedures/admin/procedure.py."""
    return reverse(f"admin:procedures_procedure_{name}", args=[procedure.pk, *args])


@dataclass
class Opened:
    """A draft with what its pages need to know beside it."""

    procedure: Procedure
    draft: ProcedureRevision
    may_edit: bool

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = self.draft.content
        return found

    @cached_property
    def lists(self) -> dict[str, Any]:
        """What the next saving takes: the shared lists as they are now, and those that only this draft still has."""
        return {**self.draft.lists, **{c.key: c.items for c in ChoiceList.objects.order_by("key")}}

    @property
    def newer_lists(self) -> list[str]:
        """The lists that were edited after the draft took its copies."""
        return [key for key, items in self.draft.lists.items() if self.lists[key] != items]

    @cached_property
    def published_content(self) -> dict[str, Any]:
        return self.procedure.published.content if self.procedure.published else {}

    @cached_property
    def problems(self) -> list[Problem]:
        """As the inputs' pages say them: questions by their words, not by their keys."""
        labels = {**outline.labels(self.published_content), **outline.labels(self.content)}
        return [replace(p, message=_spoken(p.message, labels)) for p in editing.problems(self.draft)]

    @cached_property
    def published_keys(self) -> outline.Published:
        return outline.published_keys(self.procedure)

    @property
    def is_changed(self) -> bool:
        return self.procedure.published is None or self.procedure.published.digest != self.draft.digest

    def differences(self) -> list[str]:
        """To the published document, in words; nothing while the draft cannot be read as a document."""
        if self.problems or self.procedure.published is None:
            return []
        return editing.differences(self.procedure.published.spec, self.draft.spec)

    def differences_to(self, content: dict[str, Any]) -> list[str]:
        """What saving this content would change; nothing while one of the two cannot be read."""
        try:
            return editing.differences(self.draft.spec, spec.build(content, self.lists))
        except (KeyError, ValueError, TypeError, AttributeError):
            return []

    def save(self, content: dict[str, Any], version: int, by: Any, words: str) -> bool:
        """False when nothing was changed. EditConflict when somebody saved meanwhile."""
        if content == self.content and not self.newer_lists:
            return False
        self.draft.lists = self.lists
        self.draft = editing.save(self.draft, content, version=version, by=by)
        self.procedure = Procedure.objects.select_related("sector", "published").get(pk=self.procedure.pk)
        self.draft.procedure = self.procedure
        for kept in ("lists", "problems"):
            self.__dict__.pop(kept, None)
        log(self.procedure, by, words)
        return True


_KEY = re.compile(r"\b([Tt])rường “([a-z][a-z0-9_]*)”")


def _spoken(message: str, labels: dict[str, str]) -> str:
    def said(found: re.Match[str]) -> str:
        label = labels.get(found[2])
        word = _("Câu hỏi") if found[1] == "T" else _("câu hỏi")
        return f"{word} “{label}”" if label else found[0]

    return _KEY.sub(said, message)


def version_of(request: HttpRequest) -> int:
    """The version of the draft that the page showed; one that no draft has when none was sent."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1


def on_draft(edit: bool = True) -> Callable[[View], View]:
    """For views of a draft: gives them the draft, or sends people to the procedure when there is none any more."""

    def around(view: View) -> View:
        @functools.wraps(view)
        def shown(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            procedure = procedure_for(request, pk, edit=edit)
            draft = editing.draft_of(procedure)
            if draft is None:
                messages.warning(request, _("Thủ tục này không có bản soạn nào. Bản soạn đã được công bố hoặc bỏ đi."))
                return HttpResponseRedirect(address("change", procedure))
            draft.procedure = procedure
            return view(request, Opened(procedure, draft, may_edit(request)), *args, **kwargs)

        return shown

    return around


def refused(request: HttpRequest, procedure: Procedure, error: EditError) -> HttpResponse:
    """Back to where the work goes on, with the sentence that says why nothing was done."""
    messages.error(request, str(error))
    still_there = not isinstance(error, EditConflict) or error.draft is not None
    there = still_there and editing.draft_of(procedure) is not None
    return HttpResponseRedirect(address("draft" if there else "change", procedure))


def saved_words(error: EditConflict) -> str:
    """Who saved meanwhile, for pages that keep what was typed: unlike the error they need not be opened again."""
    if error.draft is None or error.draft.edited_at is None:
        return str(error)
    who = str(error.draft.edited_by) if error.draft.edited_by else _("Một người khác")
    when = timezone.localtime(error.draft.edited_at)
    words = {"who": who, "when": f"{when:%H:%M %d/%m/%Y}"}
    return _("%(who)s đã lưu bản soạn này lúc %(when)s, sau khi bạn mở trang. Chưa ghi đè gì.") % words


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shell = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/procedures/{template}.html", {**shell, **context})
