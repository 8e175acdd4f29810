"""The names that a template of a procedure may use: the questions of its form, and facts of every submission."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.lib import text
from procedures import faces
from procedures.spec import ProcedureSpec
from submissions.letters import facts
from submissions.letters.body import ROW_NUMBER, Body, Problem, Use


@dataclass(frozen=True)
class Names:
    """Plain names with their labels, and lists with the names of their columns."""

    plain: Mapping[str, str]
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.plain or name in self.lists or any(name in columns for columns in self.lists.values())

    def labelled(self) -> Iterator[tuple[str, str]]:
        yield from self.plain.items()
        for columns in self.lists.values():
            yield from columns.items()


def names_of(spec: ProcedureSpec) -> Names:
    """A question that has the name of a fact hides the fact."""
    fields = faces.merge_fields(spec)
    plain = {fact.name: str(fact.label) for fact in facts.FACTS}
    lists = {f.name: {c.name: c.label for c in f.columns} for f in fields if f.columns}
    asked = {f.name: f.label for f in fields if not f.columns}
    return Names({k: v for k, v in {**plain, **asked}.items() if k not in lists}, lists)


# --- checking ------------------------------------------------------------------------------------


def problems(body: Body, names: Names, former: Mapping[str, int] | None = None) -> list[Problem]:
    """What is wrong with the marks and the names, line by line.

    `former` holds names that only an older revision had, with the number of the last one that had them.
    """
    found = [*body.problems, *(p for use in body.uses if (p := _problem(use, names, former or {})))]
    return sorted(found, key=lambda p: p.line)


def unknown(body: Body, names: Names) -> set[str]:
    return {use.name for use in body.uses if use.name not in names and use.name != ROW_NUMBER}


def _problem(use: Use, names: Names, former: Mapping[str, int]) -> Problem | None:
    if _is_right(use, names):
        return None
    return Problem(use.line, _misused(use, names) or _unknown(use.name, names, former))


def _is_right(use: Use, names: Names) -> bool:
    if use.is_list:
        return use.name in names.lists
    if use.name in names.plain or use.name in names.lists.get(use.inside, {}):
        return True
    return bool(use.inside) and use.name == ROW_NUMBER


def _misused(use: Use, names: Names) -> str:
    """The sentence for a name that exists and stands where it cannot; "" for one that does not exist."""
    facts = {"name": use.name, "list": _home(use.name, names)}
    if use.is_list and use.name in names.plain:
        return _("“%(name)s” chỉ có một giá trị, không phải danh sách. Hãy viết {{%(name)s}}.") % facts
    if use.name in names.lists:
        words = _("“%(name)s” là danh sách. Hãy viết {{#%(name)s}} … {{/%(name)s}}, mỗi dấu trên một dòng riêng.")
        return words % facts
    if facts["list"]:
        return _("“%(name)s” chỉ dùng được giữa {{#%(list)s}} và {{/%(list)s}}.") % facts
    return ""


def _home(name: str, names: Names) -> str:
    """The list whose rows have this name."""
    return next((key for key, columns in names.lists.items() if name in columns or name == ROW_NUMBER), "")


def _unknown(name: str, names: Names, former: Mapping[str, int]) -> str:
    shown = name if len(name) <= 60 else name[:60] + "…"
    words = _("Không có mục “%(name)s”.")
    if name in former:
        words = _("Mục “%(name)s” chỉ có trong biểu mẫu bản %(number)d, bản đang công bố không còn.")
    near = nearest(name, names)
    hint = " " + _("Có phải bạn muốn viết {{%s}}?") % near if near else ""
    return words % {"name": shown, "number": former.get(name, 0)} + hint


def nearest(name: str, names: Names) -> str:
    """The known name that looks most like it, by name or by label; "" when none does."""
    wanted = text.fold(name[:200])
    spelled: dict[str, str] = {}
    for known, label in names.labelled():
        spelled.setdefault(text.fold(label), known)
        spelled[known] = known
    spelled.update({key: key for key in names.lists})
    close = difflib.get_close_matches(wanted, spelled, n=1, cutoff=0.6)
    return spelled[close[0]] if close else ""


def former_names(specs: Iterable[tuple[int, ProcedureSpec]]) -> dict[str, int]:
    """Names of older revisions, with the number of the last revision that had each."""
    found: dict[str, int] = {}
    for number, spec in specs:
        names = names_of(spec)
        for name in (*names.lists, *(name for name, _label in names.labelled())):
            found[name] = max(number, found.get(name, 0))
    return found
