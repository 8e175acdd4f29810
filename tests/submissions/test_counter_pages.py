"""The counter's pages: choosing, the long page with its errors, kept entries, and what is handed over."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal.lib import codes
from procedures import spec
from procedures.models import Procedure
from submissions import filing, kept_forms
from submissions.models import Attachment, Submission
from submissions.states import Role, State
from tests import values
from tests.factories import AgencyFactory, OfficerFactory, ProcedureFactory, SubmissionFactory, document, publish
from tests.submissions.citizen import picture
from tests.submissions.desk import COUNTER, KEY, Reception, person, pressed, problems, text, whole
from tests.submissions.test_concurrency import at_once

pytestmark = pytest.mark.django_db
THURSDAY = datetime.datetime(2026, 3, 5, 2, 0, tzinfo=datetime.UTC)  # 09:00 in Việt Nam


@pytest.fixture
def desk() -> Reception:
    return Reception(AgencyFactory())


@pytest.fixture
def birth() -> Procedure:
    return ProcedureFactory(content=document())


# --- who sees the counter ------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_only_reception_has_the_counter(client: Client, role: str, birth: Procedure) -> None:
    officer = OfficerFactory(roles=[role])
    client.force_login(officer.user)
    want = 200 if role == Role.RECEPTION else 404
    assert [client.get(a).status_code for a in (COUNTER, f"{COUNTER}{birth.code}/")] == [want, want]
    front = client.get("/admin/").content.decode()
    assert (f'href="{COUNTER}"' in front) is (want == 200)


def test_strangers_are_asked_to_log_in(client: Client, birth: Procedure) -> None:
    for address in (COUNTER, f"{COUNTER}{birth.code}/", f"{COUNTER}1/xong/"):
        assert client.get(address)["Location"].startswith("/admin/login/")


def test_front_page_and_work_list_lead_to_the_counter(desk: Reception) -> None:
    for address in ("/admin/", "/admin/submissions/submission/"):
        assert f'<a class="verb" href="{COUNTER}">Nhập hồ sơ tại quầy</a>' in desk.client.get(address).content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tier": "town"}, "Bộ phận một cửa của bạn không tiếp nhận thủ tục"),
        ({"status": "closed", "status_reason": "Bãi bỏ từ 01/07."}, "Bãi bỏ từ 01/07."),
    ],
)
def test_what_the_desk_does_not_take_in_leads_back(
    desk: Reception, birth: Procedure, change: dict[str, str], said: str
) -> None:
    Procedure.objects.filter(pk=birth.pk).update(**change)
    for ask in (lambda: desk.open(birth.code), lambda: desk.send(birth.code, whole(birth.spec))):
        assert ask()["Location"] == COUNTER
        assert said in text(desk.client.get(COUNTER))
    assert Submission.objects.count() == 0


def test_unknown_codes_are_not_found(desk: Reception) -> None:
    assert desk.open("9.999999").status_code == 404
    assert desk.send("9.999999", {}).status_code == 404


# --- choosing ------------------------------------------------------------------------------------


def test_choosing_by_everyday_words_by_use_and_by_reference(desk: Reception, birth: Procedure) -> None:
    SubmissionFactory(procedure=birth, agency=desk.officer.agency, at=State.SUBMITTED)
    link = f'<a href="{COUNTER}{birth.code}/">Đăng ký khai sinh</a>'
    assert desk.client.get(COUNTER).content.decode().count(link) == 1
    assert desk.client.get(COUNTER, {"q": "con moi de"}).content.decode().count(link) == 2
    assert "Không thấy thủ tục nào" in text(desk.client.get(COUNTER, {"q": "zzzz"}))
    assert birth.published is not None
    kept = kept_forms.keep(birth.published, {"child_name": ["NGUYỄN AN"]})
    spoken = kept.reference.lower().replace("-", " ")
    for typed in (kept.reference, spoken, f"http://localhost/to-khai/{kept.reference}/"):
        answer = desk.client.get(COUNTER, {"to-khai": typed})
        assert answer["Location"] == f"{COUNTER}{birth.code}/?to-khai={kept.reference}"
    assert "Không thấy tờ khai mã “HL7K-2M9Q”" in text(desk.client.get(COUNTER, {"to-khai": "HL7K-2M9Q"}))


def test_queries_of_choosing_do_not_grow(desk: Reception, django_assert_max_num_queries: Any) -> None:
    for _n in range(6):
        SubmissionFactory(procedure=ProcedureFactory(), agency=desk.officer.agency, at=State.SUBMITTED)
        desk.send(ProcedureFactory().code, {"counter-key": codes.token()}, "save")
    with django_assert_max_num_queries(14):
        assert desk.client.get(COUNTER, {"q": "khai sinh"}).status_code == 200


# --- filing --------------------------------------------------------------------------------------


def test_a_complete_page_is_received(desk: Reception, birth: Procedure) -> None:
    page = desk.open(birth.code)
    key = re.search(r'name="counter-key" value="([\w-]+)"', page.content.decode())
    assert key is not None
    filed = desk.entered(birth.code, whole(birth.spec, counter_key=key[1]))
    assert (filed.state, filed.channel, filed.draft_key) == (State.RECEIVED, "counter", key[1])
    assert (filed.entered_by, filed.agency) == (desk.officer, desk.officer.agency)
    assert (filed.applicant_name, filed.applicant_phone) == ("Đinh Thị Ngọc Ánh", "0912345678")
    assert birth.spec.form is not None
    assert dict(filed.answers) == spec.visible_answers(birth.spec.form, filed.answers)
    assert [line["name"] for line in filed.fees] == ["Lệ phí đăng ký khai sinh", "Phí cấp bản sao"]
    assert filed.papers_in == [
        {"key": "declaration", "originals": 1, "certified": 0, "copies": 0},
        {"key": "birth_proof", "originals": 1, "certified": 0, "copies": 0},
        {"key": "marriage_paper", "originals": 1, "certified": 0, "copies": 0},
        {"key": "identity", "seen": True},
    ]


def test_what_is_handed_over(desk: Reception, birth: Procedure) -> None:
    filed = desk.entered(birth.code, whole(birth.spec))
    page = desk.client.get(f"{COUNTER}{filed.pk}/xong/").content.decode()
    for mark, value in {
        "reference": filed.reference,
        "tracking-secret": filed.tracking_secret,
        "dossier-code": filed.dossier_code,
        "due-on": filed.due_on,
    }.items():
        assert f'data-{mark}="{value}"' in page
    assert f'href="/admin/submissions/submission/{filed.pk}/change/"' in page
    receipt = filed.papers.get(kind="receipt")
    assert f'data-paper="receipt" href="/admin/submissions/submission/{filed.pk}/giay-to/{receipt.pk}/"' in page
    assert "In giấy tiếp nhận và hẹn trả" in page
    assert "Nhập hồ sơ tiếp theo" in page
    citizen = Client()
    citizen.post("/tra-cuu/", {"ma": filed.reference, "ma-tra-cuu": filed.tracking_secret})
    own = citizen.get(f"/ho-so/{filed.reference}/")
    assert own.status_code == 200
    assert "cán bộ đã nhập vào cổng" in text(own)
    assert 'data-state="RECEIVED"' in own.content.decode()


def test_the_secret_is_shown_to_who_entered_it_on_that_day_only(desk: Reception, birth: Procedure) -> None:
    filed = desk.entered(birth.code, whole(birth.spec))
    address, record = f"{COUNTER}{filed.pk}/xong/", f"/admin/submissions/submission/{filed.pk}/change/"
    colleague, stranger = Reception(desk.officer.agency), Reception(AgencyFactory())
    assert colleague.client.get(address)["Location"] == record
    assert stranger.client.get(address).status_code == 404
    assert filed.tracking_secret not in desk.client.get(record).content.decode()
    Submission.objects.update(submitted_at=timezone.now() - datetime.timedelta(days=1))
    assert desk.client.get(address)["Location"] == record


def test_pressed_twice_is_filed_once(desk: Reception, birth: Procedure) -> None:
    typed = whole(birth.spec)
    one, two = desk.entered(birth.code, typed), desk.entered(birth.code, typed)
    three = desk.open(birth.code, nhap=KEY)
    assert one.pk == two.pk
    assert three["Location"] == f"{COUNTER}{one.pk}/xong/"
    assert [e.verb for e in Submission.objects.get().events.order_by("number")] == ["submit", "charge", "receive"]


@pytest.mark.django_db(transaction=True)
def test_a_new_page_sent_four_times_at_once_is_one_file() -> None:
    """Not even the draft is stored when the first of them arrives."""
    desk = Reception(AgencyFactory())
    birth = ProcedureFactory(content=document())
    typed = pressed(whole(birth.spec), "receive")
    clients = [Client() for _n in range(4)]
    for one in clients:
        one.force_login(desk.officer.user)
    answers = at_once(*[lambda c=c: c.post(f"{COUNTER}{birth.code}/", typed) for c in clients])
    filed = Submission.objects.get()
    assert [a["Location"] for a in answers] == [f"{COUNTER}{filed.pk}/xong/"] * 4
    assert [e.verb for e in filed.events.all()] == ["submit", "charge", "receive"]


def test_the_page_takes_few_queries(desk: Reception, birth: Procedure, django_assert_max_num_queries: Any) -> None:
    desk.open(birth.code)
    with django_assert_max_num_queries(12):
        desk.open(birth.code)
    desk.send(birth.code, whole(birth.spec) | {"document-birth_proof": picture()}, "save")
    with django_assert_max_num_queries(16):
        desk.open(birth.code, nhap=KEY)


def test_the_key_of_another_entry_opens_nothing(desk: Reception, birth: Procedure) -> None:
    """Neither a colleague's entry nor a citizen's draft can be reached or overwritten by its key."""
    citizens = SubmissionFactory(procedure=birth, agency=desk.officer.agency)
    colleague = Reception(desk.officer.agency)
    colleague.send(birth.code, person(applicant_name="Của Đồng Nghiệp") | {"counter-key": KEY}, "save")
    before = list(Submission.objects.order_by("pk").values("pk", "typed", "version"))
    for key in (KEY, citizens.draft_key):
        assert desk.open(birth.code, nhap=key).status_code == 404
        desk.send(birth.code, whole(birth.spec, counter_key=key))
    assert list(Submission.objects.order_by("pk").values("pk", "typed", "version")) == before


def test_by_post_with_the_hand_over_record(desk: Reception, birth: Procedure) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        late = {"counter_channel": "post", "counter_handed_on": "04/03/2026", "counter_handed_at": "16h30"}
        filed = desk.entered(birth.code, whole(birth.spec, **late))
    assert (filed.channel, filed.due_on) == ("post", datetime.date(2026, 3, 11))
    assert timezone.localtime(filed.received_at).isoformat() == "2026-03-04T16:30:00+07:00"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"counter_handed_on": "05/03/2026", "counter_handed_at": "9 giờ"}, "Bạn ghi giờ và phút, ví dụ 09:30."),
        ({"counter_handed_on": "05/03/2026", "counter_handed_at": "25:00"}, "Bạn ghi giờ và phút, ví dụ 09:30."),
        ({"counter_handed_on": "05/03/2026", "counter_handed_at": "09:01"}, "không thể ký sau lúc này"),
        ({"counter_handed_on": "03/02/2026", "counter_handed_at": "08:59"}, "cách nay quá 30 ngày"),
        ({"counter_handed_on": "06/03/2026", "counter_handed_at": "08:00"}, "không được sau ngày 05/03/2026"),
        ({"counter_handed_on": "", "counter_handed_at": ""}, "Ngày ký biên bản giao nhận với bưu điện"),
    ],
)
def test_a_hand_over_record_that_cannot_be(desk: Reception, birth: Procedure, given: dict[str, str], said: str) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        answer = desk.send(birth.code, whole(birth.spec, counter_channel="post", **given))
    assert said in " ".join(problems(answer))
    assert Submission.objects.get().state == State.DRAFT


def test_the_edges_of_the_hand_over_record(desk: Reception, birth: Procedure) -> None:
    for n, (day, at) in enumerate([("05/03/2026", "09:00"), ("03/02/2026", "09:00")]):
        with time_machine.travel(THURSDAY, tick=False):
            given = {"counter_channel": "post", "counter_handed_on": day, "counter_handed_at": at}
            filed = desk.entered(birth.code, whole(birth.spec, counter_key=f"{KEY}-{n}", **given))
        assert filed.state == State.RECEIVED


# --- what is lacking -----------------------------------------------------------------------------


def test_an_empty_page_names_everything_and_keeps_what_was_typed(desk: Reception, birth: Procedure) -> None:
    answer = desk.send(birth.code, {"counter-key": KEY, "counter-applicant_name": "Đinh Thị Ngọc Ánh"})
    page = answer.content.decode()
    said = " ".join(problems(answer))
    assert answer.status_code == 200
    for part in (
        "Số căn cước",
        "Họ, chữ đệm, tên của trẻ",
        "Chưa có “Tờ khai đăng ký khai sinh”",
        "Chưa có “Giấy chứng sinh”",
    ):
        assert part in said
    assert "Giấy tờ tùy thân" not in said
    assert 'value="Đinh Thị Ngọc Ánh"' in page
    links = re.findall(r'<a href="#([^"]+)">', page[: page.index("</ul>", page.index("error-summary"))])
    assert [link for link in links if page.count(f'id="{link}"') != 1] == []
    assert Submission.objects.get().state == State.DRAFT


def test_without_papers_it_is_refused_by_name_and_can_wait(desk: Reception, birth: Procedure) -> None:
    typed = whole(birth.spec, without=("birth_proof",))
    answer = desk.send(birth.code, typed)
    assert problems(answer) == ["Chưa có “Giấy chứng sinh”. Đánh dấu “Đã nhận” kèm số bản, hoặc đính kèm bản quét."]
    filed = desk.entered(birth.code, typed, "file")
    assert (filed.state, filed.dossier_code) == (State.SUBMITTED, None)
    page = desk.client.get(f"{COUNTER}{filed.pk}/xong/").content.decode()
    assert "<li>Giấy chứng sinh</li>" in page
    assert f'href="/admin/submissions/submission/{filed.pk}/request_supplement/"' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"paper-birth_proof-in": "", "paper-birth_proof-originals": "1"}, "mà chưa đánh dấu “Đã nhận”"),
        ({"paper-birth_proof-originals": ""}, "mà chưa ghi số bản chính"),
        ({"paper-birth_proof-originals": "0", "paper-birth_proof-copies": "0"}, "mà chưa ghi số bản chính"),
        ({"paper-birth_proof-originals": "-1"}, "là một số từ 0 đến 99"),
        ({"paper-birth_proof-originals": "100"}, "là một số từ 0 đến 99"),
        ({"paper-birth_proof-originals": "một"}, "là một số từ 0 đến 99"),
        ({"paper-birth_proof-originals": "²"}, "là một số từ 0 đến 99"),
    ],
)
@pytest.mark.parametrize("button", ["receive", "file"])
def test_a_checklist_that_contradicts_itself(
    desk: Reception, birth: Procedure, typed: dict[str, str], said: str, button: str
) -> None:
    answer = desk.send(birth.code, whole(birth.spec) | typed, button)
    assert len(problems(answer)) == 1
    assert said in problems(answer)[0]
    assert Submission.objects.get().state == State.DRAFT


def test_99_copies_and_a_note_are_kept(desk: Reception, birth: Procedure) -> None:
    more = {
        "paper-birth_proof-copies": "99",
        "paper-birth_proof-originals": "",
        "paper-birth_proof-note": " bìa  rách ",
    }
    filed = desk.entered(birth.code, whole(birth.spec) | more)
    row = {"key": "birth_proof", "originals": 0, "certified": 0, "copies": 99, "note": "bìa rách"}
    assert row in filed.papers_in
    record = text(desk.client.get(f"/admin/submissions/submission/{filed.pk}/change/"))
    assert "99 bản chụp; bìa rách" in record
    assert "đã xem bản chính" in record
    assert f"({desk.officer} nhập)" in record


# --- scans ---------------------------------------------------------------------------------------


def test_scans_are_kept_over_an_error_page_and_can_be_removed(desk: Reception, birth: Procedure) -> None:
    typed = whole(birth.spec, without=("birth_proof",), counter_applicant_name="")
    answer = desk.send(birth.code, typed | {"document-birth_proof": picture(), "document-identity": picture()})
    assert "ảnh.png" in text(answer)
    scans = {a.key: a for a in Attachment.objects.all()}
    assert set(scans) == {"birth_proof", "identity"}
    desk.client.post(f"{COUNTER}{birth.code}/", typed | {"remove-file": str(scans["identity"].pk)})
    assert [a.key for a in Attachment.objects.all()] == ["birth_proof"]
    filed = desk.entered(birth.code, whole(birth.spec, without=("birth_proof",)))
    assert filed.state == State.RECEIVED


def test_a_refused_scan_says_why_and_loses_nothing(desk: Reception, birth: Procedure) -> None:
    broken = SimpleUploadedFile("hỏng.jpg", b"khong phai anh")
    answer = desk.send(birth.code, whole(birth.spec) | {"document-birth_proof": broken})
    assert len(problems(answer)) == 1
    assert "hỏng.jpg" in problems(answer)[0]
    assert Submission.objects.get().state == State.DRAFT
    assert desk.entered(birth.code, whole(birth.spec)).state == State.RECEIVED


def test_a_scan_of_another_submission_is_not_removed(desk: Reception, birth: Procedure) -> None:
    other = SubmissionFactory(at=State.SUBMITTED).attachments.get()
    desk.client.post(f"{COUNTER}{birth.code}/", {"counter-key": KEY, "remove-file": str(other.pk)})
    desk.client.post(f"{COUNTER}{birth.code}/", {"counter-key": KEY, "remove-file": "x"})
    assert Attachment.objects.filter(pk=other.pk).exists()


# --- representatives -----------------------------------------------------------------------------

FOR_OTHER = {
    "counter_filed_for_other": "on",
    "counter_owner_name": "Trần Văn Cụ",
    "counter_owner_relation": "con",
    "counter_owner_id_number": "042045001234",
    "counter_owner_address": "Thôn 3",
    "counter_authority": "Giấy ủy quyền số 12",
}


def test_a_representative_is_kept_with_relation_and_authority(desk: Reception, birth: Procedure) -> None:
    filed = desk.entered(birth.code, whole(birth.spec, **FOR_OTHER) | {"document-_authority": picture()})
    stored = {k.removeprefix("counter_"): getattr(filed, k.removeprefix("counter_")) for k in FOR_OTHER}
    assert stored == {k.removeprefix("counter_"): v for k, v in FOR_OTHER.items()} | {"filed_for_other": True}
    assert [(a.purpose, a.key) for a in filed.attachments.all()] == [("authority", "_authority")]
    record = text(desk.client.get(f"/admin/submissions/submission/{filed.pk}/change/"))
    for part in ("Trần Văn Cụ", "(người nộp là: con)", "042045001234", "Giấy ủy quyền số 12", "ảnh.png"):
        assert part in record
    citizen = Client()
    citizen.post("/tra-cuu/", {"ma": filed.reference, "ma-tra-cuu": filed.tracking_secret})
    own = text(citizen.get(f"/ho-so/{filed.reference}/"))
    assert "Giấy ủy quyền số 12" in own


def test_the_authority_must_be_named(desk: Reception, birth: Procedure) -> None:
    answer = desk.send(birth.code, whole(birth.spec, **FOR_OTHER | {"counter_authority": ""}))
    assert len(problems(answer)) == 1
    assert "Giấy tờ cho thấy được nộp thay" in problems(answer)[0]


def test_an_authority_that_nobody_claims_is_not_filed(desk: Reception, birth: Procedure) -> None:
    scan = {"document-_authority": picture()}
    filed = desk.entered(birth.code, whole(birth.spec, counter_owner_name="Trần Văn Cụ") | scan)
    assert (filed.owner_name, filed.attachments.count()) == ("", 0)


def test_who_has_no_telephone(desk: Reception, birth: Procedure) -> None:
    answer = desk.send(birth.code, whole(birth.spec, counter_applicant_phone=""))
    assert len(problems(answer)) == 1
    filed = desk.entered(birth.code, whole(birth.spec, counter_applicant_phone="", counter_no_phone="on"))
    assert filed.applicant_phone == ""
    assert "Điện thoại không có" in text(desk.client.get(f"/admin/submissions/submission/{filed.pk}/change/"))


def test_the_result_goes_by_post_to_the_applicant_unless_somebody_else_is_named(desk: Reception) -> None:
    wanted = ProcedureFactory(level=4, content=document(result={"name": "Giấy", "delivery": ["buu_chinh"]}))
    filed = desk.entered(wanted.code, whole(wanted.spec, counter_delivery="post"))
    assert (filed.delivery, filed.delivery_name) == ("post", "Đinh Thị Ngọc Ánh")
    assert (filed.delivery_phone, filed.delivery_address) == ("0912345678", values.ADDRESS)
    other = {"counter_delivery": "post", "counter_delivery_name": "Trần Văn Nhận", "counter_key": KEY + "-2"}
    assert desk.entered(wanted.code, whole(wanted.spec, **other)).delivery_name == "Trần Văn Nhận"


# --- unfinished entries --------------------------------------------------------------------------


def test_an_unfinished_entry_is_found_again(desk: Reception, birth: Procedure) -> None:
    typed = whole(birth.spec, counter_sets="2") | {"paper-birth_proof-note": "xem lại"}
    answer = desk.send(birth.code, typed, "save")
    assert answer["Location"] == f"{COUNTER}{birth.code}/?nhap={KEY}"
    assert "Đăng ký khai sinh · Đinh Thị Ngọc Ánh" in text(desk.client.get(COUNTER))
    page = desk.client.get(answer["Location"]).content.decode()
    for value in ("Nguyễn Thị Ánh Tuyết", "xem lại", "Đinh Thị Ngọc Ánh"):
        assert f'value="{value}"' in page
    draft = Submission.objects.get()
    assert (draft.entered_by, draft.channel, draft.state) == (desk.officer, "counter", State.DRAFT)
    assert "Đinh Thị" not in text(Reception(desk.officer.agency).client.get(COUNTER))
    desk.send(birth.code, {"counter-key": KEY}, "discard")
    assert Submission.objects.count() == 0


def test_unfinished_entries_are_nobody_elses(desk: Reception, birth: Procedure, client: Client) -> None:
    desk.send(birth.code, whole(birth.spec) | {"document-birth_proof": picture()}, "save")
    draft = Submission.objects.get()
    step = f"/nop-ho-so/{birth.code}/{draft.draft_key}/nguoi-nop/"
    for browser in (client, desk.client):
        assert browser.get(step).status_code == 404
        assert "Đinh Thị" not in text(browser.get("/tai-khoan/"))
    assert desk.client.get(f"/admin/submissions/submission/{draft.pk}/change/").status_code == 404
    assert desk.client.get(f"/admin/submissions/submission/{draft.pk}/note/").status_code == 404


def test_unfinished_entries_are_purged_like_drafts(
    desk: Reception, birth: Procedure, django_capture_on_commit_callbacks: Any
) -> None:
    desk.send(birth.code, whole(birth.spec) | {"document-birth_proof": picture()}, "save")
    stored = str(Attachment.objects.get().file.name)
    later = timezone.now() + datetime.timedelta(days=settings.DRAFT_DAYS)
    assert filing.delete_expired(later - datetime.timedelta(minutes=1)) == (0, 0)
    with django_capture_on_commit_callbacks(execute=True):
        assert filing.delete_expired(later + datetime.timedelta(minutes=1)) == (1, 1)
    assert Submission.objects.count() == 0
    assert not default_storage.exists(stored)


def test_a_form_published_meanwhile_is_shown_before_anything_is_filed(desk: Reception, birth: Procedure) -> None:
    desk.send(birth.code, whole(birth.spec) | {"document-birth_proof": picture()}, "save")
    form = document()["form"]
    form["sections"][0]["fields"].append({"key": "weight", "label": "Cân nặng", "kind": "integer", "required": True})
    publish(birth, document(form=form, code=birth.code))
    answer = desk.send(birth.code, whole(birth.spec))
    page = text(desk.client.get(answer["Location"]))
    assert "Biểu mẫu của thủ tục này vừa có bản mới" in page
    assert "Cân nặng" in page
    draft = Submission.objects.get()
    assert (draft.state, draft.attachments.count()) == (State.DRAFT, 1)
    assert desk.entered(birth.code, whole(birth.spec, weight="3", counter_key=KEY)).answers["weight"] == 3


def test_two_tabs_do_not_overwrite_each_other(desk: Reception, birth: Procedure) -> None:
    desk.send(birth.code, whole(birth.spec), "save")
    desk.send(birth.code, whole(birth.spec, counter_applicant_name="Tên Ở Thẻ Một", counter_version="1"), "save")
    late = whole(birth.spec, counter_applicant_name="Tên Ở Thẻ Hai", counter_version="1")
    answer = desk.send(birth.code, late, "save")
    assert "vừa được lưu ở nơi khác" in text(answer)
    assert 'value="Tên Ở Thẻ Hai"' in answer.content.decode()
    assert Submission.objects.get().typed["applicant"]["counter-applicant_name"] == ["Tên Ở Thẻ Một"]
    desk.send(birth.code, late | {"counter-version": "2"}, "save")
    assert Submission.objects.get().typed["applicant"]["counter-applicant_name"] == ["Tên Ở Thẻ Hai"]


def test_rows_are_added_and_removed_without_script(desk: Reception, birth: Procedure) -> None:
    typed = whole(birth.spec) | {"siblings-TOTAL_FORMS": "1"}
    answer = desk.client.post(f"{COUNTER}{birth.code}/", typed | {"add-siblings": "1"})
    assert answer["Location"].endswith(f"?nhap={KEY}#id_siblings")
    assert 'name="siblings-1-sibling_name"' in desk.client.get(answer["Location"]).content.decode()
    desk.client.post(f"{COUNTER}{birth.code}/", typed | {"siblings-TOTAL_FORMS": "2", "remove-siblings": "1"})
    assert Submission.objects.get().typed["form"]["siblings-TOTAL_FORMS"] == ["1"]


# --- kept forms ----------------------------------------------------------------------------------


def test_a_kept_form_comes_filled_and_is_marked_when_filed(desk: Reception, birth: Procedure) -> None:
    assert birth.published is not None
    kept = kept_forms.keep(birth.published, {"child_name": ["NGUYỄN BẢO AN"]})
    page = desk.open(birth.code, to_khai=kept.reference).content.decode()
    assert 'value="NGUYỄN BẢO AN"' in page
    hidden = dict(re.findall(r'<input type="hidden" name="(counter-[\w-]+)" value="([^"]*)"', page))
    desk.entered(birth.code, whole(birth.spec, child_name="NGUYỄN BẢO AN") | hidden)
    kept.refresh_from_db()
    assert kept.used_at is not None


def test_a_kept_form_of_another_procedure_or_too_old_is_said(desk: Reception, birth: Procedure) -> None:
    other = ProcedureFactory()
    assert other.published is not None
    kept = kept_forms.keep(other.published, {"child_name": ["NGUYỄN BẢO AN"]})
    for reference in (kept.reference, "XXXX-XXXX"):
        answer = desk.open(birth.code, to_khai=reference)
        assert "của thủ tục khác, hoặc đã quá hạn giữ" in text(answer)
        assert "NGUYỄN BẢO AN" not in answer.content.decode()


# --- edges ---------------------------------------------------------------------------------------


def test_paused_procedures_say_so(desk: Reception, birth: Procedure) -> None:
    Procedure.objects.update(status="paused", status_reason="Bảo trì biểu mẫu.")
    assert "vẫn nhận tại quầy" in text(desk.open(birth.code))
    assert desk.entered(birth.code, whole(birth.spec)).state == State.RECEIVED


def test_rough_input_never_breaks_the_page(desk: Reception, birth: Procedure) -> None:
    names = [*whole(birth.spec), "counter-version", "document-birth_proof", "remove-file", "add-siblings"]
    for rough in ("\0", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "x" * 30_000, "../", "٣"):
        typed = {name: rough for name in names if name != "counter-key"} | {"counter-key": codes.token()}
        for button in ("receive", "save"):
            assert desk.client.post(f"{COUNTER}{birth.code}/", pressed(typed, button)).status_code in (200, 302)
    assert desk.client.get(f"{COUNTER}{birth.code}/?nhap=%00").status_code == 404
    assert desk.client.get(f"{COUNTER}?q=%00&to-khai=%00").status_code == 200
    assert not Submission.objects.filed().exists()
