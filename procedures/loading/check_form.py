"""What the shape of a form cannot say: choices, conditions, limits and defaults that fit each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from procedures.loading.blocks import FIELD, FORM, SECTION
from procedures.loading.problems import Problems
from procedures.loading.shape import check_once, date_word, dicts, is_number, is_whole, list_of

Raw = Mapping[str, Any]

CHOICES = ("choice", "multichoice")
CONDITIONAL = (*CHOICES, "checkbox")
NOT_IN_ROWS = ("repeat", "file")
RESERVED_SECTIONS = ("nguoi-nop", "giay-to", "nhan-ket-qua", "kiem-tra")
# The hidden input that stands in every form beside the fields.
RESERVED_FIELDS = ("csrfmiddlewaretoken",)
PAIRS = (("min", "max"), ("min_length", "max_length"), ("min_items", "max_items"), ("min_date", "max_date"))


def written(value: Any) -> str:
    """Conditions compare text (procedures.spec); this is how a value of a file reads then."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def list_values(items: Any) -> list[str] | None:
    """The values of a shared list; None when its entries cannot serve as choices."""
    values = []
    for item in items if isinstance(items, list) else [None]:
        value = item.get("value", item.get("code")) if isinstance(item, dict) else None
        label = item.get("label", item.get("name")) if isinstance(item, dict) else None
        if isinstance(value, bool) or not isinstance(value, (str, int)) or not isinstance(label, str):
            return None
        values.append(str(value))
    return values


@dataclass
class Scope:
    """The fields a condition may look at: those before it, and, for the wording, all the others."""

    before: dict[str, Raw] = field(default_factory=dict)
    everywhere: frozenset[str] = frozenset()
    in_rows: frozenset[str] = frozenset()
    lists: Mapping[str, Any] = field(default_factory=dict)

    def inner(self, rows: Any) -> Scope:
        """The scope at the start of a repeat's rows."""
        return Scope(dict(self.before), self.everywhere | _keys(rows), frozenset(), self.lists)

    def choices_of(self, raw: Raw) -> list[str]:
        """The values one can choose; empty when unknown."""
        if raw.get("choices"):
            return [written(c.get("value")) for _i, c in dicts(raw["choices"])]
        return list_values(self.lists.get(_list_name(raw))) or []


def _list_name(raw: Raw) -> str:
    return str(raw.get("choices_from") or "").removeprefix("lists.")


def _keys(fields: Any) -> frozenset[str]:
    return frozenset(f["key"] for _i, f in dicts(fields) if isinstance(f.get("key"), str))


def check_form(form: Any, lists: Mapping[str, Any], problems: Problems) -> Scope:
    """Adds the form's problems; returns the scope after its last field, for the conditions of papers and fees."""
    FORM(form, problems)
    sections = form.get("sections") if isinstance(form, dict) else None
    if sections is not None:
        list_of(SECTION, least=1)(sections, problems.at("sections"))
    entries = dicts(sections)
    check_once(entries, "key", problems.at("sections"))
    fields = [f for _i, section in entries for _j, f in dicts(section.get("fields"))]
    scope = Scope(everywhere=_keys(fields), in_rows=_row_keys(fields), lists=lists)
    for i, section in entries:
        here = problems.at("sections", i)
        if section.get("key") in RESERVED_SECTIONS:
            here.at("key").add(_("Tên này dành cho các bước chung. Hãy đặt khóa khác."))
        _check_fields(section.get("fields"), scope, here.at("fields"))
    return scope


def _row_keys(fields: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset().union(*(_keys(f.get("fields")) for f in fields))


def _check_fields(fields: Any, scope: Scope, problems: Problems, *, in_repeat: bool = False) -> None:
    """Checks a list of fields in their order and adds each to the scope."""
    if fields is None and not in_repeat:
        return  # the section's shape has said so
    list_of(FIELD, least=1)(fields, problems)
    own: set[str] = set()
    for i, raw in dicts(fields):
        here = problems.at(i)
        key = raw.get("key") if isinstance(raw.get("key"), str) else None
        if key in (own if in_repeat else scope.before):
            here.at("key").add(_("“%(key)s” đã dùng ở trên. Hãy đặt khóa khác.") % {"key": key})
        if key in RESERVED_FIELDS:
            here.at("key").add(_("Tên này dành cho trang nộp hồ sơ. Hãy đặt khóa khác."))
        _check_field(raw, scope, here, in_repeat=in_repeat)
        if key is not None:
            own.add(key)
            scope.before[key] = raw


def _check_field(raw: Raw, scope: Scope, problems: Problems, *, in_repeat: bool) -> None:
    kind = raw.get("kind")
    if in_repeat and kind in NOT_IN_ROWS:
        problems.at("kind").add(_("Trong nhóm lặp không đặt được nhóm lặp hay tệp. Hãy đưa ra ngoài."))
    elif kind == "repeat":
        _check_fields(raw.get("fields"), scope.inner(raw.get("fields")), problems.at("fields"), in_repeat=True)
    if kind in CHOICES:
        _check_choices(raw, scope, problems)
    if raw.get("show_when") is not None:
        check_condition(raw["show_when"], scope, problems.at("show_when"))
        _check_ever_shown(raw, scope, problems)
    _check_pairs(raw, problems)
    _check_after(raw, scope, problems)
    if raw.get("default") is not None:
        _check_default(raw, scope, problems.at("default"))


# --- choices -------------------------------------------------------------------------------------


def _check_choices(raw: Raw, scope: Scope, problems: Problems) -> None:
    if raw.get("choices") is not None:
        _check_own_choices(raw["choices"], problems.at("choices"))
    elif raw.get("choices_from") is not None:
        _check_list(raw, scope, problems.at("choices_from"))
    else:
        problems.at("choices").add(_("Thiếu lựa chọn. Hãy ghi choices hoặc choices_from."))


def _check_own_choices(choices: Any, problems: Problems) -> None:
    check_once([(i, {"value": written(c.get("value"))}) for i, c in dicts(choices)], "value", problems)


def _check_list(raw: Raw, scope: Scope, problems: Problems) -> None:
    name = _list_name(raw)
    if name not in scope.lists:
        problems.add(_("Không có danh sách “%(name)s” trong lists.yaml.") % {"name": name})
        return
    values = list_values(scope.lists[name])
    if values is None:
        problems.add(_("Danh sách “%(name)s” có mục thiếu value, label (hoặc code, name).") % {"name": name})
    elif not values:
        problems.add(_("Danh sách “%(name)s” rỗng. Hãy thêm mục vào lists.yaml.") % {"name": name})


# --- conditions ----------------------------------------------------------------------------------


def condition_values(condition: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    """The values a condition compares with, each with its place in the block."""
    if not isinstance(condition, dict):
        return []
    if isinstance(condition.get("in"), list):
        return [(("in", i), value) for i, value in enumerate(condition["in"])]
    return [(("equals",), condition["equals"])] if condition.get("equals") is not None else []


def check_condition(condition: Any, scope: Scope, problems: Problems, *, kinds: tuple[str, ...] = ()) -> None:
    """`kinds`, when given, are the only kinds of field the condition may look at."""
    if not isinstance(condition, dict):
        return
    if (condition.get("equals") is None) == (condition.get("in") is None):
        problems.add(_("Hãy ghi đúng một trong hai: equals (một giá trị) hoặc in (danh sách)."))
    name = condition.get("field")
    if not isinstance(name, str):
        return
    target = scope.before.get(name)
    if target is None:
        problems.at("field").add(_missing(name, scope))
        return
    kind = target.get("kind")
    if kind in NOT_IN_ROWS or (kinds and kind not in kinds):
        problems.at("field").add(
            _("Điều kiện phải dựa trên trường lựa chọn hoặc ô đánh dấu; “%(name)s” không phải.") % {"name": name}
        )
        return
    _check_values(condition, target, scope, problems)


def _missing(name: str, scope: Scope) -> str:
    if name in scope.in_rows:
        return _("Trường “%(name)s” nằm trong nhóm lặp; điều kiện ở ngoài không dùng được.") % {"name": name}
    if name in scope.everywhere:
        return _("Trường “%(name)s” đứng sau hoặc là chính nó; điều kiện chỉ dùng trường đứng trước.") % {"name": name}
    return _("Không có trường “%(name)s” trong biểu mẫu. Hãy kiểm tra tên.") % {"name": name}


def _possible(target: Raw, scope: Scope) -> list[str] | None:
    """The values a field can have; None when they cannot be listed."""
    if target.get("kind") == "checkbox":
        return ["true", "false"]
    return (scope.choices_of(target) or None) if target.get("kind") in CHOICES else None


def _check_values(condition: Raw, target: Raw, scope: Scope, problems: Problems) -> None:
    possible = _possible(target, scope)
    for place, value in condition_values(condition):
        if possible is not None and written(value) not in possible:
            problems.at(*place).add(
                _("“%(value)s” không có trong các giá trị của trường “%(name)s” (%(values)s).")
                % {"value": written(value)[:60], "name": condition["field"], "values": ", ".join(possible[:12])}
            )


def _check_ever_shown(raw: Raw, scope: Scope, problems: Problems) -> None:
    """A field shown only while a box stays empty that must be ticked never comes up in a complete form."""
    condition = raw["show_when"]
    name = condition.get("field") if isinstance(condition, dict) else None
    target = scope.before.get(name, {}) if isinstance(name, str) else {}
    if target.get("kind") != "checkbox" or target.get("required") is not True or target.get("show_when"):
        return
    if {written(value) for _place, value in condition_values(condition)} == {"false"}:
        problems.at("show_when").add(
            _("Trường này không bao giờ hiện ra, vì ô “%(name)s” bắt buộc đánh dấu.") % {"name": name}
        )


# --- limits and defaults -------------------------------------------------------------------------


def _check_pairs(raw: Raw, problems: Problems) -> None:
    for low, high in PAIRS:
        least, most = raw.get(low), raw.get(high)
        both = (least, most)
        if (all(map(is_number, both)) or all(map(_is_day, both))) and least > most:  # type: ignore[operator]
            problems.at(low).add(
                _("Mức thấp nhất (%(low)s) lớn hơn mức cao nhất (%(high)s). Hãy đổi một trong hai.")
                % {"low": low, "high": high}
            )


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and value != "today"


def _check_after(raw: Raw, scope: Scope, problems: Problems) -> None:
    name = raw.get("after_field")
    if not isinstance(name, str):
        return
    here = problems.at("after_field")
    if raw.get("kind") != "date":
        here.add(_("Chỉ dùng cho trường ngày (kind: date)."))
    elif name not in scope.before:
        here.add(_missing(name, scope))
    elif scope.before[name].get("kind") != "date":
        here.add(_("Trường “%(name)s” không phải trường ngày.") % {"name": name})


def _fits_text(value: Any) -> bool:
    return isinstance(value, str)


_DEFAULTS = {
    "checkbox": (lambda v: isinstance(v, bool), "true, false"),
    "integer": (is_whole, "1"),
    "money": (is_whole, "100000"),
    "year": (is_whole, "1990"),
    "decimal": (is_number, "1.5"),
}


def _check_default(raw: Raw, scope: Scope, problems: Problems) -> None:
    kind, value = raw.get("kind"), raw["default"]
    if kind in NOT_IN_ROWS:
        problems.add(_("Nhóm lặp và tệp không có giá trị sẵn. Hãy bỏ default."))
    elif kind in CHOICES:
        _check_default_choice(raw, scope, problems)
    elif kind == "date":
        date_word(value, problems)
    else:
        fits, example = _DEFAULTS.get(str(kind), (_fits_text, "Hà Tĩnh"))
        if not fits(value):
            problems.add(_("Không hợp với loại trường; ví dụ đúng: %(example)s.") % {"example": example})


def _check_default_choice(raw: Raw, scope: Scope, problems: Problems) -> None:
    many = isinstance(raw["default"], list) and raw.get("kind") == "multichoice"
    possible = scope.choices_of(raw)
    for value in raw["default"] if many else [raw["default"]]:
        if possible and (isinstance(value, (list, dict)) or written(value) not in possible):
            problems.add(
                _("“%(value)s” không có trong các lựa chọn (%(values)s).")
                % {"value": written(value)[:60], "values": ", ".join(possible[:12])}
            )
