"""A message from the citizen to the desk: sent by the box on the submission's own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from submissions import access, conversation, rules
from submissions.errors import SubmissionError
from submissions.views import common, own

PLACE = "#trao-doi"
# What is shown again after a refusal: a text that is far too long may still be cut down by its writer.
LONGEST_TYPED = 20_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, reference: str) -> HttpResponse:
    visitor = common.visitor(request)
    try:
        found = access.submission(visitor, reference)
    except access.NotHeld:
        return own.not_held(request, reference)
    if request.method != "POST":
        return redirect(found.get_absolute_url() + PLACE)
    typed = request.POST.get("text", "")
    try:
        conversation.say(found.pk, typed, by=rules.citizen(found.applicant_name, visitor.account))
    except SubmissionError as problem:
        return own.page(request, found, typed=typed[:LONGEST_TYPED], message_error=str(problem))
    messages.success(request, _("Đã gửi tin nhắn. Cán bộ trả lời ở mục “Trao đổi với cán bộ” và báo cho bạn."))
    return redirect(found.get_absolute_url() + PLACE)
