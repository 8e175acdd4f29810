"""Inputs over one value of the document: what the box shows, and what the document holds for what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.lib import text
from procedures import validators, wording

# What the document holds where nothing was typed: the key is left out.
GONE: Any = object()
Pairs = Sequence[tuple[str, Any]]
LINES = 4


class Entry(forms.CharField):
    """A line of text."""

    def __init__(self, label: Any, *, help_text: Any = "", **options: Any) -> None:
        super().__init__(label=label, help_text=help_text, required=False, **options)

    def shown(self, raw: Any) -> Any:
        """What stands in the box for a value of the document."""
        return "" if raw is None else str(raw)

    def written(self, value: str) -> Any:
        """What the document holds for what was typed. ValidationError says what to type instead."""
        return validators.clean_text(value)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return self.written(typed) if typed else GONE

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A box that was not on the page was not touched."""
        return not self.disabled and data is not None and text.tidy(initial or "") != text.tidy(data)


class Words(Entry):
    """Text of several lines."""

    def __init__(self, label: Any, *, help_text: Any = "", rows: int = LINES) -> None:
        super().__init__(label, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}))

    def written(self, value: str) -> Any:
        return validators.clean_text(value, lines=True)


class Lines(Words):
    """A list with one item a line."""

    def shown(self, raw: Any) -> Any:
        return "\n".join(map(str, raw)) if isinstance(raw, list) else super().shown(raw)

    def written(self, value: str) -> Any:
        return [line for line in validators.clean_text(value, lines=True).split("\n") if line]

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return [] if found is GONE else found


class Count(Entry):
    """A whole number within bounds."""

    def __init__(self, label: Any, *, least: int = 0, most: int = 10**12, help_text: Any = "") -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 8})
        super().__init__(label, help_text=help_text, widget=widget)
        self.least, self.most = least, most

    def written(self, value: str) -> Any:
        number = validators.clean_integer(value)
        if not self.least <= number <= self.most:
            raise ValidationError(
                _("Chỗ này ghi số từ %(least)d đến %(most)d. Bạn sửa lại.") % {"least": self.least, "most": self.most}
            )
        return number


class Number(Entry):
    """A number, with a fraction behind a comma where there is one."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(label, help_text=help_text, widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 12}))

    def shown(self, raw: Any) -> Any:
        return str(raw).replace(".", ",") if isinstance(raw, float) else super().shown(raw)

    def written(self, value: str) -> Any:
        plain = validators.clean_decimal(value)
        return float(plain) if "." in plain else int(plain)


class Amount(Entry):
    """Money in whole đồng; an empty box means that the officer sets it."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(label, help_text=help_text, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 14}))

    def shown(self, raw: Any) -> Any:
        return f"{raw:,}".replace(",", ".") if isinstance(raw, int) else super().shown(raw)

    def written(self, value: str) -> Any:
        return validators.clean_money(value)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is GONE else found


class Day(Entry):
    """A day, typed as people write it; `today` also takes the words "hôm nay"."""

    def __init__(self, label: Any, *, today: bool = False, help_text: Any = "") -> None:
        super().__init__(label, help_text=help_text, widget=forms.TextInput(attrs={"size": 14}))
        self.today = today

    def shown(self, raw: Any) -> Any:
        if raw == "today" and self.today:
            return _("hôm nay")
        return wording.plain_date(super().shown(raw))

    def written(self, value: str) -> Any:
        if self.today and text.fold(value) in ("hom nay", "today"):
            return "today"
        return validators.clean_date(value).isoformat()


class Clock(Entry):
    """A time of day: 15:00, 15h, 15 giờ 30."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(label, help_text=help_text, widget=forms.TextInput(attrs={"size": 8}))

    def written(self, value: str) -> Any:
        plain = text.fold(value).replace(" ", "").replace("gio", ":").replace("h", ":").rstrip(":")
        hour, _mark, minute = plain.partition(":")
        if not (hour.isdigit() and (minute or "0").isdigit()) or int(hour) > 23 or int(minute or 0) > 59:
            raise ValidationError(_("Giờ ghi như 15:00 hoặc 15h30. Bạn sửa lại."))
        return f"{int(hour):02d}:{int(minute or 0):02d}"


class Flag(forms.BooleanField):
    """A box to tick."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False)

    def shown(self, raw: Any) -> bool:
        return bool(raw)


class Pick(Entry):
    """One of some words. A value that is none of them stays on offer, so that it is not lost."""

    def __init__(self, label: Any, pairs: Pairs, *, help_text: Any = "", blank: Any = None) -> None:
        super().__init__(label, help_text=help_text, widget=forms.Select())
        self.blank = blank
        self.offer(pairs)

    def offer(self, pairs: Pairs) -> None:
        first = [("", self.blank)] if self.blank is not None else []
        self.widget.choices = [*first, *pairs]

    def shown(self, raw: Any) -> Any:
        value = super().shown(raw)
        known = [key for key, _label in self.widget.choices]
        if value not in known:
            self.widget.choices = [(value, value or _("(chưa chọn)")), *self.widget.choices]
        return value

    def written(self, value: str) -> Any:
        if value not in {key for key, _label in self.widget.choices}:
            raise ValidationError(_("Lựa chọn này không còn. Bạn chọn lại trong danh sách."))
        return value


class Ticks(forms.MultipleChoiceField):
    """Several of some words. Values that are none of them stay on offer, and the order of the document is kept."""

    def __init__(self, label: Any, pairs: Pairs, *, help_text: Any = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            choices=list(pairs),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": _("Lựa chọn “%(value)s” không còn. Bạn chọn lại.")},
        )
        self.before: list[str] = []
        self.pairs = list(pairs)

    @property
    def known(self) -> set[str]:
        return {key for key, _label in self.pairs}

    def shown(self, raw: Any) -> list[str]:
        self.before = [str(v) for v in raw] if isinstance(raw, list) else []
        self.pairs += [(v, v) for v in self.before if v not in self.known]
        self.choices = self.pairs
        return self.before

    def clean(self, value: Any) -> list[str]:
        return in_order(super().clean(value), self.before)


def in_order(chosen: Iterable[str], before: Sequence[str]) -> list[str]:
    """What was chosen, that of before first and in its old order."""
    chosen = list(chosen)
    return [v for v in before if v in chosen] + [v for v in chosen if v not in before]
