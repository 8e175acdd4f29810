"""What a carrier tells the portal. The notice bears no signature: its address is the secret."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import delivery
from payments.carriers import CARRIERS, Unreadable

LONGEST = 64 * 1024  # bytes


@csrf_exempt
@require_POST
def notice(request: HttpRequest, token: str) -> JsonResponse:
    """Anything that can be kept is taken, used or not: a carrier repeats what it gets no success for."""
    if not _is_known(token):
        raise Http404
    try:
        message = delivery.hear(CARRIERS["ems"], request.headers, _body(request))
    except Unreadable as error:
        return JsonResponse({"code": "error", "message": str(error)}, status=400)
    return JsonResponse({"code": "success", "transaction": message.transaction})


def _is_known(token: str) -> bool:
    known = settings.EMS_WEBHOOK_TOKEN
    return bool(known) and hmac.compare_digest(token.encode(), known.encode())


def _body(request: HttpRequest) -> bytes:
    """Raises Unreadable for what is longer than any notice; no more than that is read."""
    body: bytes = request.read(LONGEST + 1)
    if len(body) > LONGEST:
        raise Unreadable("Tin báo dài quá 64 KB.")
    return body
