"""Differences in sentences: each kind of change once, nothing for nothing, and nothing that is not said."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from procedures import editing, spec
from procedures.editing.comparing import money, papers, questions, texts
from tests import factories
from tests.procedures.editing.drafts import Content, fields

pytestmark = pytest.mark.django_db


def said(change: Callable[[Content], object], lists: Any = None) -> list[str]:
    old = factories.document()
    new = copy.deepcopy(old)
    change(new)
    return editing.differences(spec.build(old, factories.LISTS), spec.build(new, lists or factories.LISTS))


def put(path: str, value: Any) -> Callable[[Content], None]:
    """Sets what stands at "documents.1.copies"; None removes it."""

    def change(content: Any) -> None:
        *outer, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in outer:
            content = content[step]
        content[last] = value

    return change


def test_nothing_changed() -> None:
    assert said(lambda c: None) == []
    assert said(lambda c: c.update(dict(reversed(c.items())))) == []


FIELD = "form.sections.0.fields"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        # questions
        (f"{FIELD}.0.label", "Tên trẻ", "Sửa lời câu hỏi “Họ, chữ đệm, tên của trẻ” thành “Tên trẻ”."),
        (f"{FIELD}.0.required", False, "Câu hỏi “Họ, chữ đệm, tên của trẻ” không còn bắt buộc."),
        ("form.sections.1.fields.0.required", True, "Câu hỏi “Cha mẹ đã đăng ký kết hôn” nay bắt buộc."),
        (f"{FIELD}.0.kind", "text", "Câu hỏi “Họ, chữ đệm, tên của trẻ”, loại: họ tên người → chữ, một dòng."),
        (f"{FIELD}.0.max_length", 120, "Câu hỏi “Họ, chữ đệm, tên của trẻ”, số ký tự nhiều nhất: 100 → 120."),
        (f"{FIELD}.0.min_length", 2, "Câu hỏi “Họ, chữ đệm, tên của trẻ”, số ký tự ít nhất: không đặt → 2."),
        (f"{FIELD}.0.help", "Viết hoa.", "Sửa lời hướng dẫn của câu hỏi “Họ, chữ đệm, tên của trẻ”."),
        (
            f"{FIELD}.0.prefill",
            "applicant.full_name",
            "Câu hỏi “Họ, chữ đệm, tên của trẻ”, lấy sẵn từ: không đặt → họ tên người nộp.",
        ),
        (f"{FIELD}.1.max_date", None, "Câu hỏi “Ngày, tháng, năm sinh”, ngày muộn nhất: hôm nay → không đặt."),
        (
            f"{FIELD}.1.min_date",
            "2020-01-31",
            "Câu hỏi “Ngày, tháng, năm sinh”, ngày sớm nhất: không đặt → “31/01/2020”.",
        ),
        (f"{FIELD}.3.default", "here", "Câu hỏi “Sinh ở đâu”, giá trị điền sẵn: không đặt → “Trong thị xã”."),
        (
            f"{FIELD}.3.choices.0.label",
            "Tại thị xã",
            "Câu hỏi “Sinh ở đâu”: đổi lựa chọn “Trong thị xã” thành “Tại thị xã”.",
        ),
        (f"{FIELD}.4.show_when", None, "Câu hỏi “Tên nơi sinh” nay luôn hiện ra."),
        (
            f"{FIELD}.4.show_when",
            {"field": "birth_place", "equals": "here"},
            "Câu hỏi “Tên nơi sinh” nay chỉ hiện khi “Sinh ở đâu” là “Trong thị xã” "
            "(trước đây: “Sinh ở đâu” là “Nơi khác”).",
        ),
        (
            "form.sections.1.fields.1.show_when",
            {"field": "parents_married", "equals": True},
            "Câu hỏi “Xin cấp bản sao” nay chỉ hiện khi có đánh dấu “Cha mẹ đã đăng ký kết hôn”.",
        ),
        ("form.sections.1.fields.2.max_items", 9, "Câu hỏi “Anh, chị em”, số dòng nhiều nhất: 3 → 9."),
        (
            "form.sections.1.fields.2.fields.1.required",
            True,
            "Câu hỏi “Năm sinh” trong nhóm “Anh, chị em” nay bắt buộc.",
        ),
        # sections and the form
        ("form.sections.1.title", "Gia đình", "Đổi tên phần “Cha mẹ và anh chị em” thành “Gia đình”."),
        ("form.title", "Tờ khai mới", "Tên tờ khai: “Tờ khai đăng ký khai sinh” → “Tờ khai mới”."),
        ("form.based_on", "TT 1/2026", "Tờ khai theo mẫu của văn bản: “Thông tư 04/2024/TT-BTP” → “TT 1/2026”."),
        ("form.official", False, "Tờ khai nay không phải mẫu chính thức."),
        # papers
        ("documents.1.name", "Chứng sinh", "Đổi tên giấy tờ “Giấy chứng sinh” thành “Chứng sinh”."),
        ("documents.1.required", False, "Giấy tờ “Giấy chứng sinh” không còn bắt buộc."),
        ("documents.2.required", True, "Giấy tờ “Giấy chứng nhận kết hôn của cha mẹ” nay bắt buộc."),
        ("documents.1.copies", 2, "Giấy tờ “Giấy chứng sinh”: 1 bản chính → 1 bản chính, 2 bản sao."),
        ("documents.1.how", "show", "Giấy tờ “Giấy chứng sinh” nay chỉ cần xuất trình."),
        ("documents.1.upload", False, "Giấy tờ “Giấy chứng sinh” không còn đính kèm khi nộp trực tuyến."),
        ("documents.0.produced_by_form", False, "Giấy tờ “Tờ khai đăng ký khai sinh” không còn do cổng in từ tờ khai."),
        (
            "documents.2.when",
            None,
            "Giấy tờ “Giấy chứng nhận kết hôn của cha mẹ”, áp dụng khi: có đánh dấu “Cha mẹ đã đăng ký kết hôn” → "
            "không xét câu trả lời.",
        ),
        ("documents.1.note", "Bản gốc", "Giấy tờ “Giấy chứng sinh”, ghi chú: không đặt → “Bản gốc”."),
        (
            "documents.0.template",
            {"name": "Tờ khai", "reference": "Mẫu 01"},
            "Giấy tờ “Tờ khai đăng ký khai sinh”, mẫu đơn: không đặt → “Tờ khai”.",
        ),
        # fees
        ("fees.0.amount", 15000, "“Lệ phí đăng ký khai sinh”: 10.000 → 15.000 đồng."),
        ("fees.0.amount", None, "“Lệ phí đăng ký khai sinh”: 10.000 đồng → cán bộ báo mức thu."),
        ("fees.0.amount", 0, "“Lệ phí đăng ký khai sinh”: 10.000 đồng → miễn phí."),
        ("fees.0.kind", "phi", "Phí “Lệ phí đăng ký khai sinh”, loại: lệ phí → phí."),
        ("fees.0.unit", "bản", "“Lệ phí đăng ký khai sinh”, đơn vị tính: “lần” → “bản”."),
        ("fees.0.exemption", "Hộ nghèo", "“Lệ phí đăng ký khai sinh”, miễn, giảm: không đặt → “Hộ nghèo”."),
        ("fees.0.basis", "1/NQ", "“Lệ phí đăng ký khai sinh”, văn bản quy định mức thu: “253/2020/NQ-HĐND” → “1/NQ”."),
        ("fees.0.amount_checked", False, "“Lệ phí đăng ký khai sinh”: mức thu chưa được đối chiếu."),
        ("free_of_charge", True, "Thủ tục nay không thu phí, lệ phí."),
        # time
        ("time_limit.value", 3, "Thời hạn giải quyết: 5 ngày làm việc → 3 ngày làm việc."),
        ("time_limit.unit", "calendar_day", "Thời hạn giải quyết: 5 ngày làm việc → 5 ngày."),
        ("time_limit.same_day", True, "Thời hạn giải quyết: 5 ngày làm việc → trong ngày làm việc."),
        ("time_limit.checked", False, "Thời hạn nay ghi là chưa đối chiếu."),
        ("time_limit.note", "Tính từ lúc đủ", "Thời hạn giải quyết, ghi chú: không đặt → “Tính từ lúc đủ”."),
        (
            "time_limit.variants.0.value",
            5,
            "Thời hạn khi “Phải xác minh ở nơi khác”: thêm 3 ngày làm việc → thêm 5 ngày làm việc.",
        ),
        ("time_limit.variants", [], "Bỏ trường hợp thời hạn “Phải xác minh ở nơi khác”."),
        # everything else
        ("name", "Khai sinh", "Tên thủ tục: “Thủ tục đăng ký khai sinh” → “Khai sinh”."),
        ("level", 4, "Mức độ: 3 → 4 (Nộp, trả phí và nhận tại nhà)."),
        ("tier", "town", "Cấp giải quyết: cấp phường, xã → cấp thị xã."),
        ("steps", ["Một."], "Sửa phần “Trình tự thực hiện”."),
        ("summary", "Khác.", "Sửa phần “Tóm tắt”."),
        ("requirements", [], "Sửa phần “Yêu cầu, điều kiện”."),
        ("note", "Chú ý", "Sửa phần “Ghi chú”."),
        ("today", {"as_of": "2026-01-01"}, "Sửa phần “Quy định hiện nay”."),
        ("result.name", "Bản sao", "Tên kết quả: “Giấy khai sinh” → “Bản sao”."),
        ("result.delivery", ["truc_tuyen"], "Kết quả: thêm “Nhận trực tuyến”; bỏ “Nhận trực tiếp tại nơi nộp”."),
        ("result.validity", "1 năm", "Sửa phần “Kết quả”."),
        ("filing_methods", ["truc_tuyen", "truc_tiep", "buu_chinh"], "Cách thức nộp: xếp lại thứ tự."),
        ("everyday_terms", ["giấy khai sinh"], "Từ ngữ hằng ngày: bỏ “con mới đẻ”."),
        ("related", ["1.000001"], "Thủ tục liên quan: thêm “1.000001”."),
        ("number_of_sets", 2, "Số bộ hồ sơ: 1 → 2."),
        ("deciding_authority", "UBND phường", "Cơ quan quyết định: “UBND phường, xã nơi cư trú” → “UBND phường”."),
        ("checked", False, "Nội dung nay ghi là chưa đối chiếu."),
        ("as_of", "2026-01-01", "Nội dung tính đến ngày: “30/06/2025” → “01/01/2026”."),
        (
            "legal_basis.0.title",
            "Luật",
            "Căn cứ pháp lý 60/2014/QH13: “Luật Hộ tịch” ngày 20/11/2014 → “Luật” ngày 20/11/2014.",
        ),
    ],
)
def test_one_change_is_one_sentence(path: str, value: Any, sentence: str) -> None:
    found = said(put(path, value))
    assert found[0] == sentence
    assert len(found) == (2 if path == "documents.0.template" else 1)


def test_the_sector_is_said_by_its_name() -> None:
    factories.SectorFactory(key="ho_tich", name="Hộ tịch")
    factories.SectorFactory(key="dat_dai", name="Đất đai")
    assert said(put("sector", "dat_dai")) == ["Lĩnh vực: “Hộ tịch” → “Đất đai”."]


def test_added_and_removed() -> None:
    question = {"key": "ghi_chu", "label": "Ghi chú", "kind": "text", "required": True}

    def change(content: Content) -> None:
        fields(content, 1).append(question)
        fields(content, 1)[2]["fields"].append({"key": "sex", "label": "Giới tính", "kind": "text"})
        fields(content, 1)[2]["fields"].pop(0)
        del fields(content)[4]
        content["form"]["sections"].append({"key": "moi", "title": "Phần mới", "fields": [{**question, "key": "m"}]})
        content["documents"].append({"key": "cccd", "name": "Căn cước", "copies": 1, "required": True})
        del content["documents"][2]
        content["fees"].append({"kind": "phi", "name": "Thẩm định", "amount": 1_500_000, "unit": "hồ sơ"})
        del content["fees"][1]
        content["legal_basis"].append({"number": "1/2026/NĐ-CP"})
        content["time_limit"]["variants"].append({"condition": "Hồ sơ dày", "value": 10, "unit": "calendar_day"})

    assert said(change) == [
        "Thêm phần “Phần mới”.",
        "Thêm câu hỏi “Ghi chú” vào phần “Cha mẹ và anh chị em”, bắt buộc trả lời.",
        "Thêm câu hỏi “Ghi chú” vào phần “Phần mới”, bắt buộc trả lời.",
        "Bỏ câu hỏi “Tên nơi sinh” khỏi phần “Người được khai sinh”.",
        "Thêm câu hỏi “Giới tính” vào nhóm “Anh, chị em”.",
        "Bỏ câu hỏi “Họ và tên” khỏi nhóm “Anh, chị em”.",
        "Thêm giấy tờ “Căn cước” (bắt buộc, 1 bản sao).",
        "Bỏ giấy tờ “Giấy chứng nhận kết hôn của cha mẹ”.",
        "Thêm khoản thu phí “Thẩm định”: 1.500.000 đồng/hồ sơ.",
        "Bỏ khoản thu “Phí cấp bản sao”.",
        "Thêm trường hợp thời hạn “Hồ sơ dày”: 10 ngày.",
        "Thêm căn cứ pháp lý 1/2026/NĐ-CP.",
    ]


def test_choices_added_and_removed_and_in_another_order() -> None:
    def change(content: Content) -> None:
        fields(content)[3]["choices"][:] = [
            {"value": "elsewhere", "label": "Nơi khác"},
            {"value": "here", "label": "Trong thị xã"},
            {"value": "abroad", "label": "Nước ngoài"},
        ]

    assert said(change) == [
        "Câu hỏi “Sinh ở đâu”: thêm lựa chọn “Nước ngoài”.",
        "Câu hỏi “Sinh ở đâu”: xếp lại thứ tự các lựa chọn.",
    ]


def test_a_shared_list_counts_as_choices() -> None:
    lists = {"sexes": [{"value": "nam", "label": "Nam"}]}
    assert said(lambda c: None, lists) == ["Câu hỏi “Giới tính”: bỏ lựa chọn “Nữ”."]


def test_moved() -> None:
    def change(content: Content) -> None:
        first, second = fields(content), fields(content, 1)
        first.insert(0, first.pop(2))
        second.append(first.pop())
        content["form"]["sections"].reverse()
        content["documents"].append(content["documents"].pop(0))

    assert said(change) == [
        "Chuyển phần “Cha mẹ và anh chị em” lên đầu.",
        "Chuyển câu hỏi “Tên nơi sinh” từ phần “Người được khai sinh” sang phần “Cha mẹ và anh chị em”.",
        "Chuyển câu hỏi “Giới tính” lên đầu phần “Người được khai sinh”.",
        "Chuyển giấy tờ “Tờ khai đăng ký khai sinh” đến sau “Giấy tờ tùy thân của người yêu cầu”.",
    ]


def test_a_form_that_comes_or_goes() -> None:
    forms = (None, factories.document()["form"])
    bare, full = (
        spec.build(factories.document(form=form, documents=[], fees=[], time_limit={"value": 1, "unit": "hour"}), {})
        for form in forms
    )
    assert editing.differences(full, bare) == ["Bỏ tờ khai “Tờ khai đăng ký khai sinh”."]
    assert editing.differences(bare, full) == ["Thêm tờ khai “Tờ khai đăng ký khai sinh” với 8 câu hỏi."]


def test_long_texts_are_cut_where_they_part() -> None:
    long = "Bộ phận tiếp nhận và trả kết quả của Ủy ban nhân dân phường, xã nơi cư trú " * 3
    old = spec.build(factories.document(receiving_office=long + "số 1"), factories.LISTS)
    new = spec.build(factories.document(receiving_office=long + "số 2"), factories.LISTS)
    sentence = editing.differences(old, new)[0]
    assert "số 1” →" in sentence
    assert sentence.endswith("số 2”.")
    assert len(sentence) < 200


def test_every_part_of_a_document_is_compared() -> None:
    """Whoever adds a column to the dataclasses says it here too."""
    names = lambda cls: {f.name for f in dataclasses.fields(cls)}  # noqa: E731
    assert names(spec.Field) == {*questions.DETAILS, *questions.SPOKEN}
    assert names(spec.Document) == {*papers.DETAILS, *papers.SPOKEN}
    assert names(spec.Fee) == {*money.DETAILS, *money.SPOKEN}
    said_elsewhere = {*texts.SPOKEN, *texts.SPOKEN_TOO}
    assert names(spec.ProcedureSpec) == {*texts.NAMES, *texts.SHORT, *texts.LONG, *texts.LISTS, *said_elsewhere}
