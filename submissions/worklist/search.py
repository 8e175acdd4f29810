"""What officers type into the search box, and what lists show of numbers."""

from __future__ import annotations

from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from portal.lib import text
from submissions.models import SubmissionQuerySet

# A shorter word is looked for at the beginning of words: three signs (the blank is one) are what an index can find.
LEAST_LETTERS = 3
# Day and serial of a dossier's code.
MOST_LETTERS = 10


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
        return _part(whole, column)
    found = Q()
    for word in folded.split():
        if text.squeeze(word):
            found &= _word(word, column)
    return found


def _word(word: str, column: str) -> Q:
    """Codes and numbers are kept without signs; a name may have a dash and is asked for as typed, too."""
    bare = text.squeeze(word)
    forms = (bare,) if any(sign.isdigit() for sign in bare) else (word, bare)
    asked = Q()
    for form in dict.fromkeys(forms):
        asked |= _part(form, column)
    return asked


def _part(form: str, column: str) -> Q:
    """The index looks for the end of a long code: how it begins is the same in every code of the office."""
    if len(form) < LEAST_LETTERS:
        return Q(**{f"{column}__contains": f" {form}"})
    found = Q(**{f"{column}__contains": form[-MOST_LETTERS:]})
    if len(form) > MOST_LETTERS:
        found &= Q(GreaterThan(StrIndex(F(column), Value(form)), 0))
    return found


def masked(number: str) -> str:
    """An identity number in a list: 042***123."""
    if len(number) < 8:
        return "***" + number[-2:] if number else ""
    return f"{number[:3]}***{number[-3:]}"
