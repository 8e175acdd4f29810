"""What stands on a label: who sends to whom, the codes, and who pays the postage.

An envelope is seen by many: neither the procedure nor a citizen number is on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from payments import carriers
from payments.models import Delivery
from portal.lib import code128, qr
from portal.templatetags.portal import vnd
from submissions.notices.wording import Desk

# Letters of name and address together, above which the type gets smaller.
LONG, LONGEST = 110, 210
GROUP = 4


@dataclass(frozen=True)
class Party:
    name: str
    phone: str
    address: str


@dataclass(frozen=True)
class Label:
    """One label, ready for its template; pictures are data addresses."""

    title: str
    sender: Party
    receiver: Party
    code: str
    spoken: str
    barcode: str
    qr: str
    tracking_number: str
    tracking_barcode: str
    postage: str
    file_code: str
    is_test: bool
    fit: str  # "" | long | longest


def spoken(code: str) -> str:
    """A code in groups, as it is read out: "HL 7KQM 9QAC"."""
    head, tail = code[:2], code[2:]
    return " ".join([head, *(tail[i : i + GROUP] for i in range(0, len(tail), GROUP))])


def barcode(text: str) -> str:
    """The address of the picture; empty where the text has signs that Code 128 does not write."""
    try:
        return code128.data_uri(text)
    except code128.NoBarcode:
        return ""


def _fit(*parties: Party) -> str:
    longest = max(len(p.name) + len(p.address) for p in parties)
    return "longest" if longest > LONGEST else "long" if longest > LONG else ""


def postage(delivery: Delivery) -> str:
    """Who pays the postman, in the words of the label (QĐ 45/2016/QĐ-TTg: the person who has the result sent pays,
    unless the agency took it on)."""
    if delivery.direction == Delivery.Direction.IN:
        return _("Người gửi trả cước tại bưu cục.")
    if delivery.collect:
        return _("THU CỦA NGƯỜI NHẬN KHI PHÁT: %s") % vnd(delivery.collect)
    if delivery.collect is None and settings.POSTAGE_PAYER == "recipient":
        return _("THU CƯỚC CỦA NGƯỜI NHẬN KHI PHÁT")
    return _("Cước đã trả. Không thu tiền của người nhận.")


def label(delivery: Delivery, desk: Desk) -> Label:
    """The label of one parcel of `desk`; reads nothing from the database that the parcel does not bring."""
    filed, is_in = delivery.submission, delivery.direction == Delivery.Direction.IN
    receiver = Party(delivery.name, delivery.phone, delivery.address)
    sender = Party(desk.name, desk.phone, desk.address)
    if is_in:
        sender = Party(filed.applicant_name, filed.applicant_phone, filed.applicant_address)
    return Label(
        title=_("Bản chính của hồ sơ dịch vụ công") if is_in else _("Kết quả dịch vụ công"),
        sender=sender,
        receiver=receiver,
        code=delivery.code,
        spoken=spoken(delivery.code),
        barcode=barcode(delivery.code),
        qr=qr.data_uri(delivery.code),
        tracking_number=delivery.tracking_number,
        tracking_barcode=barcode(delivery.tracking_number) if delivery.tracking_number else "",
        postage=postage(delivery),
        file_code=filed.dossier_code or "",
        is_test=carriers.of(delivery).is_test,
        fit=_fit(sender, receiver),
    )
