"""Photos on the pages: warnings beside a file, their order, small pictures for the owner, previews for officers."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from portal.lib import photos as process
from submissions import photos, tasks
from submissions.models import Attachment, Submission
from submissions.states import State
from tests import factories, pictures
from tests.portal.test_photo_worker import _take_places
from tests.submissions import test_access
from tests.submissions.citizen import Citizen, text
from tests.submissions.test_admin import login, page, record
from tests.submissions.test_photos import attach, combined, decided, filed, purge, sources
from tests.submissions.test_supplement_page import Asked

pytestmark = pytest.mark.django_db
PAPER = "document-birth_proof"


@pytest.fixture
def citizen() -> Citizen:
    return Citizen()


def upload(name: str, content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or pictures.photo())


def blurred() -> bytes:
    return pictures.encoded(pictures.blurred(pictures.page(), 5))


def dark() -> bytes:
    return pictures.encoded(pictures.dimmed(pictures.page(), 0.2))


def names(citizen: Citizen) -> list[str]:
    return [a.name for a in citizen.draft.attachments.all()]


def files_of(html: str) -> list[str]:
    """The files of the page, in the order in which they are shown."""
    return re.findall(r'<li class="cluster">.*?>([^<>]+\.\w+)</a>', html, re.DOTALL)


# --- warnings ------------------------------------------------------------------------------------

BLURRED = "Ảnh “a.jpg” có vẻ bị mờ. Bạn xem lại; nếu không đọc rõ chữ thì chụp lại."
DARK = "Ảnh “b.jpg” có vẻ bị tối. Bạn xem lại; nếu không đọc rõ chữ thì chụp lại ở chỗ sáng hơn."


def test_a_doubtful_photo_is_taken_and_the_page_asks_to_look_again(citizen: Citizen) -> None:
    sent = {PAPER: [upload("a.jpg", blurred()), upload("b.jpg", dark()), upload("c.jpg")]}
    assert citizen.post("giay-to", sent, "upload").status_code == 302
    assert [a.doubts for a in citizen.draft.attachments.all()] == [["blurred"], ["dark"], []]
    html = citizen.get("giay-to").content.decode()
    assert re.findall(r'<p class="field-warning">([^<]+)</p>', html) == [BLURRED, DARK]
    assert 'role="alert"' not in html


def test_a_person_who_goes_straight_on_hears_it_on_the_next_page(citizen: Citizen) -> None:
    answer = citizen.post("giay-to", {PAPER: upload("a.jpg", blurred())})
    assert answer.status_code == 302
    assert answer.url.endswith("/nhan-ket-qua/")
    assert BLURRED in text(citizen.client.get(answer.url))
    assert BLURRED not in text(citizen.client.get(answer.url))


def test_a_doubtful_photo_can_be_filed(citizen: Citizen) -> None:
    citizen.fill(but="giay-to")
    citizen.post("giay-to", {PAPER: upload("a.jpg", blurred())})
    citizen.send()
    assert citizen.now().state == State.SUBMITTED


def test_a_doubtful_photo_of_an_answer_is_named_too() -> None:
    asked = Asked()
    asked.post("upload", document__birth_proof=upload("a.jpg", blurred()))
    assert BLURRED in text(asked.get())
    assert asked.post("submit").status_code == 302
    assert asked.now().state == State.SUBMITTED


def test_officers_see_the_doubt_at_the_file(client: Client) -> None:
    submission = filed("image/jpeg")
    sources(submission)[0].doubts = ["blurred"]
    Attachment.objects.filter(pk=sources(submission)[0].pk).update(doubts=["blurred", "dark"])
    html = page(login(client, submission), record(submission))
    assert re.findall(r'<span class="tag tag-warning">(ảnh [^<]+)</span>', html) == ["ảnh có vẻ mờ", "ảnh có vẻ tối"]


# --- order ---------------------------------------------------------------------------------------


def test_photos_are_moved_up_and_down_without_script(citizen: Citizen) -> None:
    citizen.post(
        "giay-to", {PAPER: [upload(n, pictures.photo(i)) for i, n in enumerate(("1.jpg", "2.jpg", "3.jpg"))]}, "upload"
    )
    pk = {a.name: str(a.pk) for a in citizen.draft.attachments.all()}
    for button, name, order in (
        ("file-up", "3.jpg", ["1.jpg", "3.jpg", "2.jpg"]),
        ("file-down", "1.jpg", ["3.jpg", "1.jpg", "2.jpg"]),
        ("file-up", "3.jpg", ["3.jpg", "1.jpg", "2.jpg"]),
        ("file-down", "2.jpg", ["3.jpg", "1.jpg", "2.jpg"]),
    ):
        answer = citizen.client.post(citizen.url("giay-to"), {button: pk[name]})
        assert (answer.status_code, answer.url) == (302, citizen.url("giay-to"))
        assert names(citizen) == order
        assert files_of(citizen.get("giay-to").content.decode()) == order


def test_the_first_has_no_button_up_and_the_last_none_down(citizen: Citizen) -> None:
    citizen.post("giay-to", {PAPER: [upload("1.jpg"), upload("2.jpg", pictures.photo(2))]}, "upload")
    first, last = (str(a.pk) for a in citizen.draft.attachments.all())
    html = citizen.get("giay-to").content.decode()
    assert re.findall(r'name="file-(\w+)" value="(\d+)"', html) == [("down", first), ("up", last)]


def test_a_file_moves_among_those_of_its_own_paper_only(citizen: Citizen) -> None:
    citizen.post("giay-to", {PAPER: upload("1.jpg"), "document-identity": upload("2.jpg")}, "upload")
    one, two = citizen.draft.attachments.order_by("pk")
    citizen.client.post(citizen.url("giay-to"), {"file-down": one.pk})
    assert [(a.order, a.key) for a in citizen.draft.attachments.order_by("pk")] == [(0, one.key), (0, two.key)]
    stranger = factories.AttachmentFactory(order=7)
    citizen.client.post(citizen.url("giay-to"), {"file-up": stranger.pk})
    stranger.refresh_from_db()
    assert stranger.order == 7


def test_photos_of_an_answer_are_moved_too() -> None:
    asked = Asked()
    asked.post("upload", document__birth_proof=[upload("1.jpg"), upload("2.jpg", pictures.photo(2))])
    second = asked.request.attachments.get(name="2.jpg")
    asked.client.post(asked.url, {"file-up": str(second.pk)})
    assert [a.name for a in asked.request.attachments.all()] == ["2.jpg", "1.jpg"]


# --- small pictures for the owner ----------------------------------------------------------------


def test_the_owner_sees_small_pictures_of_photos_and_nobody_else_does(citizen: Citizen) -> None:
    citizen.post("giay-to", {PAPER: [upload("1.jpg"), upload("2.pdf", pictures.pdf())]}, "upload")
    photo, _scan = citizen.draft.attachments.all()
    (address,) = re.findall(r'<img class="thumb" src="([^"]+)"', citizen.get("giay-to").content.decode())
    assert address == f"{citizen.url('tep')}{photo.pk}/trang/1.webp?nho=1"
    answer = citizen.client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "private, max-age=1800"
    assert max(Image.open(io.BytesIO(answer.content)).size) == process.SMALL
    assert Client().get(address).status_code == 404
    citizen.fill()
    citizen.send()
    assert citizen.client.get(address).status_code == 404
    filed_at = f"/ho-so/{citizen.now().reference}/tep/{photo.pk}/trang/1.webp"
    assert citizen.client.get(filed_at).status_code == 200
    assert Client().get(filed_at).status_code == 404
    assert Client().post(filed_at).status_code == 405


def test_looking_at_an_upload_leaves_its_small_picture_ready(citizen: Citizen, monkeypatch: Any) -> None:
    citizen.post("giay-to", {PAPER: upload("1.heic", pictures.photo(kind="HEIC"))}, "upload")
    monkeypatch.setattr(process, "WORKER", process.WORKER.with_name("nothing.py"))
    (photo,) = citizen.draft.attachments.all()
    assert citizen.client.get(f"{citizen.url('tep')}{photo.pk}/trang/1.webp?nho=1").status_code == 200


def test_an_officer_who_takes_the_citizen_s_address_sees_the_mark(client: Client) -> None:
    submission = filed("image/jpeg")
    address = f"/ho-so/{submission.reference}/tep/{sources(submission)[0].pk}/trang/1.webp"
    own = test_access.login(submission).get(address).content
    assert login(client, submission).get(address).content != own
    assert Image.open(io.BytesIO(own)).size == (620, 877)


# --- the combined PDF ----------------------------------------------------------------------------


def test_the_citizen_keeps_the_originals_and_gets_the_combined_pdf() -> None:
    submission = filed()
    browser = test_access.login(submission)
    address = f"/ho-so/{submission.reference}/"
    assert "Bản ghép" not in text(browser.get(address))
    tasks.combine_photos()
    html = browser.get(address).content.decode()
    (made,) = combined(submission)
    assert f'<a href="{address}tep/{made.pk}/">Bản ghép từ ảnh (PDF, 2 trang)</a>' in html
    assert all(f'href="{address}tep/{a.pk}/"' in html for a in sources(submission))
    answer = browser.get(f"{address}tep/{made.pk}/")
    assert (answer["Content-Type"], b"".join(answer.streaming_content)[:5]) == ("application/pdf", b"%PDF-")
    assert Client().get(f"{address}tep/{made.pk}/").status_code == 404


def test_a_deleted_original_answers_with_the_combined_pdf(client: Client, settings: Any) -> None:
    settings.PHOTO_ORIGINAL_DAYS = 0
    submission = decided(1)
    purge()
    photo, made = sources(submission)[0], combined(submission)[0]
    owner = f"/ho-so/{submission.reference}/tep/"
    desk = f"/admin/submissions/submission/{submission.pk}/tep/"
    for browser, place in ((test_access.login(submission), owner), (login(client, submission), desk)):
        answer = browser.get(f"{place}{photo.pk}/")
        assert answer.status_code == 410
        assert "Ảnh gốc đã được thay bằng bản ghép" in text(answer)
        assert f'href="{place}{made.pk}/"' in answer.content.decode()
        kept = browser.get(f"{place}{made.pk}/")
        assert b"".join(kept.streaming_content)[:5] == b"%PDF-"
        assert browser.get(f"{place}{photo.pk}/trang/1.webp").status_code == 404
    assert "ảnh 1.jpg" in text(test_access.login(submission).get(f"/ho-so/{submission.reference}/"))


# --- officers ------------------------------------------------------------------------------------


def previews(html: str) -> list[tuple[int, int]]:
    """File and page of every small picture on the record."""
    return [(int(f), int(n)) for f, n in re.findall(r'<img src="[^"]*/tep/(\d+)/trang/(\d+)\.webp\?nho=1"', html)]


def test_the_record_shows_pages_then_the_combined_pdf_then_the_originals_folded(client: Client) -> None:
    submission = filed()
    login(client, submission)
    birth, photo, other = (sources(submission, "birth_proof")[0], *sources(submission))
    assert previews(page(client, record(submission))) == [(birth.pk, 1), (photo.pk, 1), (other.pk, 1)]
    tasks.combine_photos()
    (made,) = combined(submission)
    html = page(client, record(submission))
    assert previews(html) == [(birth.pk, 1), (made.pk, 1), (made.pk, 2)]
    assert "Tải bản ghép (PDF, 2 trang)" in html
    folded = html.split('<details class="originals">')[1].split("</details>")[0]
    assert "Ảnh gốc (2 tệp)" in folded
    assert ("ảnh 1.jpg" in folded, "ảnh 2.jpg" in folded) == (True, True)


def test_a_long_pdf_shows_its_first_pages_and_the_way_to_the_others(client: Client) -> None:
    submission = factories.SubmissionFactory(at=State.SUBMITTED)
    scan = attach(submission, content_type="application/pdf", data=pictures.pdf(30), pages=30)
    html = page(login(client, submission), record(submission))
    assert [n for f, n in previews(html) if f == scan.pk] == list(range(1, 13))
    assert f"/tep/{scan.pk}/trang/13/" in html
    assert "Xem tiếp, cả tệp 30 trang" in html
    last = page(client, f"/admin/submissions/submission/{submission.pk}/tep/{scan.pk}/trang/30/")
    assert ("Trang 30/30" in last, "trang/29/" in last, "trang/31" in last) == (True, True, False)
    for number in (0, 31):
        address = f"/admin/submissions/submission/{submission.pk}/tep/{scan.pk}/trang/{number}"
        assert [client.get(address + end).status_code for end in ("/", ".webp")] == [404, 404]


def address_of(submission: Submission, file: Attachment) -> str:
    return f"/admin/submissions/submission/{submission.pk}/tep/{file.pk}/trang/1.webp"


def test_a_preview_is_for_officers_of_the_own_agency_only(client: Client) -> None:
    submission = filed("image/jpeg")
    (photo,) = sources(submission)
    address = address_of(submission, photo)
    answer = login(client, submission).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "private, max-age=1800"
    assert Image.open(io.BytesIO(answer.content)).format == "WEBP"
    other = filed("image/jpeg")
    stranger = login(Client(), other)
    for end in (".webp", "/"):
        place = address.removesuffix(".webp") + end
        assert stranger.get(place).status_code == 404
        assert Client().get(place).status_code == 302
    assert client.get(address_of(other, sources(other)[0])).status_code == 404
    assert client.get(address_of(other, photo)).status_code == 404


def test_files_that_officers_may_not_see_have_no_preview(client: Client) -> None:
    asked = Asked()
    asked.post("upload", document__birth_proof=upload("a.jpg"))
    unsent = asked.request.attachments.get()
    login(client, asked.submission)
    assert client.get(address_of(asked.submission, unsent)).status_code == 404
    assert (unsent.pk, 1) not in previews(page(client, record(asked.submission)))
    draft = factories.SubmissionFactory(agency=asked.submission.agency)
    assert client.get(address_of(draft, attach(draft))).status_code == 404


def test_identity_papers_carry_the_code_in_previews_and_others_do_not(client: Client) -> None:
    submission = filed("image/jpeg")
    birth = attach(submission, 1, key="birth_proof")
    (photo,) = sources(submission)
    login(client, submission)
    plain, marked = (client.get(address_of(submission, f)).content for f in (birth, photo))
    assert plain == photos.preview(birth, 1, small=False)
    assert marked == photos.preview(photo, 1, small=False, mark=submission.reference or "")
    assert marked != plain


def test_a_preview_that_cannot_be_drawn_now_asks_to_try_again(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = filed("image/jpeg")
    monkeypatch.setattr(process, "PREVIEW_WAIT", 0.05)
    places = _take_places(settings, "photo-preview")
    answer = login(client, submission).get(address_of(submission, sources(submission)[0]))
    assert (answer.status_code, answer["Retry-After"]) == (503, "120")
    assert "Bạn hãy tải lại trang sau ít giây." in text(answer)
    for place in places:
        place.close()


@pytest.mark.parametrize("count", [1, 8])
def test_previews_cost_no_query_a_file(client: Client, count: int, django_assert_max_num_queries: Any) -> None:
    submission = filed(*["image/jpeg"] * count)
    tasks.combine_photos()
    login(client, submission)
    with django_assert_max_num_queries(20):
        page(client, record(submission))
    browser = test_access.login(submission)
    with django_assert_max_num_queries(10):
        browser.get(f"/ho-so/{submission.reference}/")
