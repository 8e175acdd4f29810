"""How a view says that its finished page may be kept and given to everyone (portal/middleware.py keeps it)."""

from django.http import HttpRequest, HttpResponse

MAY_KEEP = "portal.may_keep"


def keep(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Marks a page that is the same for every visitor without a session.

    The page stays uncompressed on its way out: the middleware compresses it once and answers both kinds of client.
    """
    if request.META.get(MAY_KEEP) and response.status_code == 200:
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        setattr(response, MAY_KEEP, True)
    return response


def is_kept(response: HttpResponse) -> bool:
    return bool(getattr(response, MAY_KEEP, False)) and not response.cookies and not response.streaming
