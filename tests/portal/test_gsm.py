"""Short messages: numbers, and text that one SMS can carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import gsm


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("091.234.5678", "0912345678"),
        ("(091) 234-5678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("84 912 345 678", "0912345678"),
        ("+84 0912 345 678", "0912345678"),
        ("0312345678", "0312345678"),
        ("0239 3835356", None),  # a landline of Hà Tĩnh
        ("0112345678", None),
        ("091234567", None),
        ("09123456789", None),
        ("+85512345678", None),
        ("٠٩١٢٣٤٥٦٧٨", None),  # digits of another script
        ("", None),
        ("không có", None),
    ],
)
def test_mobile_numbers_of_viet_nam(typed, expected):
    assert gsm.mobile(typed) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0239.3835356", "0239 3835356"),
        ("0239.3835356; 0239.3836128", "0239 3835356"),
        ("ĐT: 0239-3835-356 (giờ hành chính)", "0239 3835 356"),
        ("chưa có", ""),
        ("", ""),
    ],
)
def test_the_first_number_of_a_contact_line(line, expected):
    assert gsm.first_number(line) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đã tiếp nhận hồ sơ", "Da tiep nhan ho so"),
        ("ĐƯỜNG Nguyễn Ái Quốc", "DUONG Nguyen Ai Quoc"),
        ("D\u0323o\u0302ng Lo\u0323c", "Dong Loc"),  # decomposed, as typed on some phones
        ("“Khai sinh” – mẫu…", '"Khai sinh" - mau...'),
        ("một\n\n  hai\u00a0ba\tbốn", "mot hai ba bon"),
        ("giá 5€ [x] {y} ^~|\\ `", "gia 5 x y"),  # signs of the extension table and beyond
        ("😀 xong", "xong"),
    ],
)
def test_plain_text_keeps_case_and_drops_tone_marks(text, expected):
    assert gsm.plain(text) == expected


def test_a_long_message_is_cut_at_a_word():
    assert gsm.one_part("một hai " * 30) == ("mot hai " * 19 + "mot") + ".."
    assert gsm.one_part("a" * 160) == "a" * 160
    assert gsm.one_part("a" * 161) == "a" * 158 + ".."


@given(st.text(max_size=400))
def test_any_text_becomes_one_part_of_the_alphabet(text):
    message = gsm.one_part(text)
    assert set(message) <= gsm.ALPHABET
    assert len(message) <= gsm.ONE_PART
    assert gsm.one_part(message) == message


LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệóòỏõọốồổỗộớờởỡợúùủũụứừửữựíìỉĩịýỳỷỹỵ "


@given(st.text(alphabet=LETTERS, max_size=100))
def test_no_vietnamese_letter_is_lost(text):
    assert len(gsm.plain(text).replace(" ", "")) == len(text.replace(" ", ""))
    assert gsm.plain(text.upper()) == gsm.plain(text).upper()


@given(st.text(max_size=30))
def test_any_number_is_ten_digits_or_nothing(typed):
    number = gsm.mobile(typed)
    assert number is None or (len(number) == 10 and number.isascii() and number.isdecimal() and number[0] == "0")
