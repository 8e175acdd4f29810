"""{% signature file %}: what the digital signatures of a result are, in words."""

from __future__ import annotations

from typing import Any

from django import template

from submissions import signatures
from submissions.models import Attachment

register = template.Library()


@register.inclusion_tag("includes/signature.html")
def signature(file: Attachment, *, staff: bool = False) -> dict[str, Any]:
    """Nothing for files that are no PDF results; citizens are not told that a file is unsigned."""
    shown = signatures.shown(file)
    return {"shown": None if shown is not None and shown.staff_only and not staff else shown}
