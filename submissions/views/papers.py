"""The official papers of a submission, for its holder."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.lib.serving import file_answer, unreachable
from submissions import access, papers
from submissions.errors import FileNotOpened
from submissions.views.common import visitor


@never_cache
@require_safe
def submission_paper(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    """The PDF; where none can be made now the same paper as a page, 503 while the storage is down."""
    try:
        paper = access.paper(visitor(request), reference, pk)
        opened = papers.file_of(paper)
    except access.NotHeld:
        raise Http404 from None
    except papers.NotDrawn:
        return HttpResponse(papers.printable(paper, static(papers.STYLESHEET)), headers={"X-Robots-Tag": "noindex"})
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    save = "tai-ve" in request.GET
    return file_answer(opened.stream, name=opened.name, content_type=opened.content_type, size=opened.size, save=save)
