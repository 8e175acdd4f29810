"""Vietnamese text: one canonical form to store, one folded form to compare and search."""

import re
import unicodedata
from collections.abc import Iterable

_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200b\u202f\u3000\ufeff]+")
_SIGNS = re.compile(r"[\s.\-/+]+")
_BREAKS = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
# Control signs, marks that turn the direction of writing, halves of characters, signs of nobody.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_D = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})


def nfc(value: str) -> str:
    """The composed form that everything is stored in."""
    return unicodedata.normalize("NFC", value)


def tidy(value: str) -> str:
    """NFC, runs of blanks as one blank, ends trimmed; line breaks stay."""
    lines = nfc(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in lines).strip()


def message(value: str) -> str:
    """What people write to each other: tidy, nothing that cannot be seen, at most one empty line in a row."""
    lines = _BREAKS.sub("\n", value)
    seen = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    return re.sub(r"\n{3,}", "\n\n", tidy(seen))


def fold(value: str) -> str:
    """Lower case without tone marks and with d for đ: what people type when they search."""
    plain = unicodedata.normalize("NFD", value.translate(_D).lower())
    return _BLANKS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def squeeze(value: str) -> str:
    """A code or number folded and without its signs; a phone number of Việt Nam begins with 0."""
    folded = fold(value)
    return _SIGNS.sub("", "0" + folded[3:] if folded.startswith("+84") else folded)


def searchable(names: Iterable[str | None], numbers: Iterable[str | None]) -> str:
    """What is kept to be searched: names folded, numbers and codes squeezed, each word after a blank.

    The blank in front of the first word too: a short word is looked for at the beginning of words (" an").
    """
    words = (*(fold(n) for n in names if n), *(squeeze(n) for n in numbers if n))
    return "".join(f" {w}" for w in words if w)


def ascii_slug(value: str) -> str:
    """A slug that keeps đ as d (Django's slugify drops it)."""
    return re.sub(r"[^a-z0-9]+", "-", fold(value)).strip("-")


def sort_key(name: str) -> tuple[str, str]:
    """Sorts person names the Vietnamese way: by the last word first."""
    last = name.split()[-1] if name.split() else ""
    return fold(last), fold(name)
