"""What each paper says, field by field: the fields of the forms, with the values of the submission."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as project

from submissions import papers, rules, workflow
from submissions.models import Submission
from submissions.notices.wording import SECRET_MARK
from submissions.papers.content import given
from submissions.states import Role, State
from tests import factories
from tests.submissions.papers import cases

pytestmark = pytest.mark.django_db


@pytest.fixture(params=cases.SETS)
def paper_set(request: Any, settings: Any) -> str:
    settings.PAPER_SET = request.param
    return str(request.param)


@pytest.mark.parametrize("case", cases.KINDS)
def test_every_paper_says_whose_it_is_for_whom_and_under_which_form(case: str, paper_set: str) -> None:
    paper = cases.issued(case)
    s, said = paper.submission, paper.content
    form = papers.SETS[paper_set].form(case)
    expected = {
        "set": paper_set,
        "title": str(form.title),
        "form": form.number,
        "footnote": papers.SETS[paper_set].footnote(case),
        "agency": "Ủy ban nhân dân phường Bắc Hồng",
        "desk": "Bộ phận tiếp nhận và trả kết quả phường Bắc Hồng",
        "place": "Bắc Hồng",
        "dated": "ngày 05 tháng 02 năm 2026",
        "reference": s.reference,
        # The receipt of filing is older than the code.
        "code": s.dossier_code or "",
        "lookup": f"{project.SITE_URL}/tra-cuu/?ma={s.reference}",
        "request": "Thủ tục đăng ký khai sinh",
        "procedure": s.procedure.code,
        "applicant": {
            "name": cases.LONG_NAME,
            "address": cases.LONG_ADDRESS,
            "phone": "0912345678",
            "email": "binh@example.vn",
            "id_number": "042090001234",
        },
        "owner": {
            "name": "Nguyễn Thị Hoàng Oanh",
            "relation": "con gái",
            "id_number": "042311009876",
            "address": cases.LONG_ADDRESS,
            "authority": "Giấy ủy quyền số 12",
        },
        "rehearsal": False,
    }
    assert {name: said[name] for name in expected} == expected


def test_form_01(paper_set: str) -> None:
    said = cases.issued("receipt").content
    expected = {
        "components": [
            {"name": "Tờ khai đăng ký khai sinh", "originals": 0, "certified": 0, "copies": 0, "files": 1},
            {"name": "Giấy chứng sinh", "originals": 0, "certified": 0, "copies": 0, "files": 1},
        ],
        "sets": 1,
        "limit": "3 ngày làm việc",
        "received_at": "08 giờ 37 phút, ngày 05 tháng 02 năm 2026",
        "due_at": "17 giờ 00 phút, ngày 10 tháng 02 năm 2026",
        "due_on": "2026-02-10",
        "result_at": "Bộ phận tiếp nhận và trả kết quả phường Bắc Hồng, Số 1, đường Thử Nghiệm",
        "book": {"book": 2026, "number": 1},
        "secret": SECRET_MARK,
        "copy": "Liên giao người nộp hồ sơ",
        "samples": ["mã định danh của cơ quan trong mã hồ sơ", "địa chỉ, điện thoại nơi nhận hồ sơ"],
    }
    assert {name: said[name] for name in expected} == expected
    assert said["fees"]["total"] == 10_000
    assert said["fees"]["words"] == "Mười nghìn đồng"
    assert said["receiver"] != ""


def test_the_copy_that_stays_differs_in_the_secret_alone() -> None:
    with cases.thursday():
        s = cases.submission(State.RECEIVED)
    mine, theirs = cases.paper(s, "receipt").content, cases.paper(s, "receipt-copy").content
    differing = {name for name in mine if mine[name] != theirs[name]}
    assert differing == {"kind", "copy", "secret"}
    assert theirs["secret"] == ""


def test_no_content_holds_the_secret_itself() -> None:
    s = cases.submission(State.RECEIVED)
    assert [p.kind for p in s.papers.all() if s.tracking_secret in str(p.content)] == []


def test_papers_of_the_counter_are_counted_by_their_kind_of_copy() -> None:
    s = cases.submission(papers_in=[{"key": "birth_proof", "originals": 1, "certified": 0, "copies": 2}], sets=2)
    workflow.receive(s.pk, by=cases.officer(s))
    said = cases.paper(s, "receipt").content
    assert said["components"][-1] == {
        "name": "Giấy chứng sinh", "originals": 1, "certified": 0, "copies": 2, "files": 1
    }  # fmt: skip
    assert said["sets"] == 2


def test_form_02(paper_set: str) -> None:
    said = cases.issued("supplement").content
    assert said["number"] == "01/HDHS"
    assert said["items"] == [
        {"name": "Giấy chứng sinh", "count": "1 bản chính", "reason": "Ảnh bị mờ.", "is_document": True},
        {"name": "Họ, chữ đệm, tên của trẻ", "count": "", "reason": "Khác giấy chứng sinh.", "is_document": False},
    ]
    assert (said["round"], said["reason"]) == (1, "Chụp lại ban ngày.")
    assert said["answer_by"] == "ngày 07 tháng 3 năm 2026"
    assert said["phone"] == "0239 3800000"
    assert said["contact"].startswith("Trần Thị Số")


def test_form_03_and_the_notice_that_has_no_form(paper_set: str) -> None:
    refused, declined = cases.issued("refusal"), cases.issued("declined")
    assert (refused.content["reason"], declined.content["reason"]) == ("Không đúng nơi cư trú.", "Không đủ điều kiện.")
    assert (refused.content["declined"], declined.content["declined"]) == (False, True)
    assert (refused.content["number"], declined.content["number"]) == ("01/TCHS", "01/TBKGQ")
    assert declined.content["received_at"] == "08 giờ 37 phút, ngày 05 tháng 02 năm 2026"
    assert refused.content["received_at"] == ""


def test_form_04(paper_set: str) -> None:
    said = cases.issued("extension").content
    expected = {
        "received_at": "08 giờ 37 phút, ngày 05 tháng 02 năm 2026",
        "old_due_at": "17 giờ 00 phút, ngày 10 tháng 02 năm 2026",
        "new_due_at": "17 giờ 00 phút, ngày 12 tháng 02 năm 2026",
        "reason": cases.REASON,
    }
    assert {name: said[name] for name in expected} == expected
    assert said["signer"].startswith("Trần Thị Số")


def test_the_notice_of_stopping(paper_set: str) -> None:
    said = cases.issued("stop").content
    expected = {
        "asked_by": "Cơ quan giải quyết hồ sơ",
        "stage": "đã tiếp nhận",
        "stopped_at": "08 giờ 37 phút, ngày 05 tháng 02 năm 2026",
        "reason": "Người nộp đề nghị dừng.",
    }
    assert {name: said[name] for name in expected} == expected
    assert said["fees"].startswith("Khoản đã nộp (nếu có) được xử lý theo quy định")


@pytest.mark.parametrize(("role", "names"), [(Role.SPECIALIST, False), (Role.LEADER, True)])
def test_only_a_leader_is_named_as_the_head_of_the_office(role: str, names: bool) -> None:
    s = cases.submission(State.IN_PROGRESS)
    other = cases.submission(State.IN_PROGRESS)
    acting = factories.OfficerFactory(agency=s.agency, roles=[role])
    elsewhere = factories.OfficerFactory(agency=other.agency, roles=[role])
    workflow.stop(s.pk, by=rules.officer_actor(acting), reason="Trùng hồ sơ.")
    workflow.decline(other.pk, by=rules.officer_actor(elsewhere), reason="Không đủ điều kiện.")
    assert cases.paper(s, "stop").content["signer"] == (str(acting.user) if names else "")
    assert cases.paper(other, "refusal").content["officer"] == (str(elsewhere.user) if names else "")


def test_a_received_dossier_that_is_withdrawn_ends_on_paper() -> None:
    s = factories.SubmissionFactory(via="submit receive request_supplement withdraw")
    said = cases.paper(s, "stop").content
    assert (said["asked_by"], said["stage"]) == ("Người nộp hồ sơ đề nghị rút hồ sơ", "chờ bổ sung")
    early = factories.SubmissionFactory(via="submit request_supplement withdraw")
    assert not early.papers.filter(kind="stop").exists()


# --- the control slip ----------------------------------------------------------------------------


def test_the_slip_has_a_row_for_every_hand_over() -> None:
    with cases.thursday():
        s = cases.submission(State.RECEIVED, name="Lê Đỗ", fees=[])
        by = cases.officer(s)
        workflow.start(s.pk, by=by)
        workflow.propose(s.pk, by=by, note="Đủ căn cứ.")
        workflow.send_back(s.pk, by=by, reason="Thêm trích lục.")
        workflow.propose(s.pk, by=by)
        workflow.approve(s.pk, by=by, result_note="Đã ký.")
        workflow.hand_over(s.pk, by=by, how="counter")
        slip = workflow.print_slip(s.pk, by=by)
    clerk, desk = f"{by.officer} (UBND phường Bắc Hồng)", "Bộ phận tiếp nhận và trả kết quả phường Bắc Hồng"
    leader, person = "Lãnh đạo UBND phường Bắc Hồng", "Người nộp: Lê Đỗ"
    rows = [(r["from"], r["to"], r["result"], r["note"]) for r in slip.content["rows"]]
    assert rows == [
        (person, clerk, "", ""),
        (clerk, clerk, "", ""),
        (clerk, leader, "", "Đủ căn cứ."),
        (clerk, clerk, "", "Thêm trích lục."),
        (clerk, leader, "", ""),
        (clerk, desk, "Trước hạn", "Đã ký."),
        (desk, person, "", ""),
    ]
    assert {r["at"] for r in slip.content["rows"]} == {"08 giờ 37 phút, ngày 05 tháng 02 năm 2026"}


# --- money ---------------------------------------------------------------------------------------


def fees_of(*lines: dict[str, Any]) -> dict[str, Any]:
    return given.fees(Submission(fees=list(lines)))


def test_sums_are_said_only_where_they_are_certain() -> None:
    certain = fees_of({"name": "A", "amount": 8_000, "unit": "lần"}, {"name": "B", "amount": 1_050_000})
    assert (certain["total"], certain["words"]) == (1_058_000, "Một triệu không trăm năm mươi tám nghìn đồng")
    for unsure in (
        {"name": "C", "amount": None},
        {"name": "D", "amount": 2_000, "unit": "trang"},
        {"name": "E", "amount": 5_000, "condition": "khi đăng ký quá hạn"},
    ):
        found = fees_of({"name": "A", "amount": 8_000}, unsure)
        assert (found["open"], found["total"], found["words"]) == (True, None, "")
    assert fees_of()["total"] == 0
    free = fees_of({"name": "F", "amount": 0, "unit": "trang"})
    assert (free["open"], free["total"], free["words"]) == (False, 0, "")


def test_the_register_number_counts_on_through_the_year() -> None:
    agency = cases.ward()
    with cases.thursday():
        first = [cases.submission(State.RECEIVED, agency=agency) for _time in range(2)]
    with cases.time_machine.travel(cases.AT + cases.datetime.timedelta(days=1), tick=False):
        third = cases.submission(State.RECEIVED, agency=agency)
    with cases.time_machine.travel(cases.AT.replace(year=2027), tick=False):
        new_year = cases.submission(State.RECEIVED, agency=agency)
    assert [papers.book_entry(s.dossier_code) for s in (*first, third, new_year)] == [
        (2026, 1), (2026, 2), (2026, 3), (2027, 1)
    ]  # fmt: skip
    assert papers.book_entry("0042/ABC") is None
    assert papers.book_entry(None) is None


def test_numbers_of_a_series_have_no_gap_when_a_verb_fails() -> None:
    agency = cases.ward()
    one, two = (cases.submission(agency=agency) for _time in range(2))
    workflow.refuse(one.pk, by=cases.officer(one), reason="Sai nơi nộp.")
    with pytest.raises(workflow.core.Incomplete):
        workflow.refuse(two.pk, by=cases.officer(two), reason=" ")
    workflow.refuse(two.pk, by=cases.officer(two), reason="Sai nơi nộp.")
    assert [cases.paper(s, "refusal").content["number"] for s in (one, two)] == ["01/TCHS", "02/TCHS"]
