"""Words as people type them, brought to one form: with and without marks, old and new spelling, typing slips."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from portal.lib.text import fold, nfc

_WORD = re.compile(r"\d\.\d{3,6}|[^\W_]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below
_FINAL_Y = re.compile(r"(?<=[bcdghklmnprstvx])y$|(?<=^qu)y")


@dataclass(frozen=True)
class Word:
    """`plain` has no marks (and i for y); `marked` keeps them, with the tone at the end wherever it was typed."""

    plain: str
    marked: str

    @property
    def has_marks(self) -> bool:
        return self.plain != self.marked


@functools.lru_cache(maxsize=50_000)
def word(text: str) -> Word:
    plain = _FINAL_Y.sub("i", fold(text))
    letters: list[str] = []
    tones: list[str] = []
    for sign in unicodedata.normalize("NFD", text.lower()):
        (tones if sign in _TONES else letters).append(sign)
    marked = _FINAL_Y.sub("i", unicodedata.normalize("NFC", "".join(letters))) + "".join(tones)
    return Word(plain, marked)


def words(text: str) -> list[Word]:
    """The words of a text in their order; a procedure code is one word."""
    return [word(found) for found in as_written(text)]


def as_written(text: str) -> list[str]:
    found: list[str] = _WORD.findall(nfc(text).lower())
    return found


# Every mark by itself: what "kêt" has, "kết" has too.
def _marks(marked: str) -> set[tuple[int, str]]:
    signs = set()
    place = -1
    for sign in unicodedata.normalize("NFD", marked.replace("đ", "d\u0335")):
        if unicodedata.combining(sign):
            signs.add((-1 if sign in _TONES else place, sign))
        else:
            place += 1
    return signs


_SYLLABLE = re.compile(
    r"(ngh|ng|nh|th|tr|ph|kh|gh|gi|ch|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(ng|nh|ch|[cmnpt])?",
)


def is_loan(plain: str) -> bool:
    """A word that is no Vietnamese syllable tells a lot by itself: karaoke, photocopy, lpg."""
    return not plain.isdigit() and _SYLLABLE.fullmatch(plain) is None


SAME, PARTLY, UNMARKED, OTHER = 1.0, 0.85, 0.7, 0.45


@functools.lru_cache(maxsize=50_000)
def likeness(typed: str, written: str) -> float:
    """How well a form typed with marks, or beside words with marks, fits a written one of the same letters."""
    if typed == written:
        return SAME
    mine, theirs = _marks(typed), _marks(written)
    if not mine:
        return UNMARKED
    return PARTLY if mine < theirs else OTHER


# --- slips of the keyboard -----------------------------------------------------------------------

_TELEX_PAIRS = re.compile(r"aa|ee|oo|dd|[aou]w")
_TELEX_TONE = re.compile(r"(?<=[aeiouy])[sfrxj]")
_VNI = re.compile(r"(?<=[a-z])[0-9]")
_TWICE = re.compile(r"([a-z])\1+")


def untyped(plain: str) -> Iterator[str]:
    """What the word may have been: a key held too long, VNI digits or Telex letters that were left in."""
    telex = _TELEX_PAIRS.sub(lambda m: m[0][0], plain)
    once = _TWICE.sub(r"\1", plain)
    ended = re.sub(r"(?<=..)[sfrxj]$", "", telex)
    for candidate in (_VNI.sub("", plain), once, ended, _TELEX_TONE.sub("", telex), telex):
        if candidate != plain:
            yield _FINAL_Y.sub("i", candidate)


def near(plain: str) -> Iterator[str]:
    """Everything one slip away: one letter too many, missing, wrong, or two swapped."""
    letters = "abcdeghiklmnopqrstuvxy"
    splits = [(plain[:i], plain[i:]) for i in range(len(plain) + 1)]
    for left, right in splits:
        if right:
            yield left + right[1:]
            yield from (left + c + right[1:] for c in letters)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + c + right for c in letters)
