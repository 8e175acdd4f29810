"""A small language for what a block of a catalogue file may hold: rules for values, and blocks made of them."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from procedures.loading.problems import Problems

Rule = Callable[[Any, Problems], None]

KEY = re.compile(r"[a-z][a-z0-9_]*")
SECTION_KEY = re.compile(r"[a-z][a-z0-9_-]*")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CODE = re.compile(r"\d\.\d{6}", re.ASCII)
CLOCK = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d", re.ASCII)

# How alike an unknown key must be to a known one to count as a slip of the pen.
ALIKE = 0.8


class Block:
    """Required and optional keys with their rules. Other keys may stand beside them, unless they look like a slip."""

    def __init__(self, required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> None:
        self.required = frozenset(required)
        self.rules = {**required, **optional}

    def __call__(self, value: Any, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add(_("Phải là một khối khóa: giá trị."))
            return
        for key, rule in self.rules.items():
            if value.get(key) is not None:
                rule(value[key], problems.at(key))
            elif key in self.required:
                problems.at(key).add(_("Thiếu mục bắt buộc này."))
        for key in value:
            self._check_unknown(key, value, problems)

    def _check_unknown(self, key: Any, value: Mapping[Any, Any], problems: Problems) -> None:
        if key in self.rules:
            return
        absent = [known for known in self.rules if known not in value]
        alike = difflib.get_close_matches(str(key).lower().replace("-", "_"), absent, n=1, cutoff=ALIKE)
        if alike:
            problems.at(str(key)).add(_("Không có khóa này; có phải bạn định viết “%(key)s”?") % {"key": alike[0]})


def text(value: Any, problems: Problems) -> None:
    if not isinstance(value, str):
        problems.add(_("Phải là chữ. Nếu là số hay ngày, hãy đặt trong dấu nháy."))
    elif not value.strip():
        problems.add(_("Không được để trống. Hãy điền nội dung hoặc bỏ mục này."))


def loose_text(value: Any, problems: Problems) -> None:
    """Text that may be empty."""
    if not isinstance(value, str):
        problems.add(_("Phải là chữ. Nếu là số hay ngày, hãy đặt trong dấu nháy."))


def up_to(length: int) -> Rule:
    """Text with a greatest length: that of the column it is kept in."""

    def rule(value: Any, problems: Problems) -> None:
        text(value, problems)
        if isinstance(value, str) and len(value) > length:
            problems.add(_("Dài %(is)d ký tự, nhiều nhất là %(max)d. Hãy rút gọn.") % {"is": len(value), "max": length})

    return rule


def matching(pattern: re.Pattern[str], example: str, length: int = 60) -> Rule:
    def rule(value: Any, problems: Problems) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            problems.add(_("Viết không đúng dạng; ví dụ đúng: %(example)s.") % {"example": example})
        elif len(value) > length:
            problems.add(_("Dài %(is)d ký tự, nhiều nhất là %(max)d. Hãy rút gọn.") % {"is": len(value), "max": length})

    return rule


key_name = matching(KEY, "ho_ten")
section_name = matching(SECTION_KEY, "nguoi-yeu-cau")
slug = matching(SLUG, "bac-hong")
clock = matching(CLOCK, "15:00")


def flag(value: Any, problems: Problems) -> None:
    if not isinstance(value, bool):
        problems.add(_("Phải là true hoặc false."))


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def whole(least: int = 0, most: int = 10**15) -> Rule:
    def rule(value: Any, problems: Problems) -> None:
        if not is_whole(value):
            problems.add(_("Phải là số nguyên, không đặt trong dấu nháy."))
        elif not least <= value <= most:
            problems.add(_("Phải từ %(least)d đến %(most)d.") % {"least": least, "most": most})

    return rule


def number(value: Any, problems: Problems) -> None:
    if not is_number(value):
        problems.add(_("Phải là số, không đặt trong dấu nháy."))
    elif abs(value) > 10**15:
        problems.add(_("Số quá lớn. Hãy kiểm tra lại."))


def one_of(options: Collection[str]) -> Rule:
    def rule(value: Any, problems: Problems) -> None:
        if not isinstance(value, str) or value not in options:
            problems.add(
                _("“%(value)s” không dùng được. Hãy chọn một trong: %(options)s.")
                % {"value": _short(value), "options": ", ".join(options)}
            )

    return rule


def _short(value: Any) -> str:
    words = str(value)
    return words if len(words) <= 60 else words[:59] + "…"


def is_iso_date(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return False
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def iso_date(value: Any, problems: Problems) -> None:
    if not is_iso_date(value):
        problems.add(_("Phải là ngày viết năm-tháng-ngày, ví dụ 2025-07-01."))


def date_word(value: Any, problems: Problems) -> None:
    if value != "today" and not is_iso_date(value):
        problems.add(_("Phải là today hoặc ngày viết năm-tháng-ngày, ví dụ 2025-07-01."))


def anything(value: Any, problems: Problems) -> None:
    """Kept as it is; checked elsewhere or shown nowhere."""


def mapping(value: Any, problems: Problems) -> None:
    if not isinstance(value, dict):
        problems.add(_("Phải là một khối khóa: giá trị."))


def list_of(rule: Rule, *, least: int = 0) -> Rule:
    def check(value: Any, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.add(_("Phải là danh sách (mỗi mục một dòng bắt đầu bằng dấu -)."))
            return
        if len(value) < least:
            problems.add(_("Danh sách rỗng. Hãy thêm ít nhất một mục."))
        for i, item in enumerate(value):
            rule(item, problems.at(i))

    return check


def dicts(value: Any) -> list[tuple[int, dict[str, Any]]]:
    """The entries of a list that are blocks, with their places; nothing when it is no list."""
    if not isinstance(value, list):
        return []
    return [(i, item) for i, item in enumerate(value) if isinstance(item, dict)]


def check_once(entries: list[tuple[int, dict[str, Any]]], key: str, problems: Problems) -> None:
    """Complains about each entry whose key an earlier one has."""
    seen: set[str] = set()
    for i, entry in entries:
        value = entry.get(key)
        if isinstance(value, str) and value in seen:
            problems.at(i, key).add(_("“%(value)s” đã dùng ở trên. Hãy đặt khóa khác.") % {"value": value})
        elif isinstance(value, str):
            seen.add(value)
