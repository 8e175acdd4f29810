"""The page itself: a file is typed in, kept, and filed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procedures import wording
from procedures.formbuilder import pressed_button
from procedures.models import Procedure
from submissions import counter, files, filing, kept_forms, rules, workflow
from submissions.admin.counter.desk import at_desk, done_address, form_address, page
from submissions.counter import Entry
from submissions.errors import ChangedMeanwhile, NotAllowed, SubmissionError
from submissions.models import Officer, Submission
from submissions.states import State

KEY, VERSION = "counter-key", "counter-version"
FILING = {"receive": True, "file": False}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, code: str) -> HttpResponse:
    officer = at_desk(request)
    try:
        wanted = counter.procedure(officer, code)
        answer = _posted if request.method == "POST" else _opened
        return answer(request, officer, wanted)
    except Procedure.DoesNotExist:
        raise Http404 from None
    except SubmissionError as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("admin:submissions_counter"))


def _opened(request: HttpRequest, officer: Officer, wanted: Procedure) -> HttpResponse:
    key = request.GET.get("nhap", "")
    with transaction.atomic():
        draft = counter.held(officer, wanted, key)
        if draft is not None and draft.state == State.DRAFT:
            _follow(request, draft)
    if draft is not None and draft.state != State.DRAFT:
        return HttpResponseRedirect(done_address(draft))
    if key and draft is None:
        raise Http404
    return _shown(request, Entry(draft or _new(request, officer, wanted)))


def _new(request: HttpRequest, officer: Officer, wanted: Procedure) -> Submission:
    draft, reference = counter.begin(officer, wanted), request.GET.get("to-khai", "")
    kept = kept_forms.find(reference) if reference else None
    if kept is not None and kept.procedure_id == wanted.pk:
        if not counter.take_over(draft, kept):
            messages.warning(request, _("Biểu mẫu đã có bản mới từ khi người dân điền. Bạn rà lại các câu hỏi."))
    elif reference:
        messages.error(request, _("Mã tờ khai này của thủ tục khác, hoặc đã quá hạn giữ. Bạn nhập tờ khai từ đầu."))
    return draft


def _follow(request: HttpRequest, draft: Submission) -> bool:
    changes = filing.follow_published(draft)
    if changes is not None:
        lead = _("Biểu mẫu của thủ tục này vừa có bản mới. Những gì còn hợp với bản mới vẫn được giữ.")
        messages.warning(request, " ".join([lead, *changes.sentences()]))
    return changes is not None


def _shown(request: HttpRequest, shown: Entry, **more: Any) -> HttpResponse:
    draft, spec = shown.draft, shown.spec
    errors = shown.errors
    context = {
        "entry": shown,
        "errors": errors,
        "warnings": [] if errors else shown.warnings,
        "draft": draft,
        "procedure": draft.procedure,
        "limit": wording.time_limit(spec.time_limit),
        "fees": filing.fee_lines(spec, shown.answers),
        "accept": files.ACCEPT,
        "channel": shown.channel.render() if errors else _focused(shown.channel.render()),
        "is_paused": draft.procedure.status == Procedure.Status.PAUSED,
        **more,
    }
    return page(request, "form", draft.procedure.short_name, context)


def _focused(html: SafeString) -> SafeString:
    """The first input of the page has the focus, so that typing can begin at once."""
    return SafeString(html.replace("<input ", "<input autofocus ", 1))


# --- posting -------------------------------------------------------------------------------------


def _posted(request: HttpRequest, officer: Officer, wanted: Procedure) -> HttpResponse:
    """One transaction a press, under the lock of the entry: of two at once the second finds what the first made."""
    with transaction.atomic():
        draft = counter.held(officer, wanted, request.POST.get(KEY, ""))
        if draft is not None and draft.state != State.DRAFT:
            return HttpResponseRedirect(done_address(draft))
        if draft is None:
            draft = counter.begin(officer, wanted, request.POST.get(KEY, ""))
        moved = not draft._state.adding and _follow(request, draft)
        try:
            return _taken(request, officer, draft, moved)
        except ChangedMeanwhile:
            return _meanwhile(request, officer, wanted, draft)


def _taken(request: HttpRequest, officer: Officer, draft: Submission, moved: bool) -> HttpResponse:
    """What was typed is stored first, whatever it is; then the button does its work."""
    spec, post = draft.revision.spec, request.POST
    button = pressed_button(spec.form.fields() if spec.form else (), post, "save")
    if button == "discard":
        return _discarded(request, officer, draft)
    blocks, row_pressed = counter.blocks_from(spec, post)
    counter.save(draft, blocks, version=None if moved else _version(request))
    removed = counter.remove_file(draft, post.get("remove-file", ""))
    refused = counter.take_files(draft, request.FILES)
    if not moved and not refused and not removed and not row_pressed and button in FILING:
        return _filed(request, officer, Entry(draft), receive=FILING[button])
    if refused:
        return _shown(request, Entry(draft, refused=refused))
    if button == "save" and not removed and not row_pressed:
        messages.info(request, _("Đã lưu bản nhập. Bạn có thể làm tiếp lúc khác ở mục “Đang nhập dở”."))
    return HttpResponseRedirect(form_address(draft.procedure.code, nhap=draft.draft_key) + _place(request))


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get(VERSION, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _place(request: HttpRequest) -> str:
    """Back to the list whose row was added or removed."""
    names = (name.partition("-") for name in request.POST)
    return next((f"#id_{key}" for verb, _dash, key in names if verb in ("add", "remove") and key != "file"), "")


def _discarded(request: HttpRequest, officer: Officer, draft: Submission) -> HttpResponse:
    if draft.pk is not None:
        workflow.discard(draft.pk, by=rules.officer_actor(officer))
    messages.info(request, _("Đã bỏ bản nhập."))
    return HttpResponseRedirect(reverse("admin:submissions_counter"))


def _filed(request: HttpRequest, officer: Officer, checked: Entry, *, receive: bool) -> HttpResponse:
    if checked.check(receive=receive):
        return _shown(request, checked)
    try:
        filed = counter.file(checked, by=rules.officer_actor(officer), receive=receive)
    except NotAllowed:
        raise
    except SubmissionError as problem:
        return _shown(request, checked, problem=str(problem))
    return HttpResponseRedirect(done_address(filed))


def _meanwhile(request: HttpRequest, officer: Officer, wanted: Procedure, draft: Submission) -> HttpResponse:
    """Stored from elsewhere since the page was opened: what was typed now stays on the page and is not stored yet.

    A press that was sent twice says the same twice and is no conflict.
    """
    stored = counter.held(officer, wanted, draft.draft_key)
    if stored is None or stored.state != State.DRAFT:
        return HttpResponseRedirect(done_address(stored) if stored else reverse("admin:submissions_counter"))
    typed = {**stored.typed, **counter.blocks_from(stored.revision.spec, request.POST)[0]}
    if typed == stored.typed:
        return _taken(request, officer, stored, moved=False)
    stored.typed = typed
    return _shown(request, Entry(stored), conflict=stored.saved_at)
