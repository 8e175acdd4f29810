"""What officers type into the search box, and what lists show of numbers."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Replace

from portal.lib import text
from submissions.models import SubmissionQuerySet

SIGNS = re.compile(r"[\s.\-/]+")
ENOUGH_SIGNS = 4


def _squeezed_text() -> Any:
    found: Any = F("search_text")
    for sign in (" ", "-", "."):
        found = Replace(found, Value(sign), Value(""), output_field=CharField())
    return found


def search(queryset: SubmissionQuerySet, term: str) -> SubmissionQuerySet:
    """By code (dashes and dots or not), name without tone marks, number, phone however it is grouped."""
    words = text.fold(term).split()
    spoken = Q()
    for word in words:
        spoken &= Q(search_text__contains=word)
    signs = SIGNS.sub("", text.fold(term))
    if signs.startswith("+84"):
        signs = "0" + signs.removeprefix("+84")
    if len(signs) < ENOUGH_SIGNS:
        return queryset.filter(spoken)
    return queryset.annotate(signs=_squeezed_text()).filter(spoken | Q(signs__contains=signs))


def masked(number: str) -> str:
    """An identity number in a list: 042***123."""
    if len(number) < 8:
        return "***" + number[-2:] if number else ""
    return f"{number[:3]}***{number[-3:]}"
