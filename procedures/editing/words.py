"""How the parts of a document are called on screen, and how a place in it is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from procedures.loading.problems import Steps

# Keys at the top of a document, in the order of the screens.
PARTS: Mapping[str, Any] = {
    "code": _l("Mã thủ tục"),
    "slug": _l("Tên trong địa chỉ trang"),
    "name": _l("Tên thủ tục"),
    "short_name": _l("Tên ngắn"),
    "sector": _l("Lĩnh vực"),
    "tier": _l("Cấp giải quyết"),
    "level": _l("Mức độ"),
    "summary": _l("Tóm tắt"),
    "everyday_terms": _l("Từ ngữ hằng ngày"),
    "steps": _l("Trình tự thực hiện"),
    "filing_methods": _l("Cách thức nộp"),
    "documents": _l("Giấy tờ"),
    "number_of_sets": _l("Số bộ hồ sơ"),
    "time_limit": _l("Thời hạn giải quyết"),
    "free_of_charge": _l("Không thu phí"),
    "fees": _l("Phí, lệ phí"),
    "subjects": _l("Đối tượng thực hiện"),
    "deciding_authority": _l("Cơ quan quyết định"),
    "handling_office": _l("Cơ quan thực hiện"),
    "receiving_office": _l("Nơi tiếp nhận"),
    "result": _l("Kết quả"),
    "requirements": _l("Yêu cầu, điều kiện"),
    "legal_basis": _l("Căn cứ pháp lý"),
    "related": _l("Thủ tục liên quan"),
    "former_codes": _l("Mã cũ"),
    "later_codes": _l("Mã về sau"),
    "checked": _l("Đã đối chiếu"),
    "as_of": _l("Nội dung tính đến ngày"),
    "note": _l("Ghi chú"),
    "today": _l("Quy định hiện nay"),
    "form": _l("Tờ khai"),
}
# What an entry of a list is called when it is counted, and where its own name stands.
ENTRIES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "sections": (_l("phần"), ("title", "key")),
    "fields": (_l("câu hỏi"), ("label", "key")),
    "choices": (_l("lựa chọn"), ("label", "value")),
    "documents": (_l("giấy tờ"), ("name", "key")),
    "fees": (_l("khoản thu"), ("name",)),
    "legal_basis": (_l("văn bản"), ("number",)),
    "variants": (_l("trường hợp"), ("condition",)),
    "items": (_l("kết quả"), ("name",)),
    "steps": (_l("bước"), ()),
}
# Keys further inside.
INNER: Mapping[str, Any] = {
    "key": _l("khóa"),
    "label": _l("câu hỏi"),
    "title": _l("tên"),
    "name": _l("tên"),
    "kind": _l("loại"),
    "required": _l("bắt buộc"),
    "help": _l("lời hướng dẫn"),
    "choices": _l("các lựa chọn"),
    "choices_from": _l("danh sách dùng chung"),
    "value": _l("giá trị"),
    "default": _l("giá trị điền sẵn"),
    "prefill": _l("lấy từ thông tin người nộp"),
    "show_when": _l("điều kiện hiện"),
    "when": _l("điều kiện theo câu trả lời"),
    "condition": _l("trường hợp áp dụng"),
    "field": _l("câu hỏi được xét"),
    "equals": _l("giá trị được xét"),
    "in": _l("các giá trị được xét"),
    "min": _l("nhỏ nhất"),
    "max": _l("lớn nhất"),
    "min_length": _l("số ký tự ít nhất"),
    "max_length": _l("số ký tự nhiều nhất"),
    "min_date": _l("ngày sớm nhất"),
    "max_date": _l("ngày muộn nhất"),
    "after_field": _l("phải sau ngày của câu"),
    "fields": _l("các câu hỏi"),
    "sections": _l("các phần"),
    "min_items": _l("số dòng ít nhất"),
    "max_items": _l("số dòng nhiều nhất"),
    "item_label": _l("tên gọi một dòng"),
    "based_on": _l("theo mẫu của văn bản"),
    "official": _l("mẫu chính thức"),
    "originals": _l("số bản chính"),
    "copies": _l("số bản sao"),
    "how": _l("nộp hay xuất trình"),
    "template": _l("mẫu đơn"),
    "reference": _l("ký hiệu mẫu"),
    "produced_by_form": _l("in từ tờ khai"),
    "upload": _l("đính kèm trực tuyến"),
    "unit": _l("đơn vị tính"),
    "same_day": _l("trả trong ngày"),
    "cutoff": _l("giờ chốt"),
    "variants": _l("các trường hợp khác"),
    "adds": _l("cộng thêm"),
    "amount": _l("mức thu"),
    "exemption": _l("miễn, giảm"),
    "basis": _l("văn bản quy định mức thu"),
    "amount_checked": _l("mức thu đã đối chiếu"),
    "delivery": _l("cách trả kết quả"),
    "items": _l("các kết quả"),
    "validity": _l("hiệu lực"),
    "valid_months": _l("số tháng có hiệu lực"),
    "code": _l("mã"),
    "number": _l("số, ký hiệu"),
    "date": _l("ngày ban hành"),
    "note": _l("ghi chú"),
    "checked": _l("đã đối chiếu"),
}


def place(content: Any, steps: Steps) -> str:
    """ "Tờ khai, phần 2 “Cha mẹ”, câu hỏi 1 “Họ tên”, điều kiện hiện": for people who do not read keys."""
    return ", ".join(_said(content, steps)) or str(_("Cả nội dung"))


def _said(content: Any, steps: Steps) -> Iterator[str]:
    names, value, inside = PARTS, content, ""
    for number, step in enumerate(steps):
        value = _inner(value, step)
        if isinstance(step, int):
            yield _entry(inside, step, value)
        elif not (number and step in ENTRIES and isinstance(_at(steps, number + 1), int)):
            yield str(names.get(step, f"“{step}”"))
        names, inside = INNER, str(step)


def _inner(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _at(steps: Steps, number: int) -> str | int | None:
    return steps[number] if number < len(steps) else None


def _entry(inside: str, position: int, value: Any) -> str:
    """ "câu hỏi 4 “Họ tên”"; an entry without a name is only counted."""
    called, keys = ENTRIES.get(inside, (_("mục"), ()))
    given = value if isinstance(value, dict) else {}
    name = next((str(given[k]) for k in keys if given.get(k)), "")
    return f"{called} {position + 1} “{name[:60]}”" if name else f"{called} {position + 1}"


# The kinds of questions as an editor chooses them, the usual ones first.
KINDS: Mapping[str, Any] = {
    "text": _l("Chữ, một dòng"),
    "multiline": _l("Chữ, nhiều dòng"),
    "person_name": _l("Họ tên người"),
    "address": _l("Địa chỉ"),
    "date": _l("Ngày tháng năm"),
    "year": _l("Năm"),
    "integer": _l("Số nguyên"),
    "decimal": _l("Số có phần lẻ"),
    "money": _l("Số tiền (đồng)"),
    "phone": _l("Số điện thoại"),
    "email": _l("Thư điện tử"),
    "id_number": _l("Số căn cước, số giấy tờ"),
    "tax_code": _l("Mã số thuế"),
    "choice": _l("Chọn một câu trả lời"),
    "multichoice": _l("Chọn nhiều câu trả lời"),
    "checkbox": _l("Ô đánh dấu"),
    "file": _l("Tệp đính kèm"),
    "repeat": _l("Nhóm câu hỏi lặp lại (nhiều người, nhiều thửa đất…)"),
}
PREFILLS: Mapping[str, Any] = {
    "applicant.full_name": _l("Họ tên người nộp"),
    "applicant.id_number": _l("Số căn cước người nộp"),
    "applicant.date_of_birth": _l("Ngày sinh người nộp"),
    "applicant.phone": _l("Điện thoại người nộp"),
    "applicant.email": _l("Thư điện tử người nộp"),
    "applicant.address": _l("Địa chỉ người nộp"),
}
