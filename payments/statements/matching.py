"""Which submission a transfer is for: its reference, wherever the payer, the app and the banks have put it.

Banks fold the purpose to capitals, cut it, write their own numbers in front and break it over lines, so the reference
is looked for in the letters and figures alone. Only a reference that exists counts. Nothing is guessed: of most signs
that are mixed up (O and 0, I and 1, S and 5 …) the alphabet of references has neither (portal.lib.codes), so a wrong
sign has no one right sign to be put in its place. B alone has one: 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from payments.models import Charge
from portal.lib import codes, text
from submissions.models import Submission

SIGNS = 8
AT_ONCE = 500  # references in one query
_ALPHABET = frozenset(codes.ALPHABET)
_MEANT = str.maketrans({"B": "8"})


@dataclass(frozen=True)
class Match:
    """The charge that the money is for, or why there is none, in a sentence for the cashier."""

    charge: Charge | None
    why: str = ""


def candidates(words: str) -> set[str]:
    """Everything in the text that may be a reference, in its written form."""
    signs = "".join(sign for sign in text.fold(words).upper().translate(_MEANT) if sign.isalnum())
    windows = (signs[at : at + SIGNS] for at in range(len(signs) - SIGNS + 1))
    return {codes.normal(window) for window in windows if _ALPHABET.issuperset(window)}


def match(texts: Sequence[str]) -> list[Match]:
    """For each text its match, with few queries for all of them."""
    named = [candidates(words) for words in texts]
    known = _known(set().union(*named))
    return [_match(sorted(own & known.keys()), known) for own in named]


def _known(references: Iterable[str]) -> dict[str, Charge | None]:
    """Of these references the ones that exist, each with its charge when it has one."""
    wanted, known = sorted(references), dict[str, Charge | None]()
    for at in range(0, len(wanted), AT_ONCE):
        filed = Submission.objects.filed().filter(reference__in=wanted[at : at + AT_ONCE])
        charges = {charge.submission_id: charge for charge in Charge.objects.filter(submission__in=filed)}
        known |= {str(code): charges.get(pk) for pk, code in filed.values_list("pk", "reference")}
    return known


def _match(found: Sequence[str], known: dict[str, Charge | None]) -> Match:
    if not found:
        return Match(None, _("Nội dung không có mã hồ sơ nào của cổng."))
    if len(found) > 1:
        words = _("Nội dung có nhiều mã hồ sơ: %s. Bạn xem người nộp trả cho hồ sơ nào rồi khớp bằng tay.")
        return Match(None, words % ", ".join(found[:5]))
    charge = known[found[0]]
    if charge is None:
        return Match(None, _("Hồ sơ %s không có khoản phải nộp. Bạn liên hệ người chuyển để hoàn lại.") % found[0])
    return Match(charge)
