"""The two sets of one-stop papers as data: number, title, size and legal footnote of each kind.

Titles and numbers: TT 01/2018/TT-VPCP art. 9 (six forms) and TT 03/2025/TT-VPCP, Annex I (seven forms). The last day
of the first set is taken from the first of the second, the number symbols but HDHS are the town's own.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.models import Paper

Kind = Paper.Kind
REGISTER = "register"
# A refusal after receipt and the notice of filing are papers of the portal; no circular gives them a form.
DECLINED = "declined"
# As body classes of the style sheet. TIGHT is A5 with smaller type.
A4, A5, TIGHT, A4_LANDSCAPE = "a4", "a5", "a5 tight", "a4-landscape"


@dataclass(frozen=True)
class Form:
    """One kind in one set. `number` is empty where the set has no such form.

    `sizes`: the first that holds the paper on one page, else the shortest. `symbol`: after its own number
    ("12/HDHS"), empty for papers without one.
    """

    title: object
    number: str = ""
    sizes: tuple[str, ...] = (A5, TIGHT, A4)
    symbol: str = ""


@dataclass(frozen=True)
class PaperSet:
    """`until` is the last day, None while in force."""

    name: str
    regulation: str
    since: datetime.date
    until: datetime.date | None
    forms: Mapping[str, Form]

    def form(self, kind: str) -> Form:
        return self.forms[kind]

    def footnote(self, kind: str) -> str:
        """Which form of which circular the paper follows; empty for the portal's own papers."""
        number = self.form(kind).number
        if not number:
            return ""
        words = _("Mẫu số %(number)s ban hành kèm theo %(regulation)s")
        return words % {"number": number, "regulation": self.regulation}

    def is_in_force(self, day: datetime.date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


_t = gettext_lazy
OWN: Mapping[str, Form] = {
    Kind.FILING_RECEIPT: Form(_t("Giấy xác nhận đã nộp hồ sơ"), sizes=(A4,)),
    DECLINED: Form(_t("Thông báo không giải quyết hồ sơ"), symbol="TBKGQ"),
    # Brings the number of its receipt along.
    Kind.PAYMENT: Form(_t("Phiếu xác nhận thanh toán")),
}


def _forms(numbers: str, extension: object, control_slip: str, register: str) -> Mapping[str, Form]:
    """`numbers` are those of receipt, supplement, refusal, extension and stop, "-" where there is none."""
    receipt, supplement, refusal, apology, stop = (n.strip("-") for n in numbers.split())
    # Even a short receipt fills a sheet of A5 in small type.
    appointment = Form(_t("Giấy tiếp nhận hồ sơ và hẹn trả kết quả"), receipt, sizes=(TIGHT, A4))
    forms = {
        **OWN,
        Kind.RECEIPT: appointment,
        Kind.RECEIPT_COPY: appointment,
        Kind.SUPPLEMENT: Form(_t("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"), supplement, symbol="HDHS"),
        Kind.REFUSAL: Form(_t("Phiếu từ chối tiếp nhận giải quyết hồ sơ"), refusal, symbol="TCHS"),
        Kind.EXTENSION: Form(extension, apology, symbol="XLGH"),
        Kind.STOP: Form(_t("Thông báo dừng giải quyết hồ sơ"), stop, symbol="TBDHS"),
        # Two signatures a row: A5 does not hold it.
        Kind.CONTROL_SLIP: Form(_t("Phiếu kiểm soát quá trình giải quyết hồ sơ"), control_slip, sizes=(A4,)),
        REGISTER: Form(_t("Sổ theo dõi hồ sơ"), register, sizes=(A4_LANDSCAPE,)),
    }
    return MappingProxyType({str(kind): form for kind, form in forms.items()})


SETS: Mapping[str, PaperSet] = {
    s.name: s
    for s in (
        PaperSet(
            "2018",
            "Thông tư số 01/2018/TT-VPCP ngày 23/11/2018",
            datetime.date(2019, 1, 8),
            datetime.date(2025, 9, 14),
            _forms("01 02 03 04 -", _t("Phiếu xin lỗi và hẹn lại ngày trả kết quả"), "05", "06"),
        ),
        PaperSet(
            "2025",
            "Thông tư số 03/2025/TT-VPCP ngày 15/9/2025",
            datetime.date(2025, 9, 15),
            None,
            _forms("01 02 03 04 05", _t("Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"), "06", "07"),
        ),
    )
}


def current() -> PaperSet:
    """The set that papers are issued in now (PAPER_SET)."""
    return SETS[settings.PAPER_SET]
