"""How banks name the columns of their statements. Data only; samples: banks change their exports without notice.

Names are written small and without tone marks, as portal.lib.text.fold() gives them. A title in two languages
("Số tiền ghi có/Credit") is known by either part. When a bank renames a column, its new name is added here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

DATE, REFERENCE, TEXT = "date", "reference", "text"
CREDIT, DEBIT, AMOUNT, SIGN = "credit", "debit", "amount", "sign"


@dataclass(frozen=True)
class Layout:
    """Money in and out stand in two columns (CREDIT, DEBIT), or in one with a sign (AMOUNT), or with a column for the
    sign (SIGN)."""

    key: str
    name: str
    columns: Mapping[str, tuple[str, ...]]

    @property
    def needed(self) -> tuple[str, ...]:
        return (DATE, TEXT, CREDIT if CREDIT in self.columns else AMOUNT)


TEXTS = (
    "mo ta", "mo ta giao dich", "noi dung", "noi dung giao dich", "noi dung gd", "noi dung chi tiet",
    "noi dung thanh toan", "noi dung chuyen khoan", "dien giai", "dien giai giao dich", "chi tiet giao dich",
    "transactions in detail", "transaction details", "transaction description", "description", "details", "narrative",
    "remark", "remarks",
)  # fmt: skip
DATES = (
    "ngay giao dich", "ngay gd", "ngay hach toan", "ngay hieu luc", "ngay", "thoi gian", "thoi gian giao dich",
    "ngay gio giao dich", "tnx date", "transaction date", "posting date", "effective date", "value date", "date",
)  # fmt: skip
REFERENCES = (
    "so tham chieu", "ma tham chieu", "so giao dich", "ma giao dich", "so but toan", "but toan", "so chung tu", "so ct",
    "ma gd", "so gd", "so ref", "doc no", "ref", "ref no", "reference", "reference no", "reference number",
    "transaction id", "transaction no",
)  # fmt: skip
SIGNS = (
    "thay doi", "loai", "loai giao dich", "loai gd", "no/co", "ghi no/ghi co", "d/c", "dr/cr", "c/d", "cr/dr", "+/-",
)  # fmt: skip

LAYOUTS: Mapping[str, Layout] = {
    layout.key: layout
    for layout in (
        Layout(
            "vietcombank",
            "Vietcombank",
            {
                DATE: DATES,
                REFERENCE: REFERENCES,
                DEBIT: ("so tien ghi no", "ghi no", "debit", "debit amount"),
                CREDIT: ("so tien ghi co", "ghi co", "credit", "credit amount"),
                TEXT: TEXTS,
            },
        ),
        Layout(
            "agribank",
            "Agribank",
            {
                DATE: DATES,
                REFERENCE: REFERENCES,
                DEBIT: ("phat sinh no", "ps no", "so tien no", "tien ra", "no"),
                CREDIT: ("phat sinh co", "ps co", "so tien co", "tien vao", "co"),
                TEXT: TEXTS,
            },
        ),
        Layout(
            "bidv",
            "BIDV",
            {
                DATE: DATES,
                REFERENCE: REFERENCES,
                AMOUNT: ("so tien", "so tien giao dich", "so tien gd", "phat sinh", "amount"),
                SIGN: SIGNS,
                TEXT: TEXTS,
            },
        ),
    )
}
# What the sign column says of money that came in and went out.
IN = ("+", "c", "cr", "co", "ghi co", "credit", "tien vao", "vao")
OUT = ("-", "d", "dr", "n", "no", "ghi no", "debit", "tien ra", "ra")
# How a cell begins in a row that sums others up; such a row has no day of its own.
TOTALS = re.compile(
    r"(?:tong|cong)(?:$|\s*:| cong| so| phat| doanh| tien| trang)|so du|total|opening|closing|doanh so|luy ke"
)
# A row below the heading that only numbers its columns.
COUNTING = re.compile(r"\(?[0-9a-z]{1,2}\)?")
# What stands in front of the account's number, above the table.
ACCOUNT = ("so tai khoan", "so tk", "tai khoan", "account number", "account no", "account")
