"""Form fields, one class a kind of the catalogue; each can be used on its own in any Django form.

`clean()` returns the stored form of an answer, which JSON can hold: text as str, a date as "YYYY-MM-DD", a whole
number as int, a decimal as canonical str ("12.5"), several choices as list, a tick as bool. What was not answered
is "" or None. `doubt()` gives a sentence that is worth showing but stops nobody. `typed()` is the way back: what
a person would have typed for a stored value.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.text import tidy
from procedures import drawing, validators, widgets
from procedures.validators import fail

Pairs = Sequence[tuple[str, str]]
RADIO_LIMIT = 6
LONGEST_TEXT, LONGEST_LINE = 5000, 500


def grouped(number: int) -> str:
    """1500000 as "1.500.000"."""
    return f"{number:,}".replace(",", ".")


def decimal_text(value: str | int | float | Decimal) -> str:
    """A canonical decimal the Vietnamese way: "1234.5" as "1.234,5"."""
    plain = f"{Decimal(str(value)):f}"
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _dot, fraction = plain.partition(".")
    return sign + grouped(int(whole)) + (f",{fraction}" if fraction else "")


def date_text(value: str | datetime.date) -> str:
    """A stored date as d/m/Y with leading zeros."""
    return datetime.date.fromisoformat(str(value)).strftime("%d/%m/%Y")


class Question(forms.BoundField):
    """A field in its form. Templates look names up as keys first; answering there saves them a raised error each."""

    field: AnswerField

    # Asked for half a dozen times while one field is drawn; a form is made anew to be checked again.
    @cached_property
    def errors(self) -> ErrorList:
        return super().errors

    @cached_property
    def auto_id(self) -> str:
        return super().auto_id

    def __getitem__(self, name: Any) -> Any:
        return getattr(self, name) if isinstance(name, str) else super().__getitem__(name)

    @property
    def wrapper(self) -> str:
        """Attributes of the element around the question, when the form knows any."""
        around: Callable[[str], str] | None = getattr(self.form, "wrapper", None)
        return around(self.name) if around else ""

    @property
    def warning(self) -> str:
        """What is doubtful about the answer, when the form knows."""
        doubt: Callable[[str], str] | None = getattr(self.form, "warning", None)
        return doubt(self.name) if doubt else ""

    @property
    def drawn(self) -> SafeString:
        """The whole question: label, help, what is wrong, and the input."""
        return drawing.question(self)


class AnswerField(forms.Field):
    """What the kinds share: text is tidied, read by parse(), and the sentences name the field's own label."""

    widget: type[forms.Widget] | forms.Widget = widgets.LineInput
    input_class = "input"
    input_mode = ""
    nothing: Any = ""
    default_error_messages = {"required": gettext_lazy("Bạn chưa nhập “%(label)s”.")}

    def __init__(self, *, autocomplete: str = "", **kwargs: Any) -> None:
        self.autocomplete = autocomplete
        super().__init__(**kwargs)

    @property
    def name(self) -> str:
        """The label as it stands in a sentence."""
        return str(self.label or _("Mục này")).strip().rstrip(":.*")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = {"class": self.input_class, "inputmode": self.input_mode, "autocomplete": self.autocomplete}
        return {name: value for name, value in attrs.items() if value}

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> Question:
        return Question(form, self, field_name)

    def parse(self, value: str) -> Any:
        return validators.clean_text(value)

    def validate(self, value: Any) -> None:
        if self.required and (value is None or value is False or value in ("", [])):
            message = str(self.error_messages["required"])
            raise ValidationError(message.replace("%(label)s", Truncator(self.name).words(12)), code="required")

    def to_python(self, value: Any) -> Any:
        plain = tidy(str(value)) if value is not None else ""
        return self.parse(plain) if plain else self.nothing

    def doubt(self, value: Any) -> str:
        return ""

    def typed(self, value: Any) -> list[str]:
        return [str(value)]


# --- text ----------------------------------------------------------------------------------------


class TextField(AnswerField):
    """One line; min_length and max_length count characters after tidying."""

    limit = LONGEST_LINE

    def __init__(self, *, min_length: int | None = None, max_length: int | None = None, **kwargs: Any) -> None:
        self.min_length, self.max_length = min_length or 0, max_length or self.limit
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and len(value) > self.max_length:
            raise fail(
                _("“%(label)s” dài tối đa %(max)d ký tự. Bạn đã nhập %(count)d ký tự, hãy rút gọn.")
                % {"label": self.name, "max": self.max_length, "count": len(value)}
            )
        if value and len(value) < self.min_length:
            raise fail(
                _("“%(label)s” cần ít nhất %(min)d ký tự. Bạn đã nhập %(count)d ký tự.")
                % {"label": self.name, "min": self.min_length, "count": len(value)}
            )


class MultilineField(TextField):
    widget = widgets.TextArea
    limit = LONGEST_TEXT

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "rows": "4"}

    def parse(self, value: str) -> str:
        return validators.clean_text(value, lines=True)


class PersonNameField(TextField):
    limit = 100

    def parse(self, value: str) -> str:
        return validators.clean_person_name(value)


class AddressField(TextField):
    """Free text: old three-tier and new two-tier addresses are both right (no unit is checked)."""

    limit = 300


class EmailField(AnswerField):
    widget = widgets.EmailInput
    input_mode = "email"

    def parse(self, value: str) -> str:
        return validators.clean_email(value)


class PhoneField(AnswerField):
    widget = widgets.PhoneInput
    input_class = "input input-medium"
    input_mode = "tel"

    def parse(self, value: str) -> str:
        return validators.clean_phone(value)


class IdNumberField(AnswerField):
    input_class = "input input-medium"

    def parse(self, value: str) -> str:
        return validators.clean_id_number(value)

    def doubt(self, value: Any) -> str:
        return validators.id_number_warning(value)


class TaxCodeField(AnswerField):
    input_class = "input input-medium"
    input_mode = "numeric"

    def parse(self, value: str) -> str:
        return validators.clean_tax_code(value)


# --- numbers -------------------------------------------------------------------------------------


class IntegerField(AnswerField):
    """A whole number between min_value and max_value, both included."""

    input_class = "input input-short"
    input_mode = "numeric"
    nothing: Any = None

    def __init__(self, *, min_value: float | None = None, max_value: float | None = None, **kwargs: Any) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def parse(self, value: str) -> Any:
        return validators.clean_integer(value)

    def words(self, number: Any) -> str:
        """A number as it stands in a sentence."""
        return grouped(int(number))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        number = Decimal(str(value))
        if self.min_value is not None and number < Decimal(str(self.min_value)):
            raise fail(_("%(label)s ít nhất là %(limit)s.") % self._limit(self.min_value))
        if self.max_value is not None and number > Decimal(str(self.max_value)):
            raise fail(_("%(label)s nhiều nhất là %(limit)s.") % self._limit(self.max_value))

    def _limit(self, limit: float) -> dict[str, str]:
        return {"label": self.name, "limit": self.words(limit)}


class DecimalField(IntegerField):
    input_mode = "decimal"

    def parse(self, value: str) -> str:
        return validators.clean_decimal(value)

    def words(self, number: Any) -> str:
        return decimal_text(number)

    def typed(self, value: Any) -> list[str]:
        # Without thousands marks: "1234,5" reads back the same whatever follows the comma.
        return [f"{Decimal(str(value)):f}".replace(".", ",")]


class MoneyField(IntegerField):
    """Whole đồng."""

    input_class = "input input-medium"

    def parse(self, value: str) -> int:
        return validators.clean_money(value)

    def words(self, number: Any) -> str:
        return _("%(amount)s đồng") % {"amount": grouped(int(number))}

    def typed(self, value: Any) -> list[str]:
        return [grouped(int(value))]


class YearField(IntegerField):
    def parse(self, value: str) -> int:
        return validators.clean_year(value)

    def words(self, number: Any) -> str:
        return str(int(number))


class VietnameseDateField(AnswerField):
    """A day typed in any usual way, day first; stored as "YYYY-MM-DD"."""

    input_class = "input input-short"
    input_mode = "numeric"

    def __init__(
        self, *, min_date: datetime.date | None = None, max_date: datetime.date | None = None, **kwargs: Any
    ) -> None:
        self.min_date, self.max_date = min_date, max_date
        help_text = str(kwargs.pop("help_text", "")).strip()
        example = _("Ghi ngày/tháng/năm, ví dụ 05/03/2026.")
        # The form of a date is said beside the input and stays there while one types.
        super().__init__(help_text=f"{help_text.rstrip('.')}. {example}" if help_text else example, **kwargs)

    def parse(self, value: str) -> str:
        return validators.clean_date(value).isoformat()

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not value:
            return
        day = datetime.date.fromisoformat(value)
        if self.min_date and day < self.min_date:
            raise fail(
                _("“%(label)s” phải từ ngày %(limit)s trở đi. Bạn xem lại ngày.")
                % {"label": self.name, "limit": date_text(self.min_date)}
            )
        if self.max_date and day > self.max_date:
            raise fail(
                _("“%(label)s” không được sau ngày %(limit)s. Bạn xem lại ngày.")
                % {"label": self.name, "limit": date_text(self.max_date)}
            )

    def prepare_value(self, value: Any) -> Any:
        """A stored date is shown day first; what was typed stays as it was typed."""
        stored = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(value or ""), re.ASCII)
        return f"{stored[3]}/{stored[2]}/{stored[1]}" if stored else value

    def typed(self, value: Any) -> list[str]:
        return [date_text(value)]


# --- choices -------------------------------------------------------------------------------------


class ChoiceField(AnswerField):
    """One of some pairs (value, label): radio buttons up to six, a drop-down above."""

    default_error_messages = {"required": gettext_lazy("Bạn chưa chọn “%(label)s”.")}

    def __init__(self, *, choices: Pairs, drop_down: bool | None = None, **kwargs: Any) -> None:
        self.pairs = tuple((str(value), str(label)) for value, label in choices)
        self.values = frozenset(value for value, _label in self.pairs)
        is_long = len(self.pairs) > RADIO_LIMIT if drop_down is None else drop_down
        kwargs.setdefault("widget", self._widget(is_long, kwargs.get("required", True)))
        super().__init__(**kwargs)

    def _widget(self, drop_down: bool, required: bool) -> forms.Widget:
        if drop_down:
            return widgets.SelectInput(self.pairs)
        # A radio button once pressed cannot be let go, so an optional question offers to answer nothing.
        return widgets.RadioList(self.pairs if required else (*self.pairs, ("", _("Không trả lời"))))

    def parse(self, value: str) -> str:
        if value not in self.values:
            raise fail(_("Lựa chọn ở “%(label)s” không có trong danh sách. Bạn chọn lại.") % {"label": self.name})
        return value


class MultiChoiceField(AnswerField):
    default_error_messages = {"required": gettext_lazy("Bạn chưa chọn “%(label)s”. Có thể chọn nhiều mục.")}

    def __init__(self, *, choices: Pairs, **kwargs: Any) -> None:
        self.pairs = tuple((str(value), str(label)) for value, label in choices)
        kwargs.setdefault("widget", widgets.BoxList(self.pairs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> list[str]:
        """The chosen values once each, in the order of the list."""
        given = {tidy(str(v)) for v in value or []} - {""}
        if given - {v for v, _label in self.pairs}:
            raise fail(_("Có lựa chọn ở “%(label)s” không nằm trong danh sách. Bạn chọn lại.") % {"label": self.name})
        return [v for v, _label in self.pairs if v in given]

    def typed(self, value: Any) -> list[str]:
        return [str(v) for v in value] if isinstance(value, (list, tuple)) else [str(value)]


class TickField(AnswerField):
    """A box to tick; a required one must be ticked."""

    widget = widgets.TickBox
    input_class = ""
    nothing: Any = False
    default_error_messages = {"required": gettext_lazy("Bạn cần đánh dấu vào ô “%(label)s” để tiếp tục.")}

    def to_python(self, value: Any) -> bool:
        return str(value).strip().lower() not in ("", "none", "false", "0", "off")

    def typed(self, value: Any) -> list[str]:
        return ["on"] if value is True else []
