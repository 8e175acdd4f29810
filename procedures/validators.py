"""Reading what people type: each function takes text and returns the stored form or raises ValidationError.

The sentences say what is wrong and what to do. Sources for the formats: number 59/2021/TT-BCA (personal numbers),
105/2020/TT-BTC art. 5 (tax codes), the numbering plan of 2018 (telephones).
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

from portal.lib import text
from procedures.provinces import PERSONAL_NUMBER_PROVINCES

_SEPARATORS = re.compile(r"[\s.\-–()]+")
FIRST_YEAR, LAST_YEAR = 1800, 2200
MAX_DIGITS = 15


def fail(message: str) -> ValidationError:
    return ValidationError(message, code="invalid")


def _bare(value: str) -> str:
    """Without the blanks, dots, dashes and brackets that people put between digits."""
    return _SEPARATORS.sub("", text.nfc(value))


def _is_digits(value: str) -> bool:
    return bool(value) and value.isascii() and value.isdigit()


# --- text ----------------------------------------------------------------------------------------


def is_readable(value: str) -> bool:
    """No control characters (line breaks and tabs are fine), no halves of characters, no replacement sign."""
    return not any(
        c == "\ufffd" or (unicodedata.category(c) in ("Cc", "Cs", "Cn") and c not in "\n\r\t") for c in value
    )


def clean_text(value: str, *, lines: bool = False) -> str:
    """NFC with single blanks; a text of one line has its line breaks turned into blanks."""
    if not is_readable(value):
        raise fail(_("Nội dung có ký tự lạ không đọc được. Bạn xóa đi và gõ lại."))
    tidy = text.tidy(value)
    return tidy if lines else text.tidy(tidy.replace("\n", " "))


def clean_person_name(value: str) -> str:
    """Letters of any alphabet, blanks and ' - . as in H'Hen Niê; the name is never split."""
    name = clean_text(value).replace("’", "'").replace("`", "'").replace("‘", "'")
    strange = next((c for c in name if c not in " '-." and unicodedata.category(c)[0] not in "LM"), "")
    if strange:
        raise fail(
            _("Họ tên chỉ gồm chữ cái, dấu cách và các dấu ' - . (bạn đã nhập “%(sign)s”). Bạn ghi như trên giấy tờ.")
            % {"sign": strange}
        )
    if sum(c.isalpha() for c in name) < 2:
        raise fail(_("Họ tên cần ít nhất 2 chữ cái. Bạn ghi đủ họ, chữ đệm và tên như trên giấy tờ."))
    return name


def clean_email(value: str) -> str:
    address = clean_text(value).replace(" ", "")
    try:
        EmailValidator()(address)
    except ValidationError:
        raise fail(_("Địa chỉ thư điện tử chưa đúng. Bạn ghi theo mẫu ten@example.vn.")) from None
    if len(address) > 254:
        raise fail(_("Địa chỉ thư điện tử dài quá 254 ký tự. Bạn dùng địa chỉ khác."))
    name, _at, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


# --- codes ---------------------------------------------------------------------------------------


def clean_phone(value: str) -> str:
    """A Vietnamese number as 0xxxxxxxxx; +84, 84, blanks, dots and dashes are accepted."""
    digits = _bare(value).removeprefix("+")
    if not _is_digits(digits):
        raise fail(_("Số điện thoại chỉ gồm chữ số. Bạn ghi như 0912 345 678."))
    digits = re.sub(r"^(?:00)?84(?=\d{9,10}$)", "0", digits)
    if re.fullmatch(r"0[35789]\d{8}|02\d{8,9}", digits):
        return digits
    if re.fullmatch(r"01\d{9}", digits):
        raise fail(_("Số di động 11 chữ số đã đổi thành 10 chữ số từ năm 2018. Bạn ghi số đang dùng."))
    if len(digits) != 10 and not digits.startswith("02"):
        raise fail(_("Số di động có 10 chữ số. Bạn đã nhập %(count)d chữ số.") % {"count": len(digits)})
    raise fail(_("Số di động bắt đầu bằng 03, 05, 07, 08 hoặc 09; số cố định bắt đầu bằng 02. Bạn xem lại số."))


def check_personal_number(digits: str) -> None:
    """Twelve digits PPP G YY NNNNNN; there is no check digit."""
    if len(set(digits)) == 1:
        raise fail(_("Số căn cước không thể gồm 12 chữ số giống nhau. Bạn ghi số in trên thẻ."))
    if digits[3] > "5":
        raise fail(
            _("Chữ số thứ tư của số căn cước từ 0 đến 5. Bạn đã nhập %(sign)s, hãy xem lại.") % {"sign": digits[3]}
        )


def clean_id_number(value: str) -> str:
    """A personal number of 12 digits, an old one of 9, or the letters and digits of a passport or foreign paper."""
    number = _bare(value).upper()
    if _is_digits(number):
        if len(number) == 12:
            check_personal_number(number)
        elif len(number) != 9:
            raise fail(_("Số căn cước có 12 chữ số. Bạn đã nhập %(count)d chữ số.") % {"count": len(number)})
        return number
    if not re.fullmatch(r"[A-Z0-9/]{5,20}", number) or not re.search(r"\d", number):
        raise fail(_("Số căn cước có 12 chữ số; số hộ chiếu gồm chữ và số, tối đa 20 ký tự. Bạn ghi như trên giấy tờ."))
    return number


def id_number_warning(number: str) -> str:
    """A doubt worth a second look that must not stop anybody; empty when there is none."""
    if _is_digits(number) and len(number) == 9:
        return _("Chứng minh nhân dân 9 số hết giá trị từ 01/01/2025. Nếu đã có thẻ căn cước, bạn ghi số 12 chữ số.")
    if _is_digits(number) and len(number) == 12 and number[:3] not in PERSONAL_NUMBER_PROVINCES:
        return _("Ba chữ số đầu “%(code)s” không phải mã tỉnh nào đã cấp. Bạn so lại với thẻ.") % {"code": number[:3]}
    return ""


_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def _tax_check_digit(stem: str) -> int:
    """10 means that the number is never issued."""
    return 10 - sum(int(d) * w for d, w in zip(stem, _TAX_WEIGHTS, strict=True)) % 11


def clean_tax_code(value: str) -> str:
    """10 digits, 13 as 0100109106-001, or the 12 of a person."""
    digits = _bare(value)
    if not _is_digits(digits) or len(digits) not in (10, 12, 13):
        raise fail(
            _("Mã số thuế có 10 hoặc 13 chữ số; của cá nhân, hộ kinh doanh là 12 chữ số. Bạn đã nhập %(count)d ký tự.")
            % {"count": len(digits)}
        )
    if len(digits) == 12:
        check_personal_number(digits)
        return digits
    if _tax_check_digit(digits[:9]) != int(digits[9]):
        raise fail(_("Mã số thuế này có chữ số chưa đúng (không khớp chữ số kiểm tra). Bạn so lại từng số."))
    if len(digits) == 13 and digits[10:] == "000":
        raise fail(_("Ba chữ số cuối của mã số thuế 13 số là từ 001 đến 999. Bạn xem lại."))
    return digits if len(digits) == 10 else f"{digits[:10]}-{digits[10:]}"


# --- numbers -------------------------------------------------------------------------------------

_GROUPED = re.compile(r"\d{1,3}(?:([.,\s])\d{3})(?:\1\d{3})*")


def _signed(value: str) -> tuple[str, str]:
    """The minus, if any, and the rest."""
    plain = text.tidy(value).replace("−", "-")
    return ("-", plain[1:].strip()) if plain.startswith("-") else ("", plain)


def _ungrouped(value: str) -> str:
    """Digits without their thousands marks; empty when it is not a whole number."""
    sign, plain = _signed(value)
    if _is_digits(plain):
        return sign + plain
    return sign + re.sub(r"[.,\s]", "", plain) if plain.isascii() and _GROUPED.fullmatch(plain) else ""


def _bounded(digits: str) -> int:
    if len(digits.lstrip("-0")) > MAX_DIGITS:
        raise fail(_("Số này có quá nhiều chữ số. Bạn xem lại."))
    return int(digits)


def clean_integer(value: str) -> int:
    """1.200, 1 200 and 1200 are the same number."""
    digits = _ungrouped(value)
    if not digits:
        raise fail(_("Chỗ này cần một số nguyên, ví dụ 3 hoặc 1.200. Bạn chỉ ghi chữ số."))
    return _bounded(digits)


_CURRENCY = re.compile(r"\s*(?:đồng|đ|vnđ|vnd|₫)\.?$", re.IGNORECASE)


def clean_money(value: str) -> int:
    """An amount in whole đồng, with or without the unit behind it."""
    digits = _ungrouped(_CURRENCY.sub("", text.tidy(value)))
    if not digits or digits.startswith("-"):
        raise fail(_("Số tiền ghi bằng chữ số, tính bằng đồng, ví dụ 1.500.000. Bạn ghi lại, không kèm chữ."))
    return _bounded(digits)


def clean_year(value: str) -> int:
    plain = text.tidy(value)
    if not (_is_digits(plain) and len(plain) == 4 and FIRST_YEAR <= int(plain) <= LAST_YEAR):
        raise fail(_("Năm ghi đủ 4 chữ số, ví dụ 1985."))
    return int(plain)


def _split_decimal(plain: str) -> tuple[str, str]:
    """Whole part and fraction. The rule for one dot: three digits behind it are thousands, as on Vietnamese papers
    ("1.500" is 1500), unless the number starts with 0 ("0.125"); any other number of digits is a fraction ("12.5").
    A comma always starts the fraction, unless there are several or a dot comes after it ("1,234.5")."""
    mark = "," if "," in plain else "."
    if "," in plain and "." in plain:
        mark = max(",.", key=plain.rfind)
    whole, _mark, fraction = plain.rpartition(mark)
    several = plain.count(mark) > 1
    thousands = mark == "." and len(fraction) == 3 and 1 <= len(whole) <= 3 and not plain.startswith("0")
    return (plain, "") if not whole or several or thousands else (whole, fraction)


def clean_decimal(value: str) -> str:
    """The canonical text of a decimal: "12.5" for 12,5 and 12.50; see _split_decimal for dots and commas."""
    sign, plain = _signed(value)
    whole, fraction = _split_decimal(plain)
    digits = _ungrouped(whole)
    if not digits or digits.startswith("-") or plain.endswith((",", ".")) or (fraction and not _is_digits(fraction)):
        raise fail(_("Chỗ này cần một số, phần lẻ viết sau dấu phẩy, ví dụ 12,5. Bạn chỉ ghi chữ số."))
    if len(fraction) > MAX_DIGITS:
        raise fail(_("Phần lẻ có quá nhiều chữ số. Bạn làm tròn lại, ví dụ 12,5."))
    number = Decimal(f"{sign}{_bounded(digits)}.{fraction or 0}")
    canonical = f"{number:f}".rstrip("0").rstrip(".")
    return "0" if canonical in ("-0", "") else canonical


# --- dates ---------------------------------------------------------------------------------------

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/\-. ]\s*(\d{1,2})\s*[/\-. ]\s*(\d{1,4})")
_RUN_TOGETHER = re.compile(r"(\d{2})(\d{2})(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_IN_WORDS = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})\s*,?\s+năm\s+(\d{1,4})", re.IGNORECASE)


def _date_parts(plain: str) -> tuple[str, str, str]:
    """Day, month and year as typed; day comes first in Vietnam."""
    for pattern in (_RUN_TOGETHER, _DAY_FIRST, _IN_WORDS):
        if found := pattern.fullmatch(plain):
            return found[1], found[2], found[3]
    if found := _ISO.fullmatch(plain):
        return found[3], found[2], found[1]
    raise fail(_("Ngày ghi theo thứ tự ngày/tháng/năm, ví dụ 05/03/2026. Bạn ghi lại."))


def clean_date(value: str) -> datetime.date:
    """5/3/2026, 05-03-2026, 5.3.2026, 05032026, 2026-03-05 and "5 tháng 3 năm 2026" are all the fifth of March."""
    plain = text.tidy(value)
    if not all(c.isascii() or c.isalpha() for c in plain):
        raise fail(_("Ngày ghi theo thứ tự ngày/tháng/năm, ví dụ 05/03/2026. Bạn ghi lại."))
    day, month, year = _date_parts(plain)
    if len(year) != 4:
        raise fail(_("Năm cần đủ 4 chữ số, ví dụ 05/03/2026. Bạn đã ghi năm là “%(year)s”.") % {"year": year})
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise fail(
            _("Ngày %(date)s không có trong lịch. Bạn xem lại ngày và tháng.") % {"date": f"{day}/{month}/{year}"}
        ) from None
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise fail(_("Năm %(year)s không hợp lý ở đây. Bạn xem lại năm.") % {"year": year})
    return date
