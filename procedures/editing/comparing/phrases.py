"""Turns of phrase that every part of a comparison uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from procedures import wording
from procedures.spec import Condition, Field, FormSpec, Matched

T = TypeVar("T")
LONGEST = 120


def quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{w}”" for w in words)


def short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"


def lower(words: str) -> str:
    """For a phrase that comes to stand inside a sentence."""
    return words[:1].lower() + words[1:]


def said(value: Any) -> str:
    """A value of the document: nothing, yes and no, a date, a number, text."""
    if value is None or value in ("", ()):
        return str(_("không đặt"))
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if isinstance(value, (list, tuple)):
        return quoted(str(v) for v in value)
    if isinstance(value, str):
        return str(_("hôm nay")) if value == "today" else f"“{short(wording.plain_date(value))}”"
    return str(value)


def arrow(name: object, old: object, new: object) -> str:
    return f"{name}: {old} → {new}."


def texts_differ(old: str, new: str) -> tuple[str, str]:
    """Both texts quoted; long ones that begin alike are cut to where they part."""
    a, b = old, new
    if max(len(a), len(b)) > LONGEST:
        same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        start = max(0, a.rfind(" ", 0, same) + 1 - LONGEST // 3) if same > LONGEST // 2 else 0
        a, b = (f"…{text[start:]}" if start else text for text in (a, b))
    return said(a), said(b)


def changed(
    prefix: str, names: Mapping[str, Any], old: Any, new: Any, show: Callable[[Any], str] = said
) -> Iterator[str]:
    """One sentence for each of the named attributes that differs."""
    for attribute, name in names.items():
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before == after:
            continue
        words = texts_differ(before, after) if isinstance(before, str) and isinstance(after, str) else ()
        first, second = words or (show(before), show(after))
        yield arrow(f"{prefix}, {name}" if prefix else name, first, second)


def flag(old: bool, new: bool, yes: str, no: str) -> Iterator[str]:
    if old != new:
        yield yes if new else no


def moves(matched: Matched[T], order: Sequence[T], name: Callable[[T], str], what: str, top: str = "") -> Iterator[str]:
    """Where each moved entry stands now: after which other, or on top (`top` says of what)."""
    places = list(order)
    for entry in matched.moved:
        at = places.index(entry)
        where = _("đến sau “%s”") % name(places[at - 1]) if at else top or _("lên đầu")
        yield _("Chuyển %(what)s “%(name)s” %(where)s.") % {"what": what, "name": name(entry), "where": where}


# --- conditions ----------------------------------------------------------------------------------


def known_fields(form: FormSpec | None, inner: Iterable[Field] = ()) -> dict[str, Field]:
    return {f.key: f for f in (*(form.fields() if form else ()), *inner)}


def condition(given: Condition | None, known: Mapping[str, Field]) -> str:
    """ "“Sinh ở đâu” là “Nơi khác”"; empty without a condition."""
    if given is None:
        return ""
    field = known.get(given.field)
    label = field.label if field else given.field
    if field is not None and field.kind == "checkbox":
        ticked = "true" in given.values
        return (_("có đánh dấu “%s”") if ticked else _("không đánh dấu “%s”")) % label
    values = [field.label_of(v) if field else v for v in given.values]
    return _("“%(label)s” là %(values)s") % {"label": label, "values": _(" hoặc ").join(f"“{v}”" for v in values)}


def condition_changed(
    prefix: str, old: Condition | None, new: Condition | None, before: Mapping[str, Field], after: Mapping[str, Field]
) -> Iterator[str]:
    """What makes a paper, a fee or a longer limit apply."""
    if old != new:
        none = _("không xét câu trả lời")
        yield arrow(f"{prefix}, {_('áp dụng khi')}", condition(old, before) or none, condition(new, after) or none)
