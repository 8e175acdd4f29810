"""Labels as a sheet: one on A6, four or eight on A4. Drawn in a process of its own, like every paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from payments.labels.content import Label, label
from payments.models import Delivery
from portal.lib import pdf
from submissions.notices.wording import Desk, desk_of

STYLESHEET = "css/labels.css"
MOST = 50  # labels of one order: a page of the list
TIMEOUT = 100.0  # seconds; a web worker is given 120


@dataclass(frozen=True)
class Size:
    """How labels lie on the paper: `across` beside each other, `down` below each other; `kind` names the style."""

    key: str
    name: Any
    kind: str
    across: int = 1
    down: int = 1

    @property
    def per_page(self) -> int:
        return self.across * self.down


SIZES: Mapping[str, Size] = {
    size.key: size
    for size in (
        Size("A6", _("A6, mỗi tờ một nhãn"), "one"),
        Size("A4", _("A4, mỗi tờ 4 nhãn"), "four", 2, 2),
        Size("A4-8", _("A4, mỗi tờ 8 nhãn"), "eight", 2, 4),
    )
}


def sheet(deliveries: Iterable[Delivery], size: str = "A6") -> bytes:
    """The PDF of the labels, in their order; deliveries come with `submission` and `agency`.

    Raises ValueError for none or more than MOST, KeyError for an unknown size, pdf.PdfError when none can be made now.
    """
    laid = SIZES[size]
    labels = _labels(deliveries)
    if not 0 < len(labels) <= MOST:
        raise ValueError(f"{len(labels)} labels")
    html = render_to_string("papers/labels/sheet.html", {"pages": _pages(labels, laid), "size": laid})
    sheets = -(-len(labels) // laid.per_page)
    return pdf.draw(pdf.Page((html,), (STYLESHEET,), enough=sheets), TIMEOUT).content


def _labels(deliveries: Iterable[Delivery]) -> list[Label]:
    desks: dict[int, Desk] = {}
    found = []
    for d in deliveries:
        if d.agency_id not in desks:
            desks[d.agency_id] = desk_of(d.agency)
        found.append(label(d, desks[d.agency_id]))
    return found


def _pages(labels: Sequence[Label], size: Size) -> list[list[Sequence[Label]]]:
    """Pages of rows of labels."""
    rows = [labels[i : i + size.across] for i in range(0, len(labels), size.across)]
    return [rows[i : i + size.down] for i in range(0, len(rows), size.down)]
