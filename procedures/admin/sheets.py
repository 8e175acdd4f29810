"""The parts of a document that are edited as sheets of inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from procedures.admin.forms import papers, texts
from procedures.admin.forms.block import Data, dig
from procedures.admin.forms.rows import Rows
from procedures.admin.forms.sheet import Group, Sheet
from procedures.admin.opened import Opened
from procedures.editing.outline import deciding, fits

Make = Callable[[Opened, Data | None], Sheet]


@dataclass(frozen=True)
class Part:
    """`keys` are the keys at the top of the document that it shows; `lists` and `blocks` what must be such there."""

    slug: str
    title: Any
    about: Any
    keys: tuple[str, ...]
    lists: tuple[tuple[str, ...], ...]
    blocks: tuple[tuple[str, ...], ...]
    make: Make

    def fits(self, content: dict[str, Any]) -> bool:
        """Can the inputs show all of it? Else it was written as text in a shape that only text can mend."""
        blocks_fit = all(isinstance(dig(content, path) or {}, dict) for path in self.blocks)
        return blocks_fit and all(_is_list_of_blocks(dig(content, path) or []) for path in self.lists) and fits(content)


def _is_list_of_blocks(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _general(opened: Opened, data: Data | None) -> Sheet:
    raw = opened.content
    return Sheet(
        [
            Group(_("Tên và mô tả"), (), texts.Names(raw, data)),
            Group(_("Ai làm, nộp ở đâu"), (), texts.Offices(raw, data)),
            Group(_("Cách làm"), (), texts.Steps(raw, data)),
            Group(_("Kết quả"), (), texts.Result(raw, data)),
            Group(
                _("Từng giấy tờ kết quả"),
                ("result", "items"),
                Rows(texts.ResultItem, "items", dig(raw, ("result", "items")), data),
            ),
            Group(_("Đối chiếu, liên quan, ghi chú"), (), texts.Notes(raw, data)),
        ]
    )


def _keys(documents: Any) -> frozenset[str]:
    items = documents if isinstance(documents, list) else []
    return frozenset(str(d["key"]) for d in items if isinstance(d, dict) and d.get("key"))


def _papers(opened: Opened, data: Data | None) -> Sheet:
    raw = opened.content.get("documents")
    fixed = _keys(opened.published_content.get("documents"))
    rows = Rows(
        papers.Paper,
        "documents",
        raw,
        data,
        questions=deciding(opened.content, opened.lists),
        fixed=fixed,
        taken=set(_keys(raw) | fixed),
    )
    return Sheet(
        [Group(_("Các giấy tờ"), ("documents",), rows), Group(_("Số bộ"), (), papers.Sets(opened.content, data))]
    )


def _fees(opened: Opened, data: Data | None) -> Sheet:
    rows = Rows(papers.Fee, "fees", opened.content.get("fees"), data, questions=deciding(opened.content, opened.lists))
    return Sheet([Group("", (), papers.Free(opened.content, data)), Group(_("Các khoản thu"), ("fees",), rows)])


def _limit(opened: Opened, data: Data | None) -> Sheet:
    raw = opened.content.get("time_limit")
    rows = Rows(
        texts.Variant,
        "variants",
        dig(opened.content, ("time_limit", "variants")),
        data,
        questions=deciding(opened.content, opened.lists),
    )
    return Sheet(
        [
            Group(_("Thời hạn chung"), ("time_limit",), texts.Limit(raw, data)),
            Group(_("Trường hợp khác"), ("time_limit", "variants"), rows),
        ]
    )


def _legal(opened: Opened, data: Data | None) -> Sheet:
    rows = Rows(texts.LegalBasis, "legal_basis", opened.content.get("legal_basis"), data)
    return Sheet([Group(_("Các văn bản"), ("legal_basis",), rows)])


GENERAL = Part(
    "thong-tin",
    _("Thông tin chung"),
    _("Tên, tóm tắt, cơ quan, các bước, kết quả."),
    tuple(
        "name short_name summary everyday_terms level sector deciding_authority handling_office receiving_office "
        "subjects filing_methods steps requirements result checked as_of related former_codes later_codes note".split()
    ),
    (("result", "items"),),
    (("result",),),
    _general,
)
PARTS = {
    part.slug: part
    for part in (
        GENERAL,
        Part(
            "giay-to",
            _("Giấy tờ"),
            _("Những giấy tờ người dân phải có, khi nào cần."),
            ("documents", "number_of_sets"),
            (("documents",),),
            (),
            _papers,
        ),
        Part(
            "le-phi",
            _("Phí, lệ phí"),
            _("Các khoản thu, mức thu, ai được miễn."),
            ("fees", "free_of_charge"),
            (("fees",),),
            (),
            _fees,
        ),
        Part(
            "thoi-han",
            _("Thời hạn"),
            _("Bao lâu có kết quả, trường hợp nào khác."),
            ("time_limit",),
            (("time_limit", "variants"),),
            (("time_limit",),),
            _limit,
        ),
        Part(
            "can-cu",
            _("Căn cứ pháp lý"),
            _("Các luật, nghị định, thông tư, quyết định."),
            ("legal_basis",),
            (("legal_basis",),),
            (),
            _legal,
        ),
    )
}
