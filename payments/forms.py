"""Forms about parcels, for citizens and for the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.models import Delivery
from procedures import validators


class ReceiverForm(forms.Form):
    """To whom a parcel goes: the same rules as at the filing. An address of three tiers or of two is just text."""

    name = forms.CharField(
        label=_("Họ tên người nhận"),
        max_length=120,
        error_messages={"required": _("Bạn cần ghi họ tên người nhận."), "max_length": _("Họ tên dài quá 120 chữ.")},
    )
    phone = forms.CharField(
        label=_("Điện thoại người nhận"),
        max_length=20,
        help_text=_("Bưu tá gọi số này trước khi phát."),
        error_messages={
            "required": _("Bạn cần ghi số điện thoại để bưu tá gọi."),
            "max_length": _("Số điện thoại dài quá 20 chữ số."),
        },
    )
    address = forms.CharField(
        label=_("Địa chỉ nhận"),
        max_length=300,
        help_text=_("Số nhà, đường, tổ dân phố, phường hoặc xã, tỉnh. Ghi đơn vị cũ hoặc mới đều được."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Bạn cần ghi địa chỉ nhận."),
            "max_length": _("Địa chỉ dài quá 300 chữ. Bạn viết ngắn lại."),
        },
    )

    def clean_name(self) -> str:
        return validators.clean_person_name(self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return validators.clean_phone(self.cleaned_data["phone"])

    def clean_address(self) -> str:
        address = validators.clean_text(self.cleaned_data["address"])
        if not any(c.isalpha() for c in address):
            raise forms.ValidationError(_("Địa chỉ cần có tên đường, thôn hoặc phường, xã để bưu tá tìm được."))
        return address


def receiver_of(delivery: Delivery) -> dict[str, Any]:
    """What the form shows first: to whom the parcel goes now."""
    return {"name": delivery.name, "phone": delivery.phone, "address": delivery.address}
