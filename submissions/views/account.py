"""What this browser, or the account that is logged in, holds: drafts to go on with and submissions to follow."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from submissions import access, rules, workflow
from submissions.errors import SubmissionError
from submissions.views import common

MOST = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    visitor = common.visitor(request)
    if request.method == "POST":
        return _posted(request, visitor)
    context = {
        "drafts": list(access.drafts(visitor)[:MOST]),
        "submissions": list(access.submissions(visitor)[:MOST]),
        "account": visitor.account,
    }
    return render(request, "submissions/account.html", context)


def _posted(request: HttpRequest, visitor: access.Visitor) -> HttpResponse:
    if "forget" in request.POST:
        access.forget(visitor)
        messages.success(request, _("Máy này không còn mở được hồ sơ nào. Bạn mở lại bằng mã tra cứu và mã bí mật."))
        return redirect("account")
    draft = access.drafts(visitor).filter(draft_key=common.word(request.POST, "remove-draft")).first()
    if draft is not None:
        try:
            workflow.discard(draft.pk, by=rules.citizen(user=visitor.account))
            messages.success(request, _("Đã xóa bản nháp “%s” cùng các tệp của nó.") % draft.procedure.short_name)
        except SubmissionError as problem:
            messages.error(request, str(problem))
    return redirect("account")
