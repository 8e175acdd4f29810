"""The papers of the dossier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from procedures import wording
from procedures.editing.comparing import phrases
from procedures.spec import Document, Field, ProcedureSpec, match

DETAILS: dict[str, Any] = {
    "condition": _l("trường hợp áp dụng"),
    "template_name": _l("mẫu đơn"),
    "template_reference": _l("ký hiệu mẫu"),
    "note": _l("ghi chú"),
}
SPOKEN = ("key", "name", "required", "originals", "copies", "how", "upload", "produced_by_form", "when")


def documents(old: ProcedureSpec, new: ProcedureSpec) -> Iterator[str]:
    found = match(old.documents, new.documents, lambda d: d.key)
    for d in found.added:
        yield _("Thêm giấy tờ “%(name)s” (%(needed)s).") % {"name": d.name, "needed": _needed(d)}
    yield from (_("Bỏ giấy tờ “%s”.") % d.name for d in found.removed)
    yield from phrases.moves(found, new.documents, lambda d: d.name, _("giấy tờ"))
    known = phrases.known_fields(old.form), phrases.known_fields(new.form)
    for before, after in found.kept:
        yield from _document(before, after, *known)


def _needed(d: Document) -> str:
    parts = [str(_("bắt buộc")) if d.required else str(_("không bắt buộc")), wording.copies(d)]
    return ", ".join(p for p in parts if p)


def _document(old: Document, new: Document, before: Mapping[str, Field], after: Mapping[str, Field]) -> Iterator[str]:
    name = _("Giấy tờ “%s”") % new.name
    if old.name != new.name:
        yield _("Đổi tên giấy tờ “%(old)s” thành “%(new)s”.") % {"old": old.name, "new": new.name}
    yield from phrases.flag(
        old.required, new.required, _("%s nay bắt buộc.") % name, _("%s không còn bắt buộc.") % name
    )
    if (old.originals, old.copies) != (new.originals, new.copies):
        none = _("không nói số bản")
        yield phrases.arrow(name, wording.copies(old) or none, wording.copies(new) or none)
    if old.how != new.how:
        yield (_("%s nay chỉ cần xuất trình.") if new.how == "show" else _("%s nay phải nộp.")) % name
    yield from phrases.flag(
        old.upload, new.upload, _("%s nay đính kèm được khi nộp trực tuyến.") % name,
        _("%s không còn đính kèm khi nộp trực tuyến.") % name,
    )  # fmt: skip
    yield from phrases.flag(
        old.produced_by_form, new.produced_by_form, _("%s nay do cổng in từ tờ khai.") % name,
        _("%s không còn do cổng in từ tờ khai.") % name,
    )  # fmt: skip
    yield from phrases.condition_changed(name, old.when, new.when, before, after)
    yield from phrases.changed(name, DETAILS, old, new)
