"""What came in: files paper by paper, counts of paper, fees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.lib import money
from procedures.spec import Document
from submissions import shown
from submissions.models import Attachment, Submission

SHORT_HASH = 12
COUNTS = ("originals", "certified", "copies")
# Paid once for a filing; of anything else (a page, a copy) the desk counts how many.
ONCE = frozenset({"", "lần", "hồ sơ", "giấy phép", "trường hợp"})


def attachments(s: Submission) -> list[Attachment]:
    """What was sent and counts now. One query."""
    return list(s.attachments.current().filter(pending=False))


def short_hash(attachment: Attachment) -> str:
    return attachment.sha256[:SHORT_HASH]


def files(s: Submission, known: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Every file by its paper, and what was handed in on paper, as the holder and the officer see it."""
    return [
        {
            "paper": paper.name,
            "on_paper": paper.on_paper,
            "files": [{"name": a.name, "pages": a.pages, "size": a.size, "sha256": short_hash(a)} for a in paper.files],
        }
        for paper in shown.papers(s, known)
    ]


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    return {kind: int(row.get(kind) or 0) for kind in COUNTS}


def components(s: Submission, known: Sequence[Attachment]) -> list[dict[str, Any]]:
    """The papers of the dossier that came in: originals, certified copies, plain copies, and files sent online."""
    ticked: dict[str, Mapping[str, Any]] = {row["key"]: row for row in s.papers_in}
    rows = [_component(s, d, ticked.get(d.key, {}), known) for d in s.revision.spec.documents]
    return [row for row in rows if any(row[kind] for kind in (*COUNTS, "files"))]


def _component(
    s: Submission, document: Document, ticked: Mapping[str, Any], known: Sequence[Attachment]
) -> dict[str, Any]:
    there = [a for a in known if (a.purpose, a.key) == (Attachment.Purpose.DOCUMENT, document.key)]
    counts = _counts(ticked)
    # The declaration was typed in: it is there, though no paper and no file is.
    is_typed = document.produced_by_form and s.revision.spec.form is not None and not any(counts.values())
    return {"name": document.name, **counts, "files": len(there) or int(is_typed)}


# --- money ---------------------------------------------------------------------------------------


def fees(s: Submission) -> dict[str, Any]:
    """The lines as they were at filing, with their sum where it is certain.

    `open`: something is for the officer to set or to count; then there is no sum.
    """
    lines = [_fee_line(fee) for fee in s.fees]
    is_open = any(line["open"] for line in lines)
    total = None if is_open else sum(line["amount"] for line in lines)
    return {
        "lines": lines,
        "open": is_open,
        "total": total,
        "words": money.in_words(total) if total else "",
    }


def is_open(fee: Mapping[str, Any]) -> bool:
    """Has the officer to set the amount, to count, or to judge whether the line holds?"""
    amount = fee.get("amount")
    return amount is None or bool(amount and is_counted(fee))


def is_counted(fee: Mapping[str, Any]) -> bool:
    """Has an officer to count how many, or to judge a condition that is words only?"""
    return bool(fee.get("condition")) or (fee.get("unit") or "") not in ONCE


def _fee_line(fee: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": fee.get("name", ""),
        "amount": fee.get("amount"),
        "unit": fee.get("unit") or "",
        "condition": fee.get("condition") or "",
        "exemption": fee.get("exemption") or "",
        "open": is_open(fee),
    }


def fee_samples(s: Submission) -> list[str]:
    unchecked = any(fee.get("amount") and fee.get("amount_checked") is False for fee in s.fees)
    return [_("mức phí, lệ phí")] if unchecked else []
