"""The declaration form: its sections and questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from procedures.editing.comparing import phrases
from procedures.editing.words import INNER, KINDS, PREFILLS
from procedures.spec import Choice, Field, FormSpec, ProcedureSpec, Section, match, match_fields

Known = Mapping[str, Field]

# What differs in a question beside its words, its kind, its choices, its condition and whether it must be answered.
DETAILS = {
    key: INNER[key]
    for key in (
        "default min max min_length max_length min_date max_date after_field min_items max_items item_label".split()
    )
}
SPOKEN = ("key", "label", "kind", "required", "help", "choices", "show_when", "fields", "prefill")


def form(old: ProcedureSpec, new: ProcedureSpec) -> Iterator[str]:
    if old.form is None or new.form is None:
        if old.form is not None:
            yield _("Bỏ tờ khai “%s”.") % old.form.title
        if new.form is not None:
            count = sum(1 for _f in new.form.fields())
            yield _("Thêm tờ khai “%(title)s” với %(count)d câu hỏi.") % {"title": new.form.title, "count": count}
        return
    yield from phrases.changed(
        "", {"title": _("Tên tờ khai"), "based_on": _("Tờ khai theo mẫu của văn bản")}, old.form, new.form
    )
    yield from phrases.flag(
        old.form.official,
        new.form.official,
        _("Tờ khai nay là mẫu chính thức."),
        _("Tờ khai nay không phải mẫu chính thức."),
    )
    yield from _sections(old.form, new.form)
    yield from _questions(old.form, new.form)


# --- sections ------------------------------------------------------------------------------------


def _title(section: Section) -> str:
    return section.title


def _sections(old: FormSpec, new: FormSpec) -> Iterator[str]:
    found = match(old.sections, new.sections, lambda s: s.key)
    yield from (_("Thêm phần “%s”.") % s.title for s in found.added)
    yield from (_("Bỏ phần “%s”.") % s.title for s in found.removed)
    for before, after in found.kept:
        if before.title != after.title:
            yield _("Đổi tên phần “%(old)s” thành “%(new)s”.") % {"old": before.title, "new": after.title}
    yield from phrases.moves(found, new.sections, _title, _("phần"))


def _homes(form: FormSpec) -> dict[str, Section]:
    return {f.key: section for section in form.sections for f in section.fields}


# --- questions -----------------------------------------------------------------------------------


def _questions(old: FormSpec, new: FormSpec) -> Iterator[str]:
    homes_before, homes_after = _homes(old), _homes(new)
    found = match_fields(old.fields(), new.fields())
    for f in found.added:
        yield _added(f, homes_after[f.key].title)
    for f in found.removed:
        yield _("Bỏ câu hỏi “%(label)s” khỏi phần “%(section)s”.") % {
            "label": f.label, "section": homes_before[f.key].title
        }  # fmt: skip
    yield from _moved(old, new)
    known = phrases.known_fields(old), phrases.known_fields(new)
    for before, after in found.kept:
        yield from _question(before, after, *known, _("Câu hỏi “%s”") % after.label)


def _added(f: Field, section: str) -> str:
    needed = _(", bắt buộc trả lời") if f.required else ""
    return _("Thêm câu hỏi “%(label)s” vào phần “%(section)s”%(needed)s.") % {
        "label": f.label, "section": section, "needed": needed
    }  # fmt: skip


def _moved(old: FormSpec, new: FormSpec) -> Iterator[str]:
    """First from section to section, then within each."""
    homes = _homes(old)
    for section in new.sections:
        for f in section.fields:
            home = homes.get(f.key)
            if home is not None and home.key != section.key:
                yield _("Chuyển câu hỏi “%(label)s” từ phần “%(old)s” sang phần “%(new)s”.") % {
                    "label": f.label, "old": home.title, "new": section.title
                }  # fmt: skip
    before = {s.key: s.fields for s in old.sections}
    for section in new.sections:
        inside = match_fields(before.get(section.key, ()), section.fields)
        top = _("lên đầu phần “%s”") % section.title
        yield from phrases.moves(inside, section.fields, lambda f: f.label, _("câu hỏi"), top)


def _question(old: Field, new: Field, before: Known, after: Known, name: str) -> Iterator[str]:
    if old.label != new.label:
        yield _("Sửa lời câu hỏi “%(old)s” thành “%(new)s”.") % {"old": old.label, "new": new.label}
    yield from phrases.flag(
        old.required, new.required, _("%s nay bắt buộc.") % name, _("%s không còn bắt buộc.") % name
    )
    if old.kind != new.kind:
        yield phrases.arrow(f"{name}, {_('loại')}", _kind(old), _kind(new))
    yield from _choices(old.choices, new.choices, name)
    yield from _shown(old, new, before, after, name)
    if old.help != new.help:
        yield _("Sửa lời hướng dẫn của câu hỏi “%s”.") % new.label
    if old.prefill != new.prefill:
        yield phrases.arrow(f"{name}, {_('lấy sẵn từ')}", _prefill(old), _prefill(new))
    yield from phrases.changed(name, DETAILS, _Readable(old, before), _Readable(new, after))
    yield from _cells(old, new, before, after)


def _kind(f: Field) -> str:
    return phrases.lower(str(KINDS.get(f.kind, f.kind)))


def _prefill(f: Field) -> str:
    return phrases.lower(str(PREFILLS.get(f.prefill) or phrases.said(f.prefill)))


class _Readable:
    """A question's details with keys and values in the words of the form."""

    def __init__(self, f: Field, known: Known) -> None:
        self.f, self.known = f, known

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.f, name)
        if name == "after_field" and value in self.known:
            return self.known[value].label
        if name == "default" and self.f.choices and value is not None:
            return tuple(self.f.label_of(v) for v in (value if isinstance(value, list) else [value]))
        return value


def _choices(old: tuple[Choice, ...], new: tuple[Choice, ...], name: str) -> Iterator[str]:
    found = match(old, new, lambda c: c.value)
    if found.added:
        yield _("%(name)s: thêm lựa chọn %(labels)s.") % {
            "name": name, "labels": phrases.quoted(c.label for c in found.added)
        }  # fmt: skip
    if found.removed:
        yield _("%(name)s: bỏ lựa chọn %(labels)s.") % {
            "name": name, "labels": phrases.quoted(c.label for c in found.removed)
        }  # fmt: skip
    for before, after in found.kept:
        if before.label != after.label:
            yield _("%(name)s: đổi lựa chọn “%(old)s” thành “%(new)s”.") % {
                "name": name, "old": before.label, "new": after.label
            }  # fmt: skip
    if found.moved:
        yield _("%s: xếp lại thứ tự các lựa chọn.") % name


def _shown(old: Field, new: Field, before: Known, after: Known, name: str) -> Iterator[str]:
    if old.show_when == new.show_when:
        return
    if new.show_when is None:
        yield _("%s nay luôn hiện ra.") % name
        return
    now = phrases.condition(new.show_when, after)
    was = phrases.condition(old.show_when, before)
    earlier = _(" (trước đây: %s)") % was if was else ""
    yield _("%(name)s nay chỉ hiện khi %(now)s%(earlier)s.") % {"name": name, "now": now, "earlier": earlier}


# --- groups that repeat --------------------------------------------------------------------------


def _cells(old: Field, new: Field, before: Known, after: Known) -> Iterator[str]:
    group = new.label
    found = match_fields(old.fields, new.fields)
    for f in found.added:
        needed = _(", bắt buộc trả lời") if f.required else ""
        yield _("Thêm câu hỏi “%(label)s” vào nhóm “%(group)s”%(needed)s.") % {
            "label": f.label, "group": group, "needed": needed
        }  # fmt: skip
    for f in found.removed:
        yield _("Bỏ câu hỏi “%(label)s” khỏi nhóm “%(group)s”.") % {"label": f.label, "group": group}
    for moved in phrases.moves(found, new.fields, lambda f: f.label, _("câu hỏi")):
        yield _("Nhóm “%(group)s”: %(moved)s") % {"group": group, "moved": phrases.lower(moved)}
    inner = {**before, **{f.key: f for f in old.fields}}, {**after, **{f.key: f for f in new.fields}}
    for was, now in found.kept:
        name = _("Câu hỏi “%(label)s” trong nhóm “%(group)s”") % {"label": now.label, "group": group}
        yield from _question(was, now, *inner, name)
