"""The monthly report: what it says, who reads it, and that what was reported stays as it was."""

from __future__ import annotations

import copy
import datetime
import io
import threading
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.models import User
from procedures.models import Agency, Procedure
from submissions import reports, statistics, workflow
from submissions.errors import NotAllowed, NotPossible
from submissions.models import CountedMonth, Feedback, MonthFigure, MonthReport, Officer, Submission
from submissions.reports.overdue import overdue_at
from submissions.rules import officer_actor
from submissions.states import State
from tests.factories import AgencyFactory, OfficerFactory, ProcedureFactory, SubmissionFactory, clerk, fee

pytestmark = pytest.mark.django_db
MONTH = datetime.date(2026, 3, 1)


def at(month: int, day: int, hour: int = 9) -> Any:
    """That hour in Việt Nam."""
    moment = datetime.datetime(2026, month, day, hour, tzinfo=timezone.get_default_timezone())
    return time_machine.travel(moment.astimezone(datetime.UTC), tick=False)


@pytest.fixture
def ward() -> Agency:
    return AgencyFactory(slug="bac-hong", name="Ủy ban nhân dân phường Bắc Hồng", short_name="UBND phường Bắc Hồng")


def filled(agency: Agency) -> tuple[Submission, Submission]:
    """March: one settled early, one received on the 20th (five working days) and still open."""
    procedure = ProcedureFactory(short_name="Khai sinh")
    with at(3, 2):
        done = SubmissionFactory(at=State.IN_PROGRESS, agency=agency, procedure=procedure, fees=[fee()])
    with at(3, 4):
        workflow.finish(done.pk, by=officer_actor(clerk(agency)), result_note="Đã cấp.")
    with at(3, 20):
        late = SubmissionFactory(at=State.RECEIVED, agency=agency, procedure=procedure)
    return done, late


def leader(agency: Agency, *roles: str) -> Officer:
    return OfficerFactory(agency=agency, roles=list(roles or ("leader",)))


def frozen(agency: Agency) -> MonthReport:
    with at(4, 2):
        return reports.freeze(agency, MONTH, officer=leader(agency))


# --- what it says --------------------------------------------------------------------------------


def test_the_report_holds_the_public_figures_of_the_month(ward: Agency) -> None:
    filled(ward)
    filled(AgencyFactory())
    with at(4, 1, 3):
        statistics.refresh()
        content = reports.report_of(ward, MONTH).content
    whole = content["whole"]
    assert (whole["received_online"], whole["early"], whole["open_overdue"], whole["total"]) == (2, 1, 1, 2)
    assert (whole["on_time_share"], whole["online_payment_share"]) == ("100.00", "0.00")
    assert [(line["name"], line["cells"]) for line in content["procedures"]] == [("Khai sinh", whole)]
    assert [(line["code"], line["cells"]) for line in content["sectors"]] == [("ho_tich", whole)]
    assert (content["month"], content["until"]) == ("2026-03", "2026-03-31")
    assert "agencies" not in content


def test_the_town_sees_every_unit_and_their_sum(ward: Agency) -> None:
    town = AgencyFactory(town=True)
    centre = AgencyFactory(centre=True, parent=town)
    filled(ward)
    filled(centre)
    with at(4, 1, 3):
        statistics.refresh()
        content = reports.report_of(town, MONTH).content
    received = {line["name"]: line["cells"]["total"] for line in content["agencies"]}
    assert received == {str(ward): 2, str(town): 2, "Toàn thị xã": 4}
    assert content["whole"]["total"] == 2


def test_the_overdue_list_is_that_of_the_last_day(ward: Agency) -> None:
    """Ended since, promised anew since, asked since: on the last day it was open and late all the same."""
    _done, late = filled(ward)
    unit, end = statistics.unit_of(ward), datetime.date(2026, 3, 31)
    line = {"code": late.dossier_code, "procedure": late.procedure.code, "name": "Khai sinh"}
    expected = [{**line, "due_on": "2026-03-27", "days": 2}]
    by = officer_actor(clerk(ward))
    with at(4, 1):
        assert overdue_at(unit, end) == expected
        workflow.request_supplement(late.pk, by=by, documents=[{"key": "birth_proof", "reason": "Mờ."}])
        assert overdue_at(unit, end) == expected
    with at(4, 3):
        workflow.supplement(late.pk, by=by, answers=late.answers, handed_in=[{"key": "birth_proof", "copies": 1}])
        assert Submission.objects.get(pk=late.pk).due_on == datetime.date(2026, 4, 10)
        assert overdue_at(unit, end) == expected
        assert overdue_at(unit, datetime.date(2026, 3, 27)) == []
        assert overdue_at(statistics.unit_of(AgencyFactory()), end) == []
        workflow.start(late.pk, by=by)
        workflow.finish(late.pk, by=by, result_note="Đã cấp.")
        assert overdue_at(unit, end) == expected


def test_the_overdue_list_has_what_the_bucket_counts(ward: Agency) -> None:
    """Waiting for a first supplement is not overdue, for a second it is."""
    by = officer_actor(clerk(ward))
    with at(3, 2):
        once, twice = (SubmissionFactory(at=State.RECEIVED, agency=ward) for _n in range(2))
        ask = {"by": by, "documents": [{"key": "birth_proof", "reason": "Mờ."}]}
        for s in (once, twice):
            workflow.request_supplement(s.pk, **ask)
    with at(3, 3):
        workflow.supplement(twice.pk, by=by, answers=twice.answers, handed_in=[{"key": "birth_proof", "copies": 1}])
        workflow.request_supplement(twice.pk, **ask)
    with at(4, 1):
        lines = overdue_at(statistics.unit_of(ward), datetime.date(2026, 3, 31))
        (row,) = statistics.figures(MONTH, datetime.date(2026, 3, 31), agency=ward, procedure=twice.procedure)
        assert [line["code"] for line in lines] == [twice.dossier_code]
        assert row.figures.open_overdue == 1


def test_replies_and_feedback_are_counted_by_their_own_clocks(ward: Agency) -> None:
    with at(3, 2):
        SubmissionFactory(at=State.SUBMITTED, agency=ward)
        missed = SubmissionFactory(at=State.SUBMITTED, agency=ward)
        Submission.objects.filter(pk=missed.pk).update(reply_missed=True)
    day = datetime.date(2026, 3, 20)
    shared = {"agency": ward, "name": "A", "text": "B", "decide_by": day, "ask_by": day, "due_on": day, "secret": "x"}
    moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59)))
    ends = (
        (moment, "answered"),
        (moment + datetime.timedelta(minutes=2), "answered"),
        (moment, "refused"),
        (None, "new"),
    )
    for number, (answered, state) in enumerate(ends):
        kind = "complaint" if number == 0 else "remark"
        with at(3, 3):
            Feedback.objects.create(reference=f"PA{number}", kind=kind, state=state, answered_at=answered, **shared)
    with at(4, 1):
        content = reports.report_of(ward, MONTH).content
    assert content["replies"] == {"filed": 2, "missed": 1}
    counts = {"received": 4, "complaints": 1, "in_time": 1, "late": 1, "refused": 1, "open_late": 1}
    assert content["feedback"] == counts


# --- reported once and for all -------------------------------------------------------------------


def test_a_month_is_reported_only_when_it_is_over(ward: Agency) -> None:
    filled(ward)
    by = leader(ward)
    with at(3, 31, 23), pytest.raises(NotPossible, match="01/04/2026"):
        reports.freeze(ward, MONTH, officer=by)
    with at(4, 1, 0):
        report = reports.freeze(ward, MONTH, officer=by)
    assert CountedMonth.objects.get(month=MONTH).is_closed  # beat had not been there yet
    assert report.reported_by == by.user
    assert report.content["whole"]["total"] == 2


def test_what_was_reported_stays(ward: Agency) -> None:
    _done, late = filled(ward)
    report = frozen(ward)
    before = copy.deepcopy(report.content)
    MonthFigure.objects.update(early=99)
    Procedure.objects.update(short_name="Tên mới")
    Agency.objects.update(name="Cơ quan mới")
    Submission.objects.filter(pk=late.pk).update(dossier_code="X")
    with at(6, 1):
        kept = reports.report_of(Agency.objects.get(pk=ward.pk), MONTH)
        assert (kept.content, kept.frozen) == (before, report)
        assert reports.freeze(ward, MONTH, officer=leader(ward)) == report
    assert reports.is_intact(MonthReport.objects.get())
    MonthReport.objects.update(content={**before, "until": "2026-03-30"})
    assert not reports.is_intact(MonthReport.objects.get())


def test_only_keepers_of_the_unit_report_it(ward: Agency) -> None:
    town = AgencyFactory(town=True)
    centre = AgencyFactory(centre=True, parent=town)
    with at(4, 2):
        for officer in (None, leader(ward, "specialist"), leader(AgencyFactory()), leader(town)):
            with pytest.raises(NotAllowed):
                reports.freeze(ward, MONTH, officer=officer)
        assert reports.freeze(town, MONTH, officer=leader(centre, "reception")).agency == town
    assert MonthReport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_report_it_once(ward: Agency) -> None:
    officers = [leader(ward), leader(ward)]
    ready, found = threading.Barrier(2), []

    def one(officer: Officer) -> None:
        ready.wait()
        found.append(reports.freeze(ward, MONTH, officer=officer).pk)
        connection.close()

    with at(4, 2):
        threads = [threading.Thread(target=one, args=[officer]) for officer in officers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 2
    assert set(found) == {MonthReport.objects.get().pk}


# --- pages ---------------------------------------------------------------------------------------


def address(name: str, agency: Agency) -> str:
    return reverse(f"admin:submissions_report{name}", args=[agency.slug, 2026, 3])


def test_the_page_shows_a_draft_then_what_was_reported(client: Client, ward: Agency) -> None:
    _done, late = filled(ward)
    with at(4, 2):
        statistics.refresh()
        client.force_login(leader(ward).user)
        page = client.get(address("", ward)).content.decode()
        assert "chưa chốt" in page
        assert "Chốt báo cáo" in page
        assert str(late.dossier_code) in page
        after = client.post(address("_freeze", ward), follow=True).content.decode()
        assert "Đã chốt báo cáo tháng 03/2026." in after
        assert MonthReport.objects.get().sha256 in after
        assert "Chốt báo cáo" not in after
        assert "đã chốt" in client.get(reverse("admin:submissions_reports")).content.decode()
        MonthReport.objects.update(sha256="0" * 64)
        assert "khác lúc chốt" in client.get(address("", ward)).content.decode()


def test_who_may_read(client: Client, ward: Agency) -> None:
    filled(ward)
    with at(4, 2):
        statistics.refresh()
        stranger, reader = leader(AgencyFactory()), leader(ward, "specialist")
        operator = User.objects.create_superuser("quantri", "q@example.vn", "mat-khau-thu-nghiem")
        for user, status in (
            (stranger.user, 404),
            (leader(ward, "editor").user, 403),
            (reader.user, 200),
            (operator, 200),
        ):
            client.force_login(user)
            assert client.get(address("", ward)).status_code == status
            assert client.get(address("_xlsx", ward)).status_code == status
        assert client.post(address("_freeze", ward)).status_code == 403
        client.force_login(reader.user)
        assert client.post(address("_freeze", ward)).status_code == 403
        for year, month in ((2026, 2), (2026, 13), (0, 0), (99999, 1)):
            wrong = reverse("admin:submissions_report", args=[ward.slug, year, month])
            assert client.get(wrong).status_code == 404
    assert MonthReport.objects.count() == 0


def test_the_workbook_says_the_same_and_holds_no_formula(client: Client, ward: Agency) -> None:
    _done, late = filled(ward)
    Procedure.objects.update(short_name="=1+1")
    frozen(ward)
    with at(5, 1):
        client.force_login(leader(ward).user)
        answer = client.get(address("_xlsx", ward))
    assert answer["Content-Disposition"] == 'attachment; filename="bao-cao-bac-hong-2026-03.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Theo lĩnh vực", "Theo thủ tục", "Trả lời và phản ánh", "Hồ sơ quá hạn"]
    rows = [[cell.value for cell in row] for row in book["Theo thủ tục"].iter_rows(min_row=4)]
    titles, first, whole = rows
    assert (first[1], book["Theo thủ tục"].cell(5, 2).data_type) == ("=1+1", "s")
    assert dict(zip(titles, first, strict=True))["Tổng số"] == dict(zip(titles, whole, strict=True))["Tổng số"] == 2
    assert dict(zip(titles, whole, strict=True))["Tỷ lệ đúng hẹn (%)"] == "100,00"
    assert book["Hồ sơ quá hạn"].cell(5, 1).value == late.dossier_code


def test_a_report_costs_few_queries(ward: Agency, django_assert_num_queries: Any) -> None:
    filled(ward)
    with at(4, 2):
        statistics.refresh()
        with django_assert_num_queries(17):
            reports.report_of(ward, MONTH)
