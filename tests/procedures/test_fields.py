"""Every kind of field: what it accepts, what it stores, what it says when it refuses."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from procedures import fields
from procedures.fields import (
    AddressField,
    ChoiceField,
    DecimalField,
    EmailField,
    IdNumberField,
    IntegerField,
    MoneyField,
    MultiChoiceField,
    MultilineField,
    PersonNameField,
    PhoneField,
    TaxCodeField,
    TextField,
    TickField,
    VietnameseDateField,
    YearField,
)

NFD_TOWN = "Ho\u0302\u0300ng Li\u0303nh"


def refusal(field: forms.Field, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return " ".join(caught.value.messages)


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Tổ 5,   phường Bắc Hồng ", "Tổ 5, phường Bắc Hồng"),
        (NFD_TOWN, "Hồng Lĩnh"),
        ("một\r\nhai", "một hai"),
        ("a\u00a0b\u200bc", "a b c"),
        ("<script>alert('x')</script>", "<script>alert('x')</script>"),
    ],
)
def test_a_line_of_text_is_composed_and_tidied(typed: str, stored: str) -> None:
    assert TextField(label="Ghi chú").clean(typed) == stored


def test_a_text_of_several_lines_keeps_them() -> None:
    assert MultilineField(label="Lý do").clean(" một \r\n  hai\tba \n") == "một\nhai ba"


@pytest.mark.parametrize("typed", ["a\x00b", "a\x1bb", "a\ufffdb", "a" + chr(0xD800)])
def test_unreadable_signs_are_refused(typed: str) -> None:
    expected = "Nội dung có ký tự lạ không đọc được. Bạn xóa đi và gõ lại."
    assert refusal(TextField(label="Ghi chú"), typed) == expected
    assert refusal(MultilineField(label="Ghi chú"), typed) == expected


def test_length_limits_name_the_limit_and_the_count() -> None:
    field = TextField(label="Mã số", min_length=3, max_length=5)
    assert field.clean("đượcđ") == "đượcđ"
    assert refusal(field, "abcdef") == "“Mã số” dài tối đa 5 ký tự. Bạn đã nhập 6 ký tự, hãy rút gọn."
    assert refusal(field, "ab") == "“Mã số” cần ít nhất 3 ký tự. Bạn đã nhập 2 ký tự."
    assert TextField(label="Mã số", min_length=3, required=False).clean("") == ""


def test_decomposed_letters_do_not_count_twice() -> None:
    assert TextField(label="Thị xã", max_length=9).clean(NFD_TOWN) == "Hồng Lĩnh"


@pytest.mark.parametrize("field", [TextField, AddressField, PersonNameField, PhoneField, EmailField, IntegerField])
@pytest.mark.parametrize("blank", ["", "   ", None, "\n"])
def test_a_required_question_left_blank_is_named(field: type[fields.AnswerField], blank: str | None) -> None:
    assert refusal(field(label="Nơi cư trú"), blank) == "Bạn chưa nhập “Nơi cư trú”."


@pytest.mark.parametrize(
    ("field", "nothing"),
    [(TextField, ""), (VietnameseDateField, ""), (IntegerField, None), (MoneyField, None), (DecimalField, None)],
)
def test_an_optional_question_left_blank_is_nothing(field: type[fields.AnswerField], nothing: Any) -> None:
    assert field(label="Nơi cư trú", required=False).clean(" ") == nothing


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Đinh Thị Ngọc Ánh", "Đinh Thị Ngọc Ánh"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("H’Hen  Niê ", "H'Hen Niê"),
        ("K'Brơi", "K'Brơi"),
        ("Anne-Marie St. John", "Anne-Marie St. John"),
        ("Ơn", "Ơn"),
        ("NGUYỄN VĂN Ý", "NGUYỄN VĂN Ý"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("王小明", "王小明"),
    ],
)
def test_person_names(typed: str, stored: str) -> None:
    assert PersonNameField(label="Họ tên").clean(typed) == stored


@pytest.mark.parametrize(
    ("typed", "sign"), [("Nguyễn Văn 3", "3"), ("Lê <b>", "<"), ("a@b", "@"), ("Trần; An", ";"), ("An_Bình", "_")]
)
def test_person_names_refuse_other_signs(typed: str, sign: str) -> None:
    assert f"“{sign}”" in refusal(PersonNameField(label="Họ tên"), typed)


@pytest.mark.parametrize("typed", ["A", "-", "''", "."])
def test_person_names_need_two_letters(typed: str) -> None:
    assert refusal(PersonNameField(label="Họ tên"), typed).startswith("Họ tên cần ít nhất 2 chữ cái.")


def test_person_names_end_at_a_hundred_signs() -> None:
    assert PersonNameField(label="Họ tên").clean("a" * 100) == "a" * 100
    assert "tối đa 100 ký tự" in refusal(PersonNameField(label="Họ tên"), "a" * 101)


# --- codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0084912345678", "0912345678"),
        ("(0239) 3835 678", "02393835678"),
        ("+84 239 3835678", "02393835678"),
        ("0345678901", "0345678901"),
        ("0567890123", "0567890123"),
        ("0701234567", "0701234567"),
        ("0889-123-456", "0889123456"),
    ],
)
def test_phones(typed: str, stored: str) -> None:
    assert PhoneField(label="Điện thoại").clean(typed) == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("091234567", "Số di động có 10 chữ số. Bạn đã nhập 9 chữ số."),
        ("09123456789", "Số di động có 10 chữ số. Bạn đã nhập 11 chữ số."),
        ("01234567890", "Số di động 11 chữ số đã đổi thành 10 chữ số từ năm 2018. Bạn ghi số đang dùng."),
        ("0412345678", "Số di động bắt đầu bằng 03, 05, 07, 08 hoặc 09; số cố định bắt đầu bằng 02. Bạn xem lại số."),
        ("0239 123", "Số di động bắt đầu bằng 03, 05, 07, 08 hoặc 09; số cố định bắt đầu bằng 02. Bạn xem lại số."),
        ("không có", "Số điện thoại chỉ gồm chữ số. Bạn ghi như 0912 345 678."),
        ("\u0660\u0669\u0661\u0662", "Số điện thoại chỉ gồm chữ số. Bạn ghi như 0912 345 678."),
    ],
)
def test_phones_refused(typed: str, sentence: str) -> None:
    assert refusal(PhoneField(label="Điện thoại"), typed) == sentence


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("042085012345", "042085012345"),
        ("042 085 012 345", "042085012345"),
        ("042.185.012345", "042185012345"),
        ("183456789", "183456789"),
        ("c1234567", "C1234567"),
        ("AB 1234567", "AB1234567"),
        ("042085000000", "042085000000"),
    ],
)
def test_id_numbers(typed: str, stored: str) -> None:
    assert IdNumberField(label="Số giấy tờ").clean(typed) == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("04208501234", "Số căn cước có 12 chữ số. Bạn đã nhập 11 chữ số."),
        ("0420850123456", "Số căn cước có 12 chữ số. Bạn đã nhập 13 chữ số."),
        ("12345678", "Số căn cước có 12 chữ số. Bạn đã nhập 8 chữ số."),
        ("111111111111", "Số căn cước không thể gồm 12 chữ số giống nhau. Bạn ghi số in trên thẻ."),
        ("042685012345", "Chữ số thứ tư của số căn cước từ 0 đến 5. Bạn đã nhập 6, hãy xem lại."),
    ],
)
def test_id_numbers_refused(typed: str, sentence: str) -> None:
    assert refusal(IdNumberField(label="Số giấy tờ"), typed) == sentence


@pytest.mark.parametrize("typed", ["ABCDEFG", "A1", "A" * 20 + "1", "số 12", "C12345;67", "\uff11\uff12\uff13"])
def test_strange_id_numbers_are_refused(typed: str) -> None:
    assert refusal(IdNumberField(label="Số giấy tờ"), typed).startswith("Số căn cước có 12 chữ số; số hộ chiếu")


@pytest.mark.parametrize(
    ("stored", "doubt"),
    [
        ("042085012345", ""),
        ("C1234567", ""),
        ("003085012345", "Ba chữ số đầu “003” không phải mã tỉnh nào đã cấp. Bạn so lại với thẻ."),
        (
            "183456789",
            "Chứng minh nhân dân 9 số hết giá trị từ 01/01/2025. Nếu đã có thẻ căn cước, bạn ghi số 12 chữ số.",
        ),
    ],
)
def test_id_numbers_may_be_doubted_but_pass(stored: str, doubt: str) -> None:
    field = IdNumberField(label="Số giấy tờ")
    assert field.clean(stored) == stored
    assert field.doubt(stored) == doubt


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0100109106", "0100109106"),
        ("0100 109 106", "0100109106"),
        ("0100109106-001", "0100109106-001"),
        ("0100109106001", "0100109106-001"),
        ("0300588569", "0300588569"),
        ("042085012345", "042085012345"),
    ],
)
def test_tax_codes(typed: str, stored: str) -> None:
    assert TaxCodeField(label="Mã số thuế").clean(typed) == stored


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("0100109107", "không khớp chữ số kiểm tra"),
        ("010010910", "Bạn đã nhập 9 ký tự."),
        ("0100109106000", "từ 001 đến 999"),
        ("111111111111", "12 chữ số giống nhau"),
        ("MST0100109106", "Mã số thuế có 10 hoặc 13 chữ số"),
    ],
)
def test_tax_codes_refused(typed: str, part: str) -> None:
    assert part in refusal(TaxCodeField(label="Mã số thuế"), typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("anh.dinh@Example.VN", "anh.dinh@example.vn"), (" a@b.vn ", "a@b.vn"), ("A.B+c@gmail.com", "A.B+c@gmail.com")],
)
def test_email(typed: str, stored: str) -> None:
    assert EmailField(label="Thư điện tử").clean(typed) == stored


@pytest.mark.parametrize("typed", ["anh", "anh@", "@b.vn", "a@b", "a;b@c.vn", "a@b.vn\r\nBcc: x@y.vn"])
def test_email_refused(typed: str) -> None:
    expected = "Địa chỉ thư điện tử chưa đúng. Bạn ghi theo mẫu ten@example.vn."
    assert refusal(EmailField(label="Thư điện tử"), typed) == expected


def test_an_email_has_at_most_254_signs() -> None:
    longest = "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".vn"
    assert EmailField(label="Thư").clean(longest) == longest
    too_long = "a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".vn"
    assert refusal(EmailField(label="Thư"), too_long) == (
        "Địa chỉ thư điện tử dài quá 254 ký tự. Bạn dùng địa chỉ khác."
    )


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("3", 3),
        ("0", 0),
        ("007", 7),
        ("1.200", 1200),
        ("1 200", 1200),
        ("1,200", 1200),
        ("1.234.567", 1234567),
        ("-4", -4),
    ],
)
def test_integers(typed: str, stored: int) -> None:
    assert IntegerField(label="Số tầng").clean(typed) == stored


@pytest.mark.parametrize(
    "typed", ["ba", "1,5", "1.5", "12.00", "1.2345", "1 2", "3 tầng", "\u0661", "--3", "1.200,300", "²"]
)
def test_integers_refused(typed: str) -> None:
    expected = "Chỗ này cần một số nguyên, ví dụ 3 hoặc 1.200. Bạn chỉ ghi chữ số."
    assert refusal(IntegerField(label="Số tầng"), typed) == expected


def test_a_number_with_too_many_digits_is_refused() -> None:
    assert refusal(IntegerField(label="Số tầng"), "9" * 5000) == "Số này có quá nhiều chữ số. Bạn xem lại."
    assert "quá nhiều chữ số" in refusal(DecimalField(label="Diện tích"), "9" * 40 + ",5")
    assert "quá nhiều chữ số" in refusal(DecimalField(label="Diện tích"), "1," + "3" * 40)


def test_limits_of_numbers_are_named() -> None:
    field = IntegerField(label="Số tầng", min_value=1, max_value=1500)
    assert [field.clean("1"), field.clean("1500")] == [1, 1500]
    assert refusal(field, "0") == "Số tầng ít nhất là 1."
    assert refusal(field, "1501") == "Số tầng nhiều nhất là 1.500."
    assert refusal(MoneyField(label="Vốn kinh doanh", min_value=1_000_000), "5000") == (
        "Vốn kinh doanh ít nhất là 1.000.000 đồng."
    )
    assert refusal(YearField(label="Năm sinh", min_value=1900), "1899") == "Năm sinh ít nhất là 1900."
    assert refusal(DecimalField(label="Diện tích", min_value=0.5), "0,25") == "Diện tích ít nhất là 0,5."


def test_zero_is_an_answer() -> None:
    assert IntegerField(label="Số con").clean("0") == 0
    assert MoneyField(label="Số tiền").clean("0") == 0
    assert DecimalField(label="Diện tích").clean("0,0") == "0"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1.500.000", 1_500_000),
        ("1500000", 1_500_000),
        ("1 500 000 đ", 1_500_000),
        ("1.500.000 đồng", 1_500_000),
        ("1,500,000 VNĐ", 1_500_000),
        ("5000", 5000),
        ("20.000₫", 20_000),
    ],
)
def test_money(typed: str, stored: int) -> None:
    assert MoneyField(label="Số tiền").clean(typed) == stored


@pytest.mark.parametrize("typed", ["hai triệu", "1,5 triệu", "-5000", "1.50", "12 USD", "đ"])
def test_money_refused(typed: str) -> None:
    expected = "Số tiền ghi bằng chữ số, tính bằng đồng, ví dụ 1.500.000. Bạn ghi lại, không kèm chữ."
    assert refusal(MoneyField(label="Số tiền"), typed) == expected


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("12", "12"),
        ("100", "100"),
        ("12,50", "12.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1.500", "1500"),
        ("1,500", "1.5"),
        ("0.125", "0.125"),
        ("1500.125", "1500.125"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("-0,0", "0"),
        ("-3,25", "-3.25"),
    ],
)
def test_decimals(typed: str, stored: str) -> None:
    """One dot with three digits behind it groups thousands; every other lone dot and every lone comma is a fraction."""
    assert DecimalField(label="Diện tích").clean(typed) == stored


@pytest.mark.parametrize(
    "typed", ["một", "1,2,3", "1.2.3", ",", "1,", ",5", "12,5 m2", "1e5", "NaN", "Infinity", "1,5,"]
)
def test_decimals_refused(typed: str) -> None:
    expected = "Chỗ này cần một số, phần lẻ viết sau dấu phẩy, ví dụ 12,5. Bạn chỉ ghi chữ số."
    assert refusal(DecimalField(label="Diện tích"), typed) == expected


@pytest.mark.parametrize("typed", ["85", "19855", "năm 1985", "1500", "2300", "\uff11\uff19\uff18\uff15"])
def test_years_refused(typed: str) -> None:
    assert refusal(YearField(label="Năm sinh"), typed) == "Năm ghi đủ 4 chữ số, ví dụ 1985."


def test_years() -> None:
    assert YearField(label="Năm sinh").clean(" 1985 ") == 1985


# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "5/3/2026",
        "05/03/2026",
        "05-03-2026",
        "5.3.2026",
        "05032026",
        "2026-03-05",
        "5 tháng 3 năm 2026",
        "ngày 05 tháng 03 năm 2026",
        "Ngày 5 tháng 3, năm 2026",
        " 5 / 3 / 2026 ",
        "5 3 2026",
    ],
)
def test_dates_are_day_first(typed: str) -> None:
    assert VietnameseDateField(label="Ngày sinh").clean(typed) == "2026-03-05"


def test_the_25th_of_march_is_a_date_too() -> None:
    assert VietnameseDateField(label="Ngày sinh").clean("25/03/2026") == "2026-03-25"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("5/3/26", "Năm cần đủ 4 chữ số, ví dụ 05/03/2026. Bạn đã ghi năm là “26”."),
        ("31/02/2026", "Ngày 31/02/2026 không có trong lịch. Bạn xem lại ngày và tháng."),
        ("3/25/2026", "Ngày 3/25/2026 không có trong lịch. Bạn xem lại ngày và tháng."),
        ("29/02/2025", "Ngày 29/02/2025 không có trong lịch. Bạn xem lại ngày và tháng."),
        ("05/03/0206", "Năm 0206 không hợp lý ở đây. Bạn xem lại năm."),
        ("hôm qua", "Ngày ghi theo thứ tự ngày/tháng/năm, ví dụ 05/03/2026. Bạn ghi lại."),
        ("03/2026", "Ngày ghi theo thứ tự ngày/tháng/năm, ví dụ 05/03/2026. Bạn ghi lại."),
        ("5²/3/2026", "Ngày ghi theo thứ tự ngày/tháng/năm, ví dụ 05/03/2026. Bạn ghi lại."),
        ("\u0665/3/2026", "Ngày ghi theo thứ tự ngày/tháng/năm, ví dụ 05/03/2026. Bạn ghi lại."),
    ],
)
def test_dates_refused(typed: str, sentence: str) -> None:
    assert refusal(VietnameseDateField(label="Ngày sinh"), typed) == sentence


def test_limits_of_dates_are_days_and_are_included() -> None:
    field = VietnameseDateField(
        label="Ngày cấp", min_date=datetime.date(2020, 1, 1), max_date=datetime.date(2026, 11, 22)
    )
    assert [field.clean("1/1/2020"), field.clean("22/11/2026")] == ["2020-01-01", "2026-11-22"]
    assert refusal(field, "31/12/2019") == "“Ngày cấp” phải từ ngày 01/01/2020 trở đi. Bạn xem lại ngày."
    assert refusal(field, "23/11/2026") == "“Ngày cấp” không được sau ngày 22/11/2026. Bạn xem lại ngày."


def test_a_stored_date_is_shown_day_first_and_typed_text_stays() -> None:
    field = VietnameseDateField(label="Ngày sinh")
    assert field.prepare_value("2026-03-05") == "05/03/2026"
    assert field.prepare_value("5/3") == "5/3"


# --- choices -------------------------------------------------------------------------------------

SEXES = [("nam", "Nam"), ("nu", "Nữ")]


def test_a_choice_must_be_of_the_list() -> None:
    field = ChoiceField(label="Giới tính", choices=SEXES)
    assert field.clean("nu") == "nu"
    assert refusal(field, "khac") == "Lựa chọn ở “Giới tính” không có trong danh sách. Bạn chọn lại."
    assert refusal(field, "") == "Bạn chưa chọn “Giới tính”."
    assert ChoiceField(label="Giới tính", choices=SEXES, required=False).clean(None) == ""


def test_several_choices_come_once_each_in_the_order_of_the_list() -> None:
    field = MultiChoiceField(label="Kênh", choices=[("a", "A"), ("b", "B"), ("c", "C")])
    assert field.clean(["c", "a", "c"]) == ["a", "c"]
    assert refusal(field, []) == "Bạn chưa chọn “Kênh”. Có thể chọn nhiều mục."
    assert refusal(field, ["a", "x"]) == "Có lựa chọn ở “Kênh” không nằm trong danh sách. Bạn chọn lại."
    assert MultiChoiceField(label="Kênh", choices=[("a", "A")], required=False).clean(None) == []


@pytest.mark.parametrize(("typed", "stored"), [("on", True), ("true", True), ("1", True), ("", False), ("off", False)])
def test_a_tick(typed: str, stored: bool) -> None:
    assert TickField(label="Cam kết", required=False).clean(typed) is stored


def test_a_required_tick_must_be_set_and_its_long_label_is_cut() -> None:
    assert TickField(label="Cam kết").clean("on") is True
    assert refusal(TickField(label="Cam kết"), None) == "Bạn cần đánh dấu vào ô “Cam kết” để tiếp tục."
    assert len(refusal(TickField(label="Tôi cam đoan " * 40), None)) < 140


def test_up_to_six_options_are_radio_buttons_and_more_a_drop_down() -> None:
    def html(count: int, **more: Any) -> str:
        class Page(forms.Form):
            q = ChoiceField(label="Chọn", choices=[(str(i), f"Mục {i}") for i in range(count)], **more)

        return str(Page(data={"q": "1"})["q"])

    assert html(6).count('type="radio"') == 6
    assert html(7).count("<option") == 8
    assert '<option value="">– Chọn –</option>' in html(7)
    assert '<option value="1" selected>Mục 1</option>' in html(7)
    assert html(6, required=False).count('type="radio"') == 7
    assert 'id="id_q"' in html(6)


def test_labels_and_values_are_escaped() -> None:
    hostile = '"><script>alert(1)</script>'

    class Page(forms.Form):
        a = TextField(label="A")
        b = MultilineField(label="B")
        c = ChoiceField(label="C", choices=[(hostile, hostile)] * 2)
        d = ChoiceField(label="D", choices=[(hostile + str(i), hostile) for i in range(9)])
        e = MultiChoiceField(label="E", choices=[(hostile, hostile)])

    page = Page(data=dict.fromkeys("abcde", hostile))
    for name in "abcde":
        assert "<script" not in str(page[name])
        assert "&lt;script&gt;" in str(page[name])
    assert "</textarea><script" not in str(Page(data={"b": "</textarea><script>"})["b"])


def test_fields_stand_on_their_own_in_a_plain_form() -> None:
    class Block(forms.Form):
        name = PersonNameField(label="Họ tên", autocomplete="name")
        phone = PhoneField(label="Điện thoại", autocomplete="tel")
        mail = EmailField(label="Thư", required=False)

    block = Block(data={"name": "H'Hen Niê", "phone": "0912 345 678"})
    assert block.is_valid()
    assert block.cleaned_data == {"name": "H'Hen Niê", "phone": "0912345678", "mail": ""}
    assert str(block["phone"]) == (
        '<input type="tel" name="phone" value="0912 345 678" class="input input-medium" inputmode="tel" '
        'autocomplete="tel" required id="id_phone">'
    )
