"""Answering a supplement request: only what was asked is open, officers see nothing before it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from submissions import rules, workflow
from submissions.models import Attachment, Submission, SupplementRequest
from submissions.states import State
from tests import factories
from tests.submissions.citizen import mends, picture, text
from tests.submissions.test_access import login

pytestmark = pytest.mark.django_db

PAPER = [{"key": "birth_proof", "reason": "Ảnh bị mờ."}]
PLACE = [{"key": "birth_place", "reason": "Chưa khớp giấy chứng sinh."}]


class Asked:
    """A filed submission with an open request, and the browser of its holder."""

    def __init__(self, state: State = State.SUBMITTED, **items: Any) -> None:
        self.submission = factories.SubmissionFactory(at=state)
        self.officer = factories.clerk(self.submission.agency)
        self.ask(**(items or {"documents": PAPER}))
        self.client: Client = login(self.submission)

    def ask(self, **items: Any) -> None:
        workflow.request_supplement(self.submission.pk, by=rules.officer_actor(self.officer), **items)

    @property
    def url(self) -> str:
        return f"/ho-so/{self.submission.reference}/bo-sung/"

    @property
    def request(self) -> SupplementRequest:
        return SupplementRequest.objects.order_by("-round").first()

    def get(self) -> Any:
        return self.client.get(self.url)

    def post(self, action: str = "submit", **typed: Any) -> Any:
        return self.client.post(self.url, {**{k.replace("__", "-"): v for k, v in typed.items()}, "action": action})

    def now(self) -> Submission:
        self.submission = Submission.objects.get(pk=self.submission.pk)
        return self.submission


def test_the_page_names_each_item_with_its_reason_and_the_last_day() -> None:
    asked = Asked(documents=PAPER, fields=PLACE, message="Chụp ở nơi đủ sáng.")
    words = text(asked.get())
    for said in ("Giấy chứng sinh", "Ảnh bị mờ.", "Sinh ở đâu", "Chưa khớp giấy chứng sinh.", "Chụp ở nơi đủ sáng."):
        assert said in words
    own = asked.client.get(f"/ho-so/{asked.submission.reference}/")
    assert f'href="{asked.url}"' in own.content.decode()


def test_only_the_asked_items_are_open() -> None:
    asked = Asked(documents=PAPER, fields=PLACE)
    html = asked.get().content.decode().split("<main")[1].split("</main>")[0]
    names = [
        "document-birth_proof",
        "document-identity",
        "birth_place",
        "birth_place_name",
        "child_name",
        "child_sex",
        "siblings-TOTAL_FORMS",
    ]
    assert [n for n in names if f'name="{n}"' in html] == ["document-birth_proof", "birth_place", "birth_place_name"]
    assert "NGUYỄN THỊ ÁNH" in html


def test_a_new_file_replaces_the_old_one_and_both_are_kept() -> None:
    asked = Asked()
    old = asked.submission.attachments.get()
    answer = asked.post(document__birth_proof=picture("rõ.png"))
    assert answer["Location"] == f"/ho-so/{asked.submission.reference}/"
    assert asked.now().state == State.SUBMITTED
    new = asked.submission.attachments.current().get()
    old.refresh_from_db()
    assert (new.name, new.pending, old.removed_at is None) == ("rõ.png", False, False)
    assert asked.request.answered_at is not None
    assert "Đã gửi phần bổ sung." in text(asked.client.get(answer["Location"]))


def test_without_the_asked_file_nothing_is_sent() -> None:
    asked = Asked()
    answer = asked.post()
    assert mends(answer) == [("#id_document-birth_proof", "Bạn chưa chọn tệp mới cho “Giấy chứng sinh”.")]
    assert asked.now().state == State.AWAITING_SUPPLEMENT


def test_officers_see_nothing_before_it_is_sent() -> None:
    asked = Asked(documents=PAPER, fields=PLACE)
    asked.post("save", document__birth_proof=picture("rõ.png"), birth_place="elsewhere")
    kept = Attachment.objects.get(name="rõ.png")
    desk = Client()
    desk.force_login(asked.officer.user)
    assert desk.get(f"/ho-so/{asked.submission.reference}/tep/{kept.pk}/").status_code == 404
    assert (kept.pending, asked.now().answers["birth_place"]) == (True, "here")
    assert asked.request.typed == {"birth_place": ["elsewhere"]}
    words = text(asked.client.get(f"/ho-so/{asked.submission.reference}/"))
    assert "Làm tiếp phần bổ sung" in words
    assert "rõ.png" not in words


def test_typed_answers_are_kept_between_visits() -> None:
    asked = Asked(fields=PLACE)
    assert asked.post("save", birth_place="elsewhere", birth_place_name="x")["Location"] == asked.url + "?da-luu=1"
    assert 'value="elsewhere" checked' in asked.get().content.decode()
    assert "Cán bộ chỉ thấy khi bạn bấm “Gửi bổ sung”." in text(asked.client.get(asked.url + "?da-luu=1"))


def test_a_changed_answer_brings_up_its_follow_up_question() -> None:
    asked = Asked(fields=PLACE)
    blocked = asked.post(birth_place="elsewhere")
    assert [href for href, _words in mends(blocked)] == ["#id_birth_place_name"]
    asked.post(birth_place="elsewhere", birth_place_name="Hà Nội", child_name="Kẻ Khác")
    answers = asked.now().answers
    assert (answers["birth_place"], answers["birth_place_name"], answers["child_name"]) == (
        "elsewhere", "Hà Nội", "NGUYỄN THỊ ÁNH"
    )  # fmt: skip
    assert asked.request.old_answers["birth_place"] == "here"


def test_a_whole_list_can_be_asked_again() -> None:
    asked = Asked(fields=[{"key": "siblings", "reason": "Thiếu một người."}])
    rows = {
        "siblings-TOTAL_FORMS": "2",
        "siblings-0-sibling_name": "Nguyễn Văn Đức",
        "siblings-1-sibling_name": "Nguyễn Thị Ơn",
    }
    added = asked.client.post(asked.url, {**rows, "siblings-TOTAL_FORMS": "1", "add-siblings": "1"})
    assert added["Location"] == asked.url
    assert asked.request.typed["siblings-TOTAL_FORMS"] == ["2"]
    asked.client.post(asked.url, {**rows, "action": "submit"})
    assert [row["sibling_name"] for row in asked.now().answers["siblings"]] == ["Nguyễn Văn Đức", "Nguyễn Thị Ơn"]


def test_an_unsent_file_can_be_taken_out_and_a_filed_one_cannot() -> None:
    asked = Asked()
    old = asked.submission.attachments.get()
    asked.post("save", document__birth_proof=picture("rõ.png"))
    new = Attachment.objects.get(name="rõ.png")
    for pk in (old.pk, new.pk):
        asked.client.post(asked.url, {"remove-file": str(pk)})
    assert [a.pk for a in asked.submission.attachments.all()] == [old.pk]


def test_a_bad_file_is_refused_with_its_sentence_and_a_good_one_stays() -> None:
    asked = Asked()
    answer = asked.post(document__birth_proof=[picture("rõ.png"), SimpleUploadedFile("a.pdf", b"x")])
    assert [href for href, _words in mends(answer)] == ["#id_document-birth_proof"]
    assert "Tệp “a.pdf” không mở được." in mends(answer)[0][1]
    assert "rõ.png" in text(answer)
    assert asked.now().state == State.AWAITING_SUPPLEMENT


def test_files_for_papers_that_were_not_asked_are_ignored() -> None:
    asked = Asked()
    asked.post("save", document__identity=picture("lạ.png"))
    assert not Attachment.objects.filter(name="lạ.png").exists()


def test_sending_twice_is_one_answer() -> None:
    asked = Asked()
    asked.post(document__birth_proof=picture())
    again = asked.client.post(asked.url, {"action": "submit"}, follow=True)
    assert "Hồ sơ này hiện không có gì cần bổ sung." in text(again)
    assert [e.verb for e in asked.submission.events.order_by("number")] == [
        "submit",
        "request_supplement",
        "supplement",
    ]


def test_from_examination_it_goes_back_there_with_the_same_code() -> None:
    asked = Asked(State.IN_PROGRESS)
    code = asked.now().dossier_code
    asked.post(document__birth_proof=picture())
    assert (asked.now().state, asked.submission.dossier_code) == (State.IN_PROGRESS, code)


def test_four_rounds_keep_one_reference_and_every_file() -> None:
    asked = Asked()
    for round_number in range(4):
        asked.post(document__birth_proof=picture(f"lần {round_number}.png", seed=round_number))
        if round_number < 3:
            asked.ask(documents=PAPER)
    assert asked.submission.attachments.count() == 5
    assert asked.submission.attachments.current().get().name == "lần 3.png"
    assert SupplementRequest.objects.filter(answered_at=None).count() == 0


def test_the_last_day_gone_by_is_said_and_does_not_stop_anybody() -> None:
    asked = Asked()
    SupplementRequest.objects.update(answer_by=timezone.localdate() - timezone.timedelta(days=1))
    assert "Đã quá hạn; bạn gửi sớm nhất có thể" in text(asked.client.get(f"/ho-so/{asked.submission.reference}/"))
    asked.post(document__birth_proof=picture())
    assert asked.now().state == State.SUBMITTED


def test_the_message_goes_to_the_desk() -> None:
    asked = Asked()
    asked.post(document__birth_proof=picture(), message="Ảnh mới chụp sáng nay.\0")
    assert asked.submission.events.get(verb="supplement").note == "Ảnh mới chụp sáng nay."


def test_errors_answer_422_to_htmx() -> None:
    asked = Asked()
    assert asked.client.post(asked.url, {"action": "submit"}, HTTP_HX_REQUEST="true").status_code == 422


def test_the_page_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    asked = Asked(documents=PAPER, fields=PLACE)
    with django_assert_max_num_queries(12):
        asked.get()
