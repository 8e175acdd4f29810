"""Photos on pages: what is doubtful about one, the PDF that was made of them, pages to look at without downloading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from submissions import photos
from submissions.models import Attachment

register = template.Library()


@register.filter
def doubt(file: Any) -> str:
    """A sentence; empty for files without doubts."""
    return photos.doubt(file) if getattr(file, "doubts", None) else ""


@register.filter
def is_photo(file: Attachment) -> bool:
    """A picture that may be shown small."""
    return file.content_type.startswith("image/") and photos.has_previews(file)


@register.inclusion_tag("admin/submissions/submission/paper_files.html", takes_context=True)
def paper_files(context: template.Context, of_paper: Sequence[Attachment]) -> dict[str, Any]:
    """The files of one paper for an officer. Needs `submission`, and `files`: all of its files."""
    return {"submission": context["submission"], "found": photos.arranged(of_paper, context["files"])}


@register.inclusion_tag("submissions/_combined.html", takes_context=True)
def combined(context: template.Context, of_paper: Sequence[Attachment]) -> dict[str, Any]:
    """The combined PDF of one paper for the citizen. Needs `s`, and `attachments`: all of its files."""
    return {"s": context["s"], "file": photos.arranged(of_paper, context.get("attachments") or ()).combined}
