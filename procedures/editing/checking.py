"""Everything that is wrong with a draft, each with its place in words and as a path into the content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from procedures import wording
from procedures.editing import words
from procedures.editing.comparing.phrases import lower
from procedures.editing.drafts import lists_of
from procedures.loading.check import check_procedure
from procedures.loading.problems import Problems, Steps
from procedures.loading.shape import dicts
from procedures.models import Procedure, ProcedureRevision, Sector, Tier

Kinds = dict[str, set[str]]


@dataclass(frozen=True)
class Problem:
    """`path` leads into the content, counted from 0: ("form", "sections", 1, "fields", 3, "show_when")."""

    place: str
    path: Steps
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def problems(draft: ProcedureRevision) -> list[Problem]:
    """What blocks the publication, in the order of the document; empty when there is nothing."""
    found = Problems()
    sectors = set(Sector.objects.values_list("key", flat=True))
    check_procedure(draft.content, sectors, lists_of(draft), found)
    if isinstance(draft.content, dict):
        _check_identity(draft, found)
        _check_related(draft, found)
        _check_retired_keys(draft, found)
    said = {(p.steps, p.message): p for p in found}
    return [Problem(words.place(draft.content, p.steps), p.steps, p.message) for p in said.values()]


def warnings(draft: ProcedureRevision) -> list[str]:
    """What an editor should know before publishing; nothing of it blocks."""
    old = draft.procedure.published
    if old is None or not isinstance(draft.content, dict):
        return []
    return [*_level_warnings(old.content, draft.content), *_stale_warnings(draft, old)]


def _level_warnings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = old.get("level"), new.get("level")
    if isinstance(after, int) and before in wording.LEVELS and after in wording.LEVELS and before != after:
        yield _(
            "Mức độ đổi từ %(old)d (%(old_offer)s) thành %(new)d (%(new_offer)s): người dân sẽ làm thủ tục này theo "
            "cách khác. Chỉ công bố khi danh mục mức độ của tỉnh đã đổi."
        ) % {
            "old": before,
            "old_offer": wording.LEVELS[before].offer,
            "new": after,
            "new_offer": wording.LEVELS[after].offer,
        }
    if old.get("tier") != new.get("tier") and new.get("tier") in Tier.values:
        yield _("Cấp giải quyết đổi thành %s: hồ sơ mới sẽ nộp ở nơi khác.") % (Tier(new["tier"]).label)


def _stale_warnings(draft: ProcedureRevision, published: ProcedureRevision) -> Iterator[str]:
    if draft.based_on_id != published.pk:
        yield (
            _(
                "Sau khi bạn bắt đầu sửa, bản số %d đã được công bố. Công bố bản soạn này sẽ thay cả thay đổi của "
                "bản đó; hãy đọc kỹ phần khác biệt."
            )
            % published.number
        )


# --- beside the rest of the catalogue ------------------------------------------------------------


def _check_identity(draft: ProcedureRevision, found: Problems) -> None:
    code = draft.procedure.code
    if draft.content.get("code") != code:
        found.at("code").add(_("Mã của thủ tục không đổi được. Hãy ghi lại “%s”.") % code)


def _check_related(draft: ProcedureRevision, found: Problems) -> None:
    """A code that the published revision names already may stay, also when its procedure is not in this catalogue."""
    named = [(i, c) for i, c in _items(draft.content.get("related")) if isinstance(c, str)]
    old = draft.procedure.published
    known = set(_strings(old.content.get("related"))) if old is not None else set()
    known |= set(Procedure.objects.filter(code__in=[c for _i, c in named]).values_list("code", flat=True))
    for i, code in named:
        if code == draft.procedure.code:
            found.at("related", i).add(_("Đây là mã của chính thủ tục này. Hãy bỏ dòng này."))
        elif code not in known:
            found.at("related", i).add(
                _("Không có thủ tục mã “%s” trong danh mục. Hãy kiểm tra mã hoặc bỏ.") % code[:60]
            )


def _items(value: Any) -> list[tuple[int, Any]]:
    return list(enumerate(value)) if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    return [v for _i, v in _items(value) if isinstance(v, str)]


# --- keys are stable for ever --------------------------------------------------------------------


def _check_retired_keys(draft: ProcedureRevision, found: Problems) -> None:
    """A question that was taken out never comes back as something else under the same key."""
    fields = list(_fields_of(draft.content))
    if not fields:
        return
    published = draft.procedure.published
    in_use = {key for key, _raw, _steps in _fields_of(published.content)} if published is not None else set()
    kinds = _earlier_kinds(draft.procedure)
    for key, raw, steps in fields:
        kind = raw.get("kind")
        if key in in_use or not isinstance(kind, str) or kind in kinds.get(key, {kind}):
            continue
        found.at(*steps, "key").add(
            _("Khóa “%(key)s” từng là câu hỏi loại khác (%(kinds)s) và đã bỏ. Hãy đặt khóa mới.")
            % {"key": key, "kinds": ", ".join(lower(str(words.KINDS.get(k, k))) for k in sorted(kinds[key]))}
        )


def _earlier_kinds(procedure: Procedure) -> Kinds:
    """Every key that was ever published, with the kinds it had. Keys of a repeat's cells are "repeat.cell"."""
    known: Kinds = defaultdict(set)
    earlier = procedure.revisions.exclude(state=ProcedureRevision.State.DRAFT)
    for content in earlier.values_list("content", flat=True):
        for key, raw, _steps in _fields_of(content):
            known[key].add(str(raw.get("kind")))
    return known


def _fields_of(content: Any) -> Iterator[tuple[str, Mapping[str, Any], Steps]]:
    form = content.get("form") if isinstance(content, dict) else None
    sections = form.get("sections") if isinstance(form, dict) else None
    for i, section in dicts(sections):
        yield from _listed(section.get("fields"), "", ("form", "sections", i, "fields"))


def _listed(fields: Any, prefix: str, steps: Steps) -> Iterator[tuple[str, Mapping[str, Any], Steps]]:
    for i, raw in dicts(fields):
        if isinstance(raw.get("key"), str):
            key = f"{prefix}{raw['key']}"
            yield key, raw, (*steps, i)
            if not prefix:
                yield from _listed(raw.get("fields"), f"{key}.", (*steps, i, "fields"))
