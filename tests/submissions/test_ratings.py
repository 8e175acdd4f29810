"""How content people were: once a submission, from its page or by the link in the mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.db import IntegrityError, transaction
from django.test import Client

from submissions import ratings, rules
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Notice, Rating, Submission
from submissions.states import State
from tests import factories
from tests.submissions.citizen import mends, text
from tests.submissions.test_access import login

pytestmark = pytest.mark.django_db
ME = rules.citizen()
FULL = {
    "grade": "2", "convenience": "3", "punctuality": "1", "attitude": "2", "contacts": "more", "extra_paid": "no",
    "words": "Cán bộ\u202e tận tình.",
}  # fmt: skip


def link(submission: Submission) -> str:
    """The address in the mail, without the host."""
    body = Notice.objects.get(submission=submission, kind="handed_over", channel="email").body
    found = re.search(r"http://testserver(/danh-gia/\S+/)", body)
    assert found is not None
    return found[1]


# --- the rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [s for s in State if s not in (State.HANDED_OVER, State.DRAFT)])
def test_only_what_was_handed_over_is_rated(state: State) -> None:
    s = factories.SubmissionFactory(at=state)
    with pytest.raises(NotPossible, match="chưa trả kết quả"):
        ratings.rate(s.pk, FULL, by=ME)
    assert Rating.objects.count() == 0


def test_a_second_rating_gives_the_first_one_back() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    first = ratings.rate(s.pk, FULL, by=ME)
    assert ratings.rate(s.pk, {"grade": "1"}, by=ME) == first
    assert (first.grade, first.words) == (2, "Cán bộ tận tình.")
    assert first.answers == {k: v for k, v in FULL.items() if k not in ("grade", "words")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(submission=s, grade=1)


def test_the_log_knows_the_grade_and_not_the_words() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    ratings.rate(s.pk, FULL, by=ME)
    event = s.events.order_by("-number").first()
    assert event is not None
    assert (event.verb, event.data, event.note, event.is_public) == ("rate", {"grade": 2}, "", False)
    assert event.from_state == event.to_state == State.HANDED_OVER


def test_officers_do_not_rate_themselves() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    with pytest.raises(NotAllowed):
        ratings.rate(s.pk, FULL, by=rules.officer_actor(factories.clerk(s.agency)))


def test_rating_ends_with_the_last_day(settings: Any) -> None:
    settings.RATING_DAYS = 60
    with time_machine.travel("2026-03-02T23:59:00+07:00", tick=False):
        late, good = (factories.SubmissionFactory(at=State.HANDED_OVER) for _time in range(2))
    with time_machine.travel("2026-05-01T23:59:00+07:00", tick=False):
        assert ratings.rate(good.pk, FULL, by=ME).grade == 2
    with time_machine.travel("2026-05-02T00:01:00+07:00", tick=False):
        with pytest.raises(NotPossible):
            ratings.rate(late.pk, FULL, by=ME)
        assert Client().get(link(late)).status_code == 404
        assert "Đánh giá của bạn" not in text(login(late).get(f"/ho-so/{late.reference}/"))


# --- by the link in the mail ---------------------------------------------------------------------


def test_the_mail_asks_and_its_link_needs_no_login() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    client, where = Client(), link(s)
    page = client.get(where)
    assert page.status_code == 200
    for personal in (s.applicant_name, s.reference, s.dossier_code, s.procedure.short_name, s.applicant_phone):
        assert personal not in page.content.decode()
    assert s.agency.name in text(page)
    assert client.post(where, FULL)["Location"] == where
    assert "Bạn đã chọn “Hài lòng”" in text(client.get(where))
    assert client.post(where, {"grade": "1"}).status_code == 200
    assert Rating.objects.get().grade == 2
    assert client.get(f"/ho-so/{s.reference}/").status_code == 404


def test_the_sms_holds_no_link() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    assert "danh-gia" not in Notice.objects.get(submission=s, kind="handed_over", channel="sms").body


def test_forged_and_foreign_links_open_nothing() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    ready = factories.SubmissionFactory(at=State.RESULT_READY)
    tokens = [Rating.token_for(s)[:-1] + "~", signing.dumps(s.pk), signing.dumps("x", salt="submissions.rating")]
    for token in [*tokens, Rating.token_for(ready)]:
        assert Client().get(f"/danh-gia/{token}/").status_code == 404


def test_without_a_grade_the_form_says_so_and_keeps_the_rest() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    page = Client().post(link(s), {"words": "Chờ lâu.", "contacts": "1"})
    assert [where for where, _words in mends(page)] == ["#id_grade"]
    assert "Chờ lâu." in page.content.decode()
    assert Rating.objects.count() == 0


@pytest.mark.parametrize(("name", "wrong"), [("grade", "4"), ("contacts", "x"), ("words", "x" * 2001)])
def test_made_up_answers_are_refused(name: str, wrong: str) -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    assert len(mends(Client().post(link(s), {**FULL, name: wrong}))) == 1
    assert Rating.objects.count() == 0


# --- on the pages --------------------------------------------------------------------------------


def test_the_page_offers_three_grades_and_then_shows_the_one_that_was_given() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    client = login(s)
    page, where = client.get(f"/ho-so/{s.reference}/").content.decode(), f"/ho-so/{s.reference}/danh-gia/"
    assert re.findall(rf'href="{where}\?muc=(\d)"', page) == ["3", "2", "1"]
    chosen = client.get(where, {"muc": "1"}).content.decode()
    assert re.findall(r'<input[^>]*value="(\d)"[^>]*checked', chosen) == ["1"]
    assert client.post(where, {"grade": "1"})["Location"] == f"/ho-so/{s.reference}/#danh-gia"
    assert "Bạn đã đánh giá: Chưa hài lòng" in text(client.get(f"/ho-so/{s.reference}/"))
    assert client.get(where)["Location"] == f"/ho-so/{s.reference}/#danh-gia"
    assert Client().post(where, {"grade": "3"}).status_code == 404


def test_the_desk_reads_grade_and_words_on_the_record_and_leaders_have_a_list() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    other = factories.SubmissionFactory(at=State.HANDED_OVER)
    for one in (s, other):
        ratings.rate(one.pk, {**FULL, "words": f"Về {one.dossier_code}."}, by=ME)
    reception = factories.OfficerFactory(agency=s.agency, roles=["reception"])
    leader = factories.OfficerFactory(agency=s.agency, roles=["leader"])
    client = Client()
    client.force_login(reception.user)
    record = client.get(f"/admin/submissions/submission/{s.pk}/change/").content.decode()
    assert f"Về {s.dossier_code}." in record
    assert "Nhiều hơn 1 lần" in record
    assert client.get("/admin/submissions/rating/").status_code == 403
    client.force_login(leader.user)
    listed = client.get("/admin/submissions/rating/").content.decode()
    assert (f"Về {s.dossier_code}." in listed, f"Về {other.dossier_code}." in listed) == (True, False)
    pk = Rating.objects.get(submission=s).pk
    assert client.get(f"/admin/submissions/rating/{pk}/change/")["Location"].endswith(f"/{s.pk}/change/#rating")
    foreign = Rating.objects.get(submission=other).pk
    assert client.get(f"/admin/submissions/rating/{foreign}/change/").status_code == 404


def test_every_answer_has_words_for_the_desk() -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    said = [words for _label, words in ratings.lines(ratings.rate(s.pk, FULL, by=ME))]
    assert said == [
        "Hài lòng", "Rất hài lòng", "Chưa hài lòng", "Hài lòng", "Nhiều hơn 1 lần", "Không", "Cán bộ tận tình."
    ]  # fmt: skip
