"""The public pages of the catalogue: what each level shows, what is marked, where old addresses lead."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from procedures.models import Agency, Procedure
from tests.factories import AgencyFactory, ProcedureFactory, SectorFactory, document

pytestmark = pytest.mark.django_db

DOWNLOAD = re.compile(r'href="/thu-tuc/[^"]*/bieu-mau/([^"]+)"')


def text(response: Any) -> str:
    """The page without its marks, blanks as one."""
    assert response.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain)


@pytest.fixture
def town() -> Agency:
    return AgencyFactory(town=True, slug="thi-xa", name="Ủy ban nhân dân thị xã Mẫu")


@pytest.fixture
def ward(town: Agency) -> Agency:
    return AgencyFactory(slug="bac-hong", name="Ủy ban nhân dân phường Bắc Hồng", parent=town)


# --- one procedure, by level ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "downloads", "files", "button"),
    [
        (1, [], False, "Xem nơi nộp"),
        (2, ["declaration.pdf", "declaration.docx"], False, "Điền và in tờ khai"),
        (3, ["declaration.pdf", "declaration.docx"], True, "Nộp hồ sơ trực tuyến"),
        (4, ["declaration.pdf", "declaration.docx"], True, "Nộp hồ sơ trực tuyến"),
    ],
)
def test_each_level_offers_what_it_must(
    client: Client, ward: Agency, level: int, downloads: list[str], files: bool, button: str
) -> None:
    procedure = ProcedureFactory(level=level)
    response = client.get(f"/thu-tuc/{procedure.code}/")
    html = response.content.decode()
    found = DOWNLOAD.findall(html)
    assert sorted(set(found)) == sorted(downloads)
    assert (f'href="/nop-ho-so/{procedure.code}/"' in html) is files
    assert re.findall(r'<a class="button" href="[^"]*">([^<]*)</a>', html) == [button]
    assert html.count(f'href="/thu-tuc/{procedure.code}/to-khai/"') == (0 if level == 1 else 1)
    assert f"Dịch vụ công trực tuyến mức độ {level}" in text(response)


def test_every_mandatory_heading_is_there_at_level_1(client: Client, ward: Agency) -> None:
    procedure = ProcedureFactory(level=1, content=document(today={"decision": "163/QĐ-BTP"}))
    page = text(client.get(f"/thu-tuc/{procedure.code}/"))
    for heading in (
        "Trình tự thực hiện",
        "Cách nộp và nhận kết quả",
        "Giấy tờ cần có",
        "Số bộ hồ sơ: 1",
        "Thời hạn",
        "Đối tượng",
        "Cơ quan quyết định",
        "Kết quả",
        "Phí, lệ phí",
        "Yêu cầu, điều kiện",
        "Căn cứ pháp lý",
        "60/2014/QH13",
        "Quyết định công bố hiện nay: 163/QĐ-BTP",
    ):
        assert heading in page, heading


def test_checklist_says_how_many_and_for_whom(client: Client, ward: Agency) -> None:
    page = text(client.get(ProcedureFactory().get_absolute_url()))
    assert "Giấy chứng sinh Bắt buộc 1 bản chính" in page
    assert "Giấy chứng nhận kết hôn của cha mẹ Chỉ cần khi cha mẹ đã đăng ký kết hôn 1 bản sao" in page
    assert "Giấy tờ tùy thân của người yêu cầu Bắt buộc Mang theo để xuất trình, không phải nộp · 1 bản chính" in page


def test_exemption_stands_beside_the_amount(client: Client, ward: Agency) -> None:
    fees = [
        {"kind": "le_phi", "name": "Lệ phí", "amount": 1500000, "unit": "lần", "exemption": "Miễn cho hộ nghèo"},
        {"kind": "phi", "name": "Phí thẩm định", "amount": None, "amount_checked": False},
    ]
    page = text(client.get(ProcedureFactory(content=document(fees=fees)).get_absolute_url()))
    assert "Lệ phí: 1.500.000 đồng/lần dữ liệu mẫu, chưa đối chiếu . Miễn cho hộ nghèo" in page
    assert "Phí thẩm định: Cán bộ sẽ báo mức thu" in page


@pytest.mark.parametrize(
    "changes", [{"free_of_charge": True}, {"fees": []}, {"fees": [{"kind": "phi", "name": "Phí", "amount": 0}]}]
)
def test_free_procedure_says_so(client: Client, ward: Agency, changes: dict[str, Any]) -> None:
    page = text(client.get(ProcedureFactory(content=document(**changes)).get_absolute_url()))
    assert "Phí, lệ phí Miễn phí Kết quả" in page


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"value": 5, "unit": "working_day"}, "Thời hạn 5 ngày làm việc dữ liệu mẫu, chưa đối chiếu"),
        ({"value": 30, "unit": "calendar_day", "checked": True}, "Thời hạn 30 ngày Phí"),
        ({"value": 4, "unit": "hour", "checked": True}, "Thời hạn 4 giờ làm việc Phí"),
        ({"value": 1, "unit": "working_day", "same_day": True, "checked": True}, "Thời hạn Trong ngày làm việc Phí"),
        (
            {"value": 1, "unit": "working_day", "same_day": True, "cutoff": "15:00", "checked": True},
            "Thời hạn Trong ngày làm việc; nộp sau 15:00 thì trả vào ngày làm việc tiếp theo Phí",
        ),
        (
            {
                "value": 3,
                "unit": "working_day",
                "checked": True,
                "variants": [
                    {"condition": "Cần xác minh", "value": 5, "unit": "working_day", "adds": True},
                    {"condition": "Bổ sung thông tin", "value": 1, "unit": "working_day"},
                ],
            },
            "Thời hạn 3 ngày làm việc Cần xác minh: thêm 5 ngày làm việc Bổ sung thông tin: 1 ngày làm việc Phí",
        ),
    ],
)
def test_time_limit_in_words(client: Client, ward: Agency, limit: dict[str, Any], words: str) -> None:
    page = text(client.get(ProcedureFactory(content=document(time_limit=limit)).get_absolute_url()))
    assert words in page


def test_unchecked_facts_are_marked(client: Client) -> None:
    AgencyFactory(identifier="H99.1", identifier_is_sample=True, contact_checked=False)
    procedure = ProcedureFactory(content=document(checked=False))
    page = text(client.get(procedure.get_absolute_url()))
    assert f"Mã thủ tục {procedure.code} dữ liệu mẫu, chưa đối chiếu" in page
    assert "Mã định danh: H99.1 dữ liệu mẫu" in page
    assert "địa chỉ, điện thoại chưa đối chiếu" in page
    assert "07:30–11:30 và 13:30–17:00, thứ Hai đến thứ Sáu dữ liệu mẫu" in page


def test_checked_facts_are_not_marked(client: Client) -> None:
    AgencyFactory(contact_checked=True, hours="Sáng thứ Hai", identifier_is_sample=False)
    page = client.get(ProcedureFactory(level=1).get_absolute_url()).content.decode()
    assert page.count('class="sample-mark"') == 1  # the explanation in the foot


def test_paused_procedure_is_visible_with_its_reason_and_no_filing(client: Client, ward: Agency) -> None:
    procedure = ProcedureFactory(status="paused", status_reason="Nâng cấp phần mềm hộ tịch.")
    response = client.get(procedure.get_absolute_url())
    assert "Lý do: Nâng cấp phần mềm hộ tịch." in text(response)
    assert "/nop-ho-so/" not in response.content.decode()


def test_closed_procedure_keeps_its_page_without_any_button(client: Client, ward: Agency) -> None:
    procedure = ProcedureFactory(status="closed", status_reason="Bỏ theo Quyết định 1.")
    response = client.get(procedure.get_absolute_url())
    html = response.content.decode()
    assert "không nhận hồ sơ nữa" in text(response)
    assert 'class="button"' not in html
    assert "/nop-ho-so/" not in html


def test_abolished_unit_is_named_with_its_successor_and_takes_no_filing(client: Client) -> None:
    heir = AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng Lĩnh", active_from=datetime.date(2025, 7, 1))
    AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng", active_to=datetime.date(2025, 6, 30), successor=heir)
    procedure = ProcedureFactory()
    with time_machine.travel(datetime.datetime(2025, 6, 30, 12, tzinfo=datetime.UTC)):
        page = text(client.get(procedure.get_absolute_url()))
        assert "Bắc Hồng Lĩnh" not in page
        assert "Nộp hồ sơ trực tuyến" in page
    with time_machine.travel(datetime.datetime(2025, 7, 1, 12, tzinfo=datetime.UTC)):
        page = text(client.get(procedure.get_absolute_url()))
        assert "Đã ngừng hoạt động Không nhận hồ sơ mới. Nay là Ủy ban nhân dân phường Bắc Hồng Lĩnh." in page


def test_no_filing_when_every_unit_is_gone(client: Client) -> None:
    AgencyFactory(name="Ủy ban nhân dân phường Cũ", active_to=datetime.date(2025, 6, 30))
    response = client.get(ProcedureFactory().get_absolute_url())
    assert "Ủy ban nhân dân phường Cũ: đã ngừng hoạt động sau ngày 30/06/2025." in text(response)
    assert "/nop-ho-so/" not in response.content.decode()


def test_town_procedure_is_filed_at_the_one_stop_centre_with_the_towns_address(client: Client) -> None:
    town = AgencyFactory(town=True, name="Ủy ban nhân dân thị xã Mẫu", address="Số 102", phone="0239.3835356")
    AgencyFactory(centre=True, name="Trung tâm Hành chính công", parent=town, address="", phone="")
    page = text(client.get(ProcedureFactory(tier="town").get_absolute_url()))
    expected = (
        "Trung tâm Hành chính công Địa chỉ, điện thoại của Ủy ban nhân dân thị xã Mẫu: Số 102 Điện thoại: 0239.3835356"
    )
    assert expected in page


def test_only_related_procedures_that_exist_are_linked(client: Client, ward: Agency) -> None:
    ProcedureFactory(code="9.111111", name="Thủ tục có ở đây")
    procedure = ProcedureFactory(content=document(related=["9.111111", "9.222222"]))
    html = client.get(procedure.get_absolute_url()).content.decode()
    assert 'href="/thu-tuc/9.111111/"' in html
    assert "9.222222" not in html


# --- addresses -----------------------------------------------------------------------------------


def test_former_code_moves_for_good_and_later_code_for_now(client: Client) -> None:
    content = document(former_codes=["1.009994"], later_codes=["1.000963"])
    procedure = ProcedureFactory(code="1.013225", content=content, search_text="1.013225 1.009994 1.000963")
    before, after = client.get("/thu-tuc/1.009994/"), client.get("/thu-tuc/1.000963/")
    assert (before.status_code, before["Location"]) == (301, procedure.get_absolute_url())
    assert (after.status_code, after["Location"]) == (302, procedure.get_absolute_url())


@pytest.mark.parametrize("code", ["9.999999", "1", "%00", "a" * 300, "khai sinh", "1.0099944"])
def test_unknown_code_is_a_404_with_a_search_box(client: Client, code: str) -> None:
    ProcedureFactory(content=document(former_codes=["1.009994"]), search_text="1.009994")
    response = client.get(f"/thu-tuc/{code}/")
    assert response.status_code == 404
    assert 'name="q"' in response.content.decode()


def test_unpublished_procedure_has_no_page(client: Client) -> None:
    procedure = ProcedureFactory()
    Procedure.objects.update(published=None)
    assert client.get(procedure.get_absolute_url()).status_code == 404
    assert procedure.code not in client.get("/thu-tuc/").content.decode()


# --- catalogue -----------------------------------------------------------------------------------


@pytest.fixture
def shelf(town: Agency, ward: Agency) -> None:
    land = SectorFactory(key="dat_dai", name="Đất đai", order=2)
    bare = {"everyday_terms": [], "summary": "", "documents": [], "result": {"name": "Giấy"}}
    ProcedureFactory(
        code="9.1",
        short_name="Đăng ký khai sinh",
        name="Thủ tục đăng ký khai sinh",
        level=3,
        tier="ward",
        content=document(**{**bare, "everyday_terms": ["con mới đẻ"]}),
    )
    ProcedureFactory(
        code="9.2",
        short_name="Đăng ký kết hôn",
        name="Thủ tục đăng ký kết hôn",
        level=2,
        tier="ward",
        content=document(**bare),
    )
    ProcedureFactory(
        code="9.3",
        short_name="Tách thửa",
        name="Tách thửa đất",
        level=3,
        tier="town",
        sector=land,
        content=document(**bare),
    )


def codes(response: Any) -> list[str]:
    return re.findall(r'<li>\s*<a href="/thu-tuc/([^/"]+)/"', response.content.decode())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["9.1", "9.2", "9.3"]),
        ("?muc-do=3", ["9.1", "9.3"]),
        ("?linh-vuc=dat_dai", ["9.3"]),
        ("?co-quan=bac-hong", ["9.1", "9.2"]),
        ("?co-quan=thi-xa", ["9.3"]),
        ("?muc-do=3&co-quan=bac-hong", ["9.1"]),
        ("?muc-do=4", []),
        ("?q=khai+sinh", ["9.1"]),
        ("?q=KHAI SINH&muc-do=3", ["9.1"]),
    ],
)
def test_filters(client: Client, shelf: None, query: str, found: list[str]) -> None:
    assert codes(client.get(f"/thu-tuc/{query}")) == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("muc-do=9", "Mức độ chỉ có từ 1 đến 4"),
        ("muc-do=³", "Mức độ chỉ có từ 1 đến 4"),
        ("linh-vuc=%00'--", "Không có lĩnh vực bạn chọn"),
        ("co-quan=khong-co", "Không có nơi nộp bạn chọn"),
        ("trang=0", "Số trang không đúng"),
        ("trang=-1", "Số trang không đúng"),
        ("trang=abc", "Số trang không đúng"),
        ("trang=999999", "Danh sách chỉ có 1 trang"),
    ],
)
def test_wrong_values_are_told_and_the_list_still_stands(
    client: Client, shelf: None, query: str, sentence: str
) -> None:
    response = client.get(f"/thu-tuc/?{query}")
    assert sentence in text(response)
    assert codes(response) == ["9.1", "9.2", "9.3"]


@pytest.mark.parametrize("q", ["\x00", "'; drop table", "a" * 5000, "<script>", "%", "é" * 300])
def test_strange_searches_are_answered(client: Client, shelf: None, q: str) -> None:
    response = client.get("/thu-tuc/", {"q": q})
    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


def test_search_says_by_which_everyday_words_it_found(client: Client, shelf: None) -> None:
    response = client.get("/thu-tuc/", {"q": "con moi de"})
    assert codes(response) == ["9.1"]
    assert "Tìm thấy theo: con mới đẻ" in text(response)


def test_slip_of_the_keyboard_still_leads_on(client: Client, shelf: None) -> None:
    response = client.get("/thu-tuc/", {"q": "tach thua", "muc-do": "1"})
    assert codes(response) == []
    assert re.findall(r'href="/thu-tuc/\?q=([^"]*)"', response.content.decode()) == ["T%C3%A1ch%20th%E1%BB%ADa"]


def test_nothing_found_says_what_to_do(client: Client, shelf: None) -> None:
    page = text(client.get("/thu-tuc/", {"q": "zzzqqq"}))
    assert "Không thấy thủ tục nào khớp “zzzqqq”. Bạn thử từ khác, hoặc chọn theo lĩnh vực dưới đây." in page
    assert "Đất đai (1)" in page


def test_thirty_a_page_and_filters_stay(client: Client, ward: Agency) -> None:
    for n in range(31):
        ProcedureFactory(code=f"8.{n:03d}")
    first = client.get("/thu-tuc/?muc-do=3")
    assert len(codes(first)) == 30
    assert 'href="?muc-do=3&amp;trang=2"' in first.content.decode()
    assert codes(client.get("/thu-tuc/?muc-do=3&trang=2")) == ["8.030"]


# --- levels --------------------------------------------------------------------------------------


def test_level_page_is_for_exactly_that_level_and_the_town_by_default(client: Client, shelf: None) -> None:
    response = client.get("/muc-do/3/")
    assert "DỊCH VỤ CÔNG TRỰC TUYẾN MỨC ĐỘ 3" in text(response)
    assert "1 dịch vụ cấp thị xã và 1 dịch vụ cấp phường, xã" in text(response)
    assert codes(response) == ["9.3"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?co-quan=bac-hong", ["9.1"]),
        ("?co-quan=thi-xa", ["9.3"]),
        ("?linh-vuc=dat_dai", ["9.3"]),
        ("?co-quan=bac-hong&linh-vuc=dat_dai", []),
        ("?co-quan=%00&linh-vuc=%ff", ["9.3"]),
    ],
)
def test_level_page_by_place_and_sector(client: Client, shelf: None, query: str, found: list[str]) -> None:
    assert codes(client.get(f"/muc-do/3/{query}")) == found


def test_closed_procedures_are_no_services(client: Client, shelf: None) -> None:
    Procedure.objects.filter(code="9.3").update(status="closed")
    assert codes(client.get("/muc-do/3/")) == []
    assert "9.3" in codes(client.get("/thu-tuc/"))


@pytest.mark.parametrize("path", ["/muc-do/0/", "/muc-do/5/", "/muc-do/99999999999999999999/", "/muc-do/x/"])
def test_other_levels_do_not_exist(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


# --- cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_queries_do_not_grow_with_the_catalogue(
    client: Client, town: Agency, django_assert_num_queries: Any, rows: int
) -> None:
    for n in range(rows):
        AgencyFactory(parent=town)
        sector = SectorFactory(key=f"linh_vuc_{n}", name=f"Lĩnh vực {n}")
        related = [f"8.{m:03d}" for m in range(rows)]
        ProcedureFactory(code=f"8.{n:03d}", sector=sector, content=document(related=related))
    client.get("/hoi-dap/")  # the town's entry of the foot, read once a catalogue version
    client.get("/thu-tuc/8.000/")  # the document, read once a revision
    with django_assert_num_queries(4):  # number of the catalogue, notices, index, places
        client.get("/thu-tuc/")
    with django_assert_num_queries(4):
        client.get("/muc-do/3/")
    with django_assert_num_queries(5):  # … and the figure of the month
        client.get("/")
    with django_assert_num_queries(7 if rows > 1 else 6):  # … and procedure, offices, hours, figures, related
        client.get("/thu-tuc/8.000/")
