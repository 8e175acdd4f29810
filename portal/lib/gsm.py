"""Short messages: mobile numbers of Việt Nam, and text that fits the one-byte alphabet of one SMS."""

import re
import unicodedata

from portal.lib.text import tidy

ONE_PART = 160  # signs of the GSM 03.38 basic alphabet; a longer message is cut into parts of 153 and costs double
# The signs that ASCII and the GSM basic alphabet share; those of the extension table would count twice.
ALPHABET = frozenset(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_SAME = str.maketrans(
    {"đ": "d", "Đ": "D", "–": "-", "—": "-", "−": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "×": "x"}
)
_MOBILE = re.compile(r"0[35789][0-9]{8}")
_NUMBER = re.compile(r"\+?[0-9][0-9 .-]{6,12}[0-9]")


def mobile(number: str) -> str | None:
    """A mobile number of Việt Nam as ten digits, however it was typed; None for anything else (landlines too)."""
    digits = re.sub(r"[\s.\-()]", "", number)
    if digits.startswith(("+84", "84")) and len(digits) > 10:
        digits = "0" + digits.removeprefix("+").removeprefix("84").removeprefix("0")
    return digits if _MOBILE.fullmatch(digits) else None


def first_number(phones: str) -> str:
    """The first telephone number of a contact line, at most 15 signs: "0239.3835356; 0239 …" as "0239 3835356"."""
    found = _NUMBER.search(phones)
    return re.sub(r"[ .-]+", " ", found.group()) if found else ""


def plain(text: str) -> str:
    """Without tone marks, letter case kept, nothing outside ALPHABET, line breaks and runs of blanks as one blank."""
    parted = unicodedata.normalize("NFKD", text.translate(_SAME))
    kept = "".join(" " if c.isspace() else c for c in parted if c in ALPHABET or c.isspace())
    return " ".join(tidy(kept).split())


def one_part(text: str) -> str:
    """`text` made plain and, when it is longer than one part, cut at the last whole word."""
    message = plain(text)
    if len(message) <= ONE_PART:
        return message
    return message[: ONE_PART - 2].rsplit(" ", 1)[0] + ".."
