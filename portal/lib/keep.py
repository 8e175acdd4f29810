"""How a view says that its finished page may be kept and given to everyone (portal/middleware.py keeps it)."""

from django.http import HttpRequest, HttpResponse

MAY_KEEP = "portal.may_keep"
FOR_GOOD = float("inf")  # until what it shows has changed
# Public figures on a page of the catalogue (home, a procedure) may be this old.
FIGURES_AGE = 3600.0


def keep(request: HttpRequest, response: HttpResponse, seconds: float = FOR_GOOD) -> HttpResponse:
    """Marks a page that is the same for every visitor without a session, and for how long at most.

    The page stays uncompressed on its way out: the middleware compresses it once and answers both kinds of client.
    """
    if request.META.get(MAY_KEEP) and response.status_code == 200:
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        setattr(response, MAY_KEEP, seconds)
    return response


def is_kept(response: HttpResponse) -> bool:
    return kept_for(response) > 0 and not response.cookies and not response.streaming


def kept_for(response: HttpResponse) -> float:
    """Seconds; 0 for a page that is not kept."""
    return getattr(response, MAY_KEEP, 0.0)
