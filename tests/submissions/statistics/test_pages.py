"""The public page, its files and the overdue list: what they say, what they refuse, and how many queries they take."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from procedures.models import Agency, Procedure
from submissions import statistics
from submissions.models import Officer, Submission
from submissions.statistics import columns, overdue, public
from submissions.templatetags.figures import cell, count, share
from tests.factories import AgencyFactory, OfficerFactory, ProcedureFactory
from tests.submissions.statistics.lives import Asked, Life, at, on, write

pytestmark = pytest.mark.django_db
Ground = tuple[list[Agency], list[Procedure], Officer]
ROW = re.compile(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td>(.*?)</td>")
TAG = re.compile(r"<[^>]+>")


@pytest.fixture
def ground() -> Iterator[Ground]:
    """On 2 December, with figures for October, November and December."""
    town = AgencyFactory(town=True, name="Ủy ban nhân dân thị xã Hồng Lĩnh", short_name="UBND thị xã", slug="hong-linh")
    ward = AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng", short_name="UBND phường Bắc Hồng", slug="bac-hong")
    procedures = [
        ProcedureFactory(),
        ProcedureFactory(short_name="=Trích lục", sector__key="b", sector__name="Tư pháp"),
    ]
    found = [town, ward], procedures, OfficerFactory(agency=town)
    lives = [
        Life(0, 5, 5),
        Life(1, 5, 20, channel="counter"),
        Life(8, 30, channel="post", place=1),
        Life(13, 18, asked=(Asked(15),), procedure=1),
        Life(14, 20, 42, place=1),
        Life(40, 50),
        Life(9, 12, rehearsal=True),
    ]
    with time_machine.travel(at(43), tick=False):
        write(lives, *found)
        statistics.refresh()
        yield found


def page(client: Client, path: str = "/thong-ke/", **given: Any) -> str:
    answer = client.get(path, given)
    assert answer.status_code == 200
    return answer.content.decode()


def plain(html: str) -> str:
    return " ".join(TAG.sub(" ", html).split())


def lines(client: Client, path: str, **given: Any) -> list[list[str]]:
    answer = client.get(path, given)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    text = b"".join(answer).decode()  # type: ignore[arg-type]
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_main_figure_is_said_in_words_first(client: Client, ground: Ground, settings: Any) -> None:
    words = plain(page(client))
    assert "Từ 01/01 đến 02/12/2026" in words
    assert f"{settings.TOWN_NAME} nhận 6 hồ sơ, giải quyết đúng và sớm hẹn 33,33 % ." in words
    assert "3 hồ sơ: 0 sớm hẹn, 1 đúng hẹn, 2 trễ hẹn" in words
    assert "3 hồ sơ: 1 trong hạn, 1 quá hạn, 1 chờ người dân bổ sung" in words
    assert "Cập nhật lúc 09:00 02/12/2026" in words
    month = plain(page(client, nam="2026", thang="11", **{"co-quan": "bac-hong"}))
    assert "Tháng 11/2026, UBND phường Bắc Hồng" in month
    assert "Phường Bắc Hồng nhận 1 hồ sơ, chưa có hồ sơ nào giải quyết xong." in month
    assert "Số liệu của kỳ này đã chốt." in month


@pytest.mark.parametrize("key", list(public.TABLES))
@pytest.mark.parametrize("given", [{}, {"thang": "11"}, {"co-quan": "bac-hong"}, {"linh-vuc": "b", "thang": "11"}])
def test_the_files_hold_what_the_tables_show(client: Client, ground: Ground, key: str, given: dict[str, str]) -> None:
    html = page(client, **given)
    part = html[html.index(f'id="so-luong-{key}"') :]
    shown = [(plain(name), CELL.findall(cells)) for name, cells in ROW.findall(part[: part.index("</table>")])]
    head, *rows = lines(client, f"/thong-ke/{key}.csv", **given)
    assert head[2:] == [str(c.title) for c in columns.ALL]
    counted = [c for group in columns.COUNTED for c in group.columns]
    assert [(row[1].removeprefix("'"), _as_shown(row[2:], counted)) for row in rows] == shown


def _as_shown(cells: list[str], shown: list[columns.Column]) -> list[str]:
    def words(value: str, column: columns.Column) -> str:
        if column.is_share:
            return f"{value} %".replace(".", ",") if value else "không có"
        return count(int(value))

    return [words(value, column) for value, column in zip(cells, shown, strict=False)]


def test_every_table_has_the_same_sum(client: Client, ground: Ground) -> None:
    sums = {tuple(lines(client, f"/thong-ke/{key}.csv")[-1][2:]) for key in public.TABLES}
    assert len(sums) == 1
    for key in public.TABLES:
        _head, *rows, whole = lines(client, f"/thong-ke/{key}.csv")
        if key != "thang":
            assert [sum(int(r[2 + i]) for r in rows) for i in (0, 1, 2, 3, 4)] == [int(n) for n in whole[2:7]]


def test_a_cell_is_never_a_formula(client: Client, ground: Ground) -> None:
    names = [row[1] for row in lines(client, "/thong-ke/thu-tuc.csv")]
    assert "'=Trích lục" in names
    assert [cell for row in lines(client, "/thong-ke/thu-tuc.csv") for cell in row if cell[:1] in "=+-@" and cell] == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"nam": "1999"}, "Chưa có số liệu của năm “1999”."),
        ({"nam": "-1e9"}, "Chưa có số liệu của năm “-1e9”."),
        ({"thang": "13"}, "Chưa có số liệu của tháng “13”."),
        ({"thang": "1"}, "Chưa có số liệu của tháng “1”."),
        ({"co-quan": "x\0y"}, "Không có cơ quan “"),
        ({"linh-vuc": "<b>"}, "Không có lĩnh vực “&lt;b&gt;”."),
        ({"thu-tuc": "9" * 500}, f"Không có thủ tục mã “{'9' * 60}”."),
    ],
)
def test_what_is_not_understood_is_said_and_left_out(
    client: Client, ground: Ground, given: dict[str, str], words: str
) -> None:
    assert words in page(client, **given)
    assert len(lines(client, "/thong-ke/thang.csv", **given)) == 5
    page(client, "/thong-ke/qua-han/", **given)


def test_an_unknown_table_is_not_found(client: Client, ground: Ground) -> None:
    assert client.get("/thong-ke/ho-so.csv").status_code == 404
    assert client.post("/thong-ke/").status_code == 405


def test_before_anything_is_counted_the_page_says_so(client: Client) -> None:
    assert "Chưa có số liệu. Số liệu được tính lại 5 phút một lần" in page(client)
    assert lines(client, "/thong-ke/thang.csv")[1][1] == "Tổng cộng"
    assert "Không có hồ sơ nào quá hạn." in page(client, "/thong-ke/qua-han/")


def test_the_numbers_outlive_the_submissions(client: Client, ground: Ground) -> None:
    before = lines(client, "/thong-ke/thu-tuc.csv", thang="11")
    Submission.objects.all().delete()
    statistics.refresh()
    assert lines(client, "/thong-ke/thu-tuc.csv", thang="11") == before
    assert "Không có hồ sơ nào quá hạn." in page(client, "/thong-ke/qua-han/")


def test_the_page_takes_few_queries(client: Client, ground: Ground, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(9):
        page(client, **{"co-quan": "bac-hong", "thang": "11"})


def test_overdue_ones_are_listed_by_code_only(client: Client, ground: Ground) -> None:
    Submission.objects.update(applicant_name="Nguyễn Thị Bí Mật", applicant_phone="0911222333")
    html = page(client, "/thong-ke/qua-han/")
    assert "Bí Mật" not in html
    assert "0911222333" not in html
    code = Submission.objects.get(ended_on=None, due_on=on(30)).dossier_code
    assert f'<strong class="code">{code}</strong>' in html
    assert html.count('<strong class="code">') == 1
    _head, row = lines(client, "/thong-ke/qua-han.csv")
    assert row[0] == code
    assert row[4:] == ["2026-11-19", "8"]  # 24/11 is a holiday
    assert page(client, "/thong-ke/qua-han/", **{"co-quan": "hong-linh"}).count('<strong class="code">') == 0


def test_the_list_goes_on_behind_a_code(client: Client, ground: Ground, django_assert_max_num_queries: Any) -> None:
    Submission.objects.all().delete()
    places, procedures, officer = ground
    write([Life(0, 1 + n // 40) for n in range(2 * overdue.PAGE_SIZE + 5)], places, procedures, officer)
    seen: list[str] = []
    path = "/thong-ke/qua-han/"
    for _page in range(3):
        with django_assert_max_num_queries(10):
            html = page(client, path)
        seen += re.findall(r'class="code">(H1-\d+)<', html)
        following = re.search(r'href="([^"]*sau=[^"]*)"', html)
        path = "/thong-ke/qua-han/" + following[1].replace("&amp;", "&") if following else ""
    assert path == ""
    assert seen == [f"H1-{n:05d}" for n in range(2 * overdue.PAGE_SIZE + 5)]
    assert page(client, "/thong-ke/qua-han/", sau="khong-co\0").count('<strong class="code">') == overdue.PAGE_SIZE


def test_home_and_procedure_pages_carry_a_figure(client: Client, ground: Ground) -> None:
    assert "Đúng hẹn tháng 12/2026: 0,00 %" in plain(page(client, "/"))
    Submission.objects.filter(due_on=on(50)).update(ended_on=on(43), state="RESULT_READY")
    statistics.refresh()
    assert "Đúng hẹn tháng 12/2026: 50,00 %" in plain(page(client, "/"))
    procedure = ground[1][0]
    words = plain(page(client, procedure.get_absolute_url()))
    assert (
        "Từ 01/01 đến 02/12/2026 Tiếp nhận 5 hồ sơ, trong đó 3 nộp trực tuyến; đã giải quyết 3 hồ sơ trực tuyến."
        in words
    )
    assert "Đúng hẹn: 50,00 %. Hài lòng: 50,00 %." in words
    assert f'href="/thong-ke/?thu-tuc={procedure.code}"' in page(client, procedure.get_absolute_url())
    assert "Tiếp nhận" not in plain(page(client, ProcedureFactory().get_absolute_url()).split("Từ 01/01")[-1])[:40]


def test_the_menu_leads_to_the_figures(client: Client, ground: Ground) -> None:
    for path in ("/", "/so-do-trang/", "/sitemap.xml"):
        assert "/thong-ke/" in page(client, path)


def test_numbers_as_people_read_them() -> None:
    figures = statistics.Figures(early=1204)
    shares = {c.name: c for c in columns.ALL}
    assert cell(figures, shares["early"]) == "1.204"
    assert cell(figures, shares["on_time_share"]) == "100,00 %"
    assert share(None) == "không có"
    assert count(1234567) == "1.234.567"
    assert datetime.date(2026, 12, 2) == on(43)
