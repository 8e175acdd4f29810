"""A stored file as an answer, with headers that keep a hostile one from doing anything. Callers have checked access."""

from __future__ import annotations

from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

# Shown by the browser itself; everything else is saved.
INLINE = ("application/pdf", "image/jpeg", "image/png")
# Nothing in a served file may run or load anything. Chromium's PDF viewer does not start in a sandbox.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
SANDBOX = POLICY + "; sandbox"


def file_answer(stream: IO[bytes], *, name: str, content_type: str, size: int, save: bool = False) -> FileResponse:
    """Streams the file: shown in the browser when that is safe, saved otherwise or when `save` is asked for."""
    inline = content_type in INLINE and not save
    answer = FileResponse(stream, as_attachment=not inline, filename=name, content_type=content_type)
    answer["Content-Length"] = str(size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Robots-Tag"] = "noindex"
    answer["Content-Security-Policy"] = POLICY if content_type == "application/pdf" else SANDBOX
    return answer


def picture_answer(picture: bytes, seconds: int) -> HttpResponse:
    """A preview that the portal has drawn itself; the reader's browser, and no other, keeps it so long."""
    answer = HttpResponse(picture, content_type="image/webp")
    answer["Cache-Control"] = f"private, max-age={seconds}"
    answer["X-Robots-Tag"] = "noindex"
    answer["Content-Security-Policy"] = SANDBOX
    return answer


def unreachable(request: HttpRequest, sentence: str) -> HttpResponse:
    """503: the storage does not give the file now; `sentence` says so and what to do."""
    answer = render(request, "503.html", {"sentence": sentence}, status=503)
    answer["Retry-After"] = "120"
    return answer
