"""The forms of the town's working time: a day off, the confirmation of a year, a block of hours."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.publicdays import LAST
from portal.lib.worktime import LEAP_YEAR
from procedures import deadlines
from procedures.loading import days
from procedures.models import Agency, Holiday, WorkingBlock
from procedures.validators import clean_text

ALL_UNITS = gettext_lazy("Mọi cơ quan")
CHANGED_MEANWHILE = gettext_lazy("Lịch vừa được người khác sửa. Bạn xem lại các ngày rồi xác nhận lần nữa.")
TIMES = ["%H:%M", "%Hh%M", "%Hg%M", "%Hh", "%H"]


def _desks() -> QuerySet[Agency]:
    """The units that take submissions; a town's days and hours are those of its one-stop centre too."""
    return Agency.objects.active().filter(kind__in=[Agency.Kind.TOWN, Agency.Kind.WARD, Agency.Kind.COMMUNE])


class _OfUnit(forms.ModelForm):
    """A row of one unit or of all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("agency")
        if field is None:  # who only reads has no inputs
            return
        field.widget.can_view_related = False
        field.queryset = _desks() | Agency.objects.filter(pk=self.instance.agency_id)  # type: ignore[attr-defined]
        field.empty_label = ALL_UNITS  # type: ignore[attr-defined]


class DayForm(_OfUnit):
    class Meta:
        model = Holiday
        fields = ("date", "kind", "name", "agency", "source", "confirmed")
        help_texts = {
            "kind": gettext_lazy("“Làm bù” là ngày cuối tuần đi làm thay cho một ngày nghỉ."),
            "name": gettext_lazy("Người dân đọc tên này trong cách tính ngày hẹn, ví dụ: Quốc khánh."),
            "agency": gettext_lazy("Ngày riêng của một cơ quan được dùng trước ngày chung."),
            "source": gettext_lazy("Số, ngày của văn bản, ví dụ: Thông báo 12345/TB-BNV ngày 28/11/2026."),
        }

    def clean_date(self) -> datetime.date:
        date: datetime.date = self.cleaned_data["date"]
        if not days.in_range(date):
            raise forms.ValidationError(_("Bạn chọn ngày từ năm 2000 đến năm %d.") % LAST)
        return date

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])

    def clean_source(self) -> str:
        return clean_text(self.cleaned_data["source"])

    def clean(self) -> None:
        date, agency = self.cleaned_data.get("date"), self.cleaned_data.get("agency")
        found = days.twin(date, agency.pk if agency else None, self.instance.pk) if date else None
        if found:
            url = reverse("admin:procedures_holiday_change", args=[found.pk])
            link = format_html('<a href="{}">{}</a>', url, found.name)
            words = _("Ngày {} của {} đã có trong lịch: {}. Bạn mở ngày đó để sửa, hoặc chọn ngày khác.")
            self.add_error("date", format_html(words, f"{date:%d/%m/%Y}", agency or _("mọi cơ quan"), link))


class ConfirmForm(forms.Form):
    """Days of a year and the document that they are confirmed under."""

    source = forms.CharField(
        label=gettext_lazy("Văn bản làm căn cứ"),
        help_text=gettext_lazy(
            "Gõ một lần cho mọi ngày được chọn, ví dụ: Thông báo 12345/TB-BNV ngày 28/11/2026. "
            "Ngày đã có căn cứ riêng thì giữ căn cứ đó."
        ),
        max_length=200,
        error_messages={"required": gettext_lazy("Bạn ghi số, ngày của văn bản làm căn cứ.")},
    )
    days = forms.ModelMultipleChoiceField(
        queryset=Holiday.objects.none(),
        label=gettext_lazy("Ngày được xác nhận"),
        error_messages={
            "required": gettext_lazy("Bạn chọn ít nhất một ngày để xác nhận."),
            "invalid_choice": gettext_lazy("Lịch vừa được người khác sửa. Bạn xem lại các ngày rồi xác nhận lần nữa."),
            "invalid_pk_value": gettext_lazy(
                "Lịch vừa được người khác sửa. Bạn xem lại các ngày rồi xác nhận lần nữa."
            ),
        },
    )

    def __init__(self, rows: QuerySet[Holiday], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].queryset = rows  # type: ignore[attr-defined]

    def clean_source(self) -> str:
        return clean_text(self.cleaned_data["source"])

    @property
    def chosen(self) -> set[str]:
        """Keys of the days that are ticked, all of them before anything was sent."""
        if self.is_bound:
            return set(map(str, self["days"].data or ()))
        return {str(key) for key in self.fields["days"].queryset.values_list("pk", flat=True)}  # type: ignore[attr-defined]


class DayOfYearField(forms.CharField):
    """A day of every year, typed "16/04", stored "04-16"; "" for none."""

    def prepare_value(self, value: Any) -> Any:
        stored = isinstance(value, str) and len(value) == 5 and value[2] == "-"
        return f"{value[3:]}/{value[:2]}" if stored else value

    def clean(self, value: Any) -> str:
        typed = "".join(str(super().clean(value) or "").split())
        if not typed:
            return ""
        day, _slash, month = typed.replace("-", "/").partition("/")
        known = {(f"{d.day}", f"{d.month}"): f"{d:%m-%d}" for d in LEAP_YEAR}
        found = known.get((day.lstrip("0"), month.lstrip("0")))
        if found is None:
            raise forms.ValidationError(_("Bạn ghi ngày và tháng, ví dụ 16/04 (bạn đã nhập “%s”).") % typed[:20])
        return found


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        input_formats=TIMES,
        widget=forms.TimeInput(format="%H:%M", attrs={"size": 8}),
        help_text=gettext_lazy("Ví dụ 07:30."),
        error_messages={
            "required": gettext_lazy("Bạn ghi giờ và phút, ví dụ 07:30."),
            "invalid": gettext_lazy("Bạn ghi giờ và phút, ví dụ 07:30."),
        },
    )


class BlockForm(_OfUnit):
    """One block; a new one may be of several weekdays at once."""

    opens = _clock(gettext_lazy("Từ giờ"))
    closes = _clock(gettext_lazy("Đến giờ"))
    season_from = DayOfYearField(
        label=gettext_lazy("Mùa, từ ngày"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"size": 8}),
        help_text=gettext_lazy("Ngày/tháng, ví dụ 16/04. Bỏ trống nếu giờ này dùng cả năm."),
    )
    season_to = DayOfYearField(
        label=gettext_lazy("Mùa, đến hết ngày"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"size": 8}),
        help_text=gettext_lazy("Ví dụ 15/10. Mùa có thể qua năm mới: từ 16/10 đến 15/04."),
    )

    class Meta:
        model = WorkingBlock
        fields = ["agency", "weekday", "opens", "closes", "season_from", "season_to"]
        help_texts = {
            "agency": gettext_lazy(
                "Khi một cơ quan có giờ riêng, cả tuần của cơ quan đó theo giờ riêng: bạn thêm đủ các ngày."
            ),
        }

    def chosen_weekdays(self) -> list[int]:
        return [self.cleaned_data["weekday"]] if "weekday" in self.cleaned_data else []

    def clean(self) -> None:
        self._check_hours()
        self._check_season()
        if not self.errors:
            self._check_clashes()

    def _check_hours(self) -> None:
        opens, closes = self.cleaned_data.get("opens"), self.cleaned_data.get("closes")
        if opens and closes and opens >= closes:
            self.add_error("closes", _("Giờ kết thúc phải sau giờ bắt đầu (%s).") % f"{opens:%H:%M}")

    def _check_season(self) -> None:
        first, last = self.cleaned_data.get("season_from"), self.cleaned_data.get("season_to")
        if first is not None and last is not None and bool(first) != bool(last):
            empty = "season_to" if first else "season_from"
            self.add_error(empty, _("Bạn ghi cả ngày đầu và ngày cuối của mùa, hoặc bỏ trống cả hai."))

    def _check_clashes(self) -> None:
        values = {name: self.cleaned_data[name] for name in ("agency", "opens", "closes", "season_from", "season_to")}
        others = list(WorkingBlock.objects.filter(agency=values["agency"]).exclude(pk=self.instance.pk))
        for weekday in self.chosen_weekdays():
            typed = deadlines.as_block(WorkingBlock(weekday=weekday, **values))
            found = next((row for row in others if typed.clashes(deadlines.as_block(row))), None)
            if found:
                words = _("Trùng với giờ đã có: %s. Bạn sửa giờ ở đây, hoặc mở dòng đó để sửa.")
                self.add_error("opens", words % found)


class NewBlockForm(BlockForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Các ngày trong tuần"),
        choices=WorkingBlock.Weekday.choices,
        coerce=int,
        initial=[0, 1, 2, 3, 4],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Bạn chọn ít nhất một ngày trong tuần.")},
    )

    class Meta(BlockForm.Meta):
        fields = ["agency", "opens", "closes", "season_from", "season_to"]

    def chosen_weekdays(self) -> list[int]:
        return list(self.cleaned_data.get("weekdays") or [])
