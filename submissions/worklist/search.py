"""What officers type into the search box, and what lists show of numbers."""

from __future__ import annotations

from django.db.models import Q

from portal.lib import text
from submissions.models import SubmissionQuerySet

# A shorter word is looked for at the beginning of words: three signs (the blank is one) are what an index can find.
LEAST_LETTERS = 3


def search(queryset: SubmissionQuerySet, term: str) -> SubmissionQuerySet:
    """By code (dashes and dots or not), name without tone marks, number, phone however it is grouped.

    Every word must be there, in any order. See text.searchable for what is searched.
    """
    return queryset.filter(wanted(term))


def wanted(term: str, column: str = "search_text") -> Q:
    """The rule for a column that holds text.searchable; nothing typed asks for nothing."""
    folded = text.fold(term)
    whole = text.squeeze(folded)
    if whole.isdigit() and len(whole) >= LEAST_LETTERS:
        return Q(**{f"{column}__contains": whole})
    found = Q()
    for word in folded.split():
        if text.squeeze(word):
            found &= _word(word, column)
    return found


def _word(word: str, column: str) -> Q:
    """As typed (a name may have a dash), or without its signs (codes and numbers are kept so)."""
    asked = Q()
    for said in dict.fromkeys((word, text.squeeze(word))):
        asked |= Q(**{f"{column}__contains": said if len(said) >= LEAST_LETTERS else f" {said}"})
    return asked


def masked(number: str) -> str:
    """An identity number in a list: 042***123."""
    if len(number) < 8:
        return "***" + number[-2:] if number else ""
    return f"{number[:3]}***{number[-3:]}"
