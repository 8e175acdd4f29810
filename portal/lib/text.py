"""Vietnamese text: one canonical form to store, one folded form to compare and search."""

import re
import unicodedata

_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200b\u202f\u3000\ufeff]+")
_D = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})


def nfc(value: str) -> str:
    """The composed form that everything is stored in."""
    return unicodedata.normalize("NFC", value)


def tidy(value: str) -> str:
    """NFC, runs of blanks as one blank, ends trimmed; line breaks stay."""
    lines = nfc(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in lines).strip()


def fold(value: str) -> str:
    """Lower case without tone marks and with d for đ: what people type when they search."""
    plain = unicodedata.normalize("NFD", value.translate(_D).lower())
    return _BLANKS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def ascii_slug(value: str) -> str:
    """A slug that keeps đ as d (Django's slugify drops it)."""
    return re.sub(r"[^a-z0-9]+", "-", fold(value)).strip("-")


def sort_key(name: str) -> tuple[str, str]:
    """Sorts person names the Vietnamese way: by the last word first."""
    last = name.split()[-1] if name.split() else ""
    return fold(last), fold(name)
