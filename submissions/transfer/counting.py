"""Numbers that were given elsewhere are used up here too: dossier codes, papers and letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Agency
from submissions.models import DossierCounter, Letter, LetterCounter
from submissions.papers.numbers import parsed_code
from submissions.transfer.contents import Contents
from submissions.transfer.errors import PackRefused

PAPER_NUMBER = re.compile(r"(\d{1,6})/(.{1,40})")


def shifts_register(dossier_code: str | None) -> bool:
    """Would the arrival move the register numbers of dossiers that were received here on later days of that year?"""
    given = parsed_code(dossier_code)
    if given is None:
        return False
    identifier, day, serial = given
    of_year = DossierCounter.objects.filter(identifier=identifier, day__year=day.year)
    is_counted = of_year.filter(day=day, last__gte=serial).exists()
    return not is_counted and of_year.filter(day__gt=day).exists()


def check_letters(found: Contents, agency: Agency) -> None:
    """Raises PackRefused when another letter has the number of one in the pack."""
    for letter in found.letters:
        names = ("symbol", "year", "number")
        if Letter.objects.filter(agency=agency, **{n: letter.columns[n] for n in names}).exists():
            words = _("Số văn bản %(number)s/%(symbol)s năm %(year)s đã dùng ở đây. Không nhập được gói này.")
            raise PackRefused(words % letter.columns)


def catch_up(found: Contents, agency: Agency) -> None:
    """The next numbers given here come after those of the pack. Only inside its transaction."""
    given = parsed_code(found.submission["dossier_code"])
    if given is not None:
        identifier, day, serial = given
        DossierCounter.objects.get_or_create(identifier=identifier[:35], day=day)
        DossierCounter.objects.filter(identifier=identifier[:35], day=day).update(last=Greatest("last", serial))
    for series, number in _series(found, agency):
        LetterCounter.objects.get_or_create(**series)
        LetterCounter.objects.filter(**series).update(last=Greatest("last", number))


def _series(found: Contents, agency: Agency) -> Iterator[tuple[dict[str, Any], int]]:
    """Letters count for the unit itself, papers of a one-stop centre for its town (papers.content.head)."""
    for letter in found.letters:
        series = {"agency": agency, "symbol": letter.columns["symbol"], "year": letter.columns["year"]}
        yield series, letter.columns["number"]
    above = agency.parent if agency.kind == Agency.Kind.ONE_STOP_CENTRE else None
    for paper in found.papers:
        written = PAPER_NUMBER.fullmatch(str(paper.columns["content"].get("number", "")))
        if written:
            year = timezone.localdate(paper.columns["issued_at"]).year
            yield {"agency": above or agency, "symbol": written[2], "year": year}, int(written[1])
