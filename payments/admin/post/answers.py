"""A drawn sheet as an answer of the staff site."""

from __future__ import annotations

import io

from django.http.response import HttpResponseBase

from portal.lib.serving import file_answer


def pdf_answer(content: bytes, name: str) -> HttpResponseBase:
    """Shown in the browser, from where it is printed."""
    return file_answer(io.BytesIO(content), name=name, content_type="application/pdf", size=len(content))
