"""Uploads and downloads on a real S3 server: what is kept there, who gets it, and what people read when it is down."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

import portal.settings
from portal.lib.bucket import BucketError
from submissions import files, photos, rules, workflow
from submissions.management.commands import purge_expired
from submissions.models import Attachment, Submission
from submissions.states import State
from tests import factories, journey, pictures, values
from tests.s3 import BUCKET, PORTAL, Weed, anonymous, weed
from tests.servers import database_url, wait_for
from tests.services import free_port
from tests.submissions.citizen import CHILD, Citizen, mends, picture, text
from tests.submissions.test_supplement_page import Asked

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("s3"), pytest.mark.django_db]
NAME = "Ảnh chụp giấy tờ.jpg"
ENCODED = "%E1%BA%A2nh%20ch%E1%BB%A5p%20gi%E1%BA%A5y%20t%E1%BB%9D.jpg"
NOT_STORED = "Cổng chưa lưu được tệp “ảnh.png”. Bạn hãy thử lại sau ít phút; những gì đã khai vẫn còn."
NOT_OPENED = "Cổng chưa mở được tệp này. Bạn hãy thử lại sau ít phút."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    with weed(tmp_path_factory.mktemp("s3")) as running:
        yield running


def use(settings: Any, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """The portal's own storage settings for an environment."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(portal.settings, "S3_BUCKET", environment["S3_BUCKET"])
    settings.STORAGES = {**settings.STORAGES, "default": portal.settings._file_storage()}


@pytest.fixture(autouse=True)
def bucket(server: Weed, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Weed:
    server.empty()
    use(settings, monkeypatch, server.environment())
    return server


def filed(client: Client, **plan: Any) -> Submission:
    """Files over the pages, as a citizen does."""
    ward, procedure = factories.AgencyFactory(), factories.ProcedureFactory()
    visitor = journey.DjangoVisitor(client)
    page = journey.file(visitor, journey.Plan(procedure.published.spec, agency=ward.slug, **plan))
    assert page.status == 200
    return Submission.objects.get(reference=page.mark("reference"))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


# --- what is kept --------------------------------------------------------------------------------


def test_a_filing_is_stored_whole_under_random_keys_that_tell_nothing(server: Weed) -> None:
    photo = values.photo()
    submission = filed(Client(), photo=photo)
    rows = list(submission.attachments.all())
    assert {a.key for a in rows} == {"birth_proof", "marriage_paper"}
    assert server.objects() == {a.file.name: a.size for a in rows}
    for row in rows:
        assert (row.size, row.sha256) == (len(photo), hashlib.sha256(photo).hexdigest())
        assert server.content(row.file.name) == photo
        assert re.fullmatch(r"attachments/20\d\d/[01]\d/[\w-]{16,}", row.file.name)
        about = server.owner.head_object(Bucket=BUCKET, Key=row.file.name)
        assert (about["Metadata"], about["ContentType"]) == ({}, "application/octet-stream")
        assert "ContentDisposition" not in about


@pytest.mark.parametrize("kind", ["text/html", "ảnh/nhé", "a\tb", "x" * 3000])
def test_what_the_browser_calls_a_file_does_not_reach_the_bucket(server: Weed, kind: str) -> None:
    upload = SimpleUploadedFile("ảnh.png", values.photo(8, 8, kind="PNG"), content_type=kind)
    row = files.accept(upload, submission=factories.SubmissionFactory(), key="birth_proof")
    about = server.owner.head_object(Bucket=BUCKET, Key=row.file.name)
    assert (row.content_type, about["ContentType"]) == ("image/png", "application/octet-stream")


# --- who gets it ---------------------------------------------------------------------------------


def test_the_citizen_and_the_officer_get_the_same_bytes_from_the_portal_itself(server: Weed) -> None:
    citizen, desk, photo = Client(), Client(), values.photo()
    submission = filed(citizen, photo=photo)
    desk.force_login(factories.OfficerFactory(agency=submission.agency).user)
    row = submission.attachments.first()
    page = f"/ho-so/{submission.reference}/tep/{row.pk}/"
    for client, address in [
        (citizen, page),
        (desk, page),
        (desk, f"/admin/submissions/submission/{submission.pk}/tep/{row.pk}/"),
    ]:
        for query, way in [("", "inline"), ("?tai-ve=1", "attachment")]:
            answer = client.get(address + query)
            assert answer.status_code == 200
            assert "Location" not in answer
            assert server.url not in str(answer.headers)
            assert body(answer) == photo
            assert answer["Content-Length"] == str(len(photo))
            assert answer["Content-Type"] == "image/jpeg"
            assert answer["Content-Disposition"] == f"{way}; filename*=utf-8''{ENCODED}"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "no-store" in answer["Cache-Control"]


def test_no_page_shows_an_address_of_the_bucket(server: Weed) -> None:
    citizen, desk = Client(), Client()
    submission = filed(citizen)
    desk.force_login(factories.OfficerFactory(agency=submission.agency).user)
    keys = [a.file.name for a in submission.attachments.all()]
    for client, address in [
        (citizen, f"/ho-so/{submission.reference}/"),
        (desk, f"/admin/submissions/submission/{submission.pk}/change/"),
    ]:
        html = client.get(address).content.decode()
        assert NAME in html
        assert [secret for secret in (server.url, f"/{BUCKET}/{files.FOLDER}", *keys) if secret in html] == []


def test_another_session_and_another_ward_get_nothing() -> None:
    submission = filed(Client())
    other = Client()
    other.force_login(factories.OfficerFactory().user)
    row = submission.attachments.first()
    page = f"/ho-so/{submission.reference}/tep/{row.pk}/"
    desk = f"/admin/submissions/submission/{submission.pk}/tep/{row.pk}/"
    assert [Client().get(page).status_code, other.get(page).status_code, other.get(desk).status_code] == [404] * 3


def test_the_bucket_is_private_and_refuses_a_changed_link(server: Weed) -> None:
    name = default_storage.save(f"{files.FOLDER}/2026/01/thu", ContentFile(b"noi dung"))
    link = default_storage.url(name)
    assert anonymous(link) == (200, b"noi dung")
    signature = re.search(r"X-Amz-Signature=(\w)", link)
    assert signature
    wrong = "0" if signature.group(1) != "0" else "1"
    assert anonymous(link.replace(signature.group(0), f"X-Amz-Signature={wrong}"))[0] == 403
    assert anonymous(link.replace("/thu?", "/khac?"))[0] == 403
    assert anonymous(link.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000"))[0] == 403
    assert anonymous(link.split("?")[0])[0] == 403
    assert anonymous(f"{server.url}/{BUCKET}/?list-type=2")[0] == 403


# --- down ----------------------------------------------------------------------------------------

WRONG = {
    "wrong secret": {"S3_SECRET_KEY": "khong-phai-khoa-nay"},
    "unknown key": {"S3_ACCESS_KEY": "khong-co"},
    "no such bucket": {"S3_BUCKET": "khong-co"},
    "nobody there": {"S3_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"},
}
with_photo = factories.document()
with_photo["form"]["sections"][0]["fields"].append({"key": "child_photo", "label": "Ảnh trẻ", "kind": "file"})


def check_papers(citizen: Citizen) -> None:
    answer = citizen.post("giay-to", {"document-birth_proof": picture()})
    assert answer.status_code == 200
    assert [words for _link, words in mends(answer)] == [NOT_STORED]
    assert answer.request["PATH_INFO"] == citizen.url("giay-to")


def check_section(citizen: Citizen) -> None:
    """A file in the form itself: the other answers of the page are stored and shown again."""
    answer = citizen.post("tre", {**CHILD, "child_photo": picture()})
    assert answer.status_code == 200
    assert NOT_STORED in text(answer)
    assert 'value="Nguyễn Thị Ánh"' in answer.content.decode()
    assert citizen.now().typed["form"]["child_birth_date"] == ["03/02/2026"]


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_bucket_that_refuses_loses_nothing_typed_and_says_what_to_do(
    settings: Any, monkeypatch: pytest.MonkeyPatch, server: Weed, wrong: dict[str, str]
) -> None:
    procedure = factories.ProcedureFactory(content=with_photo)
    citizen = Citizen(client=(client := Client()), draft=begun(client, procedure))
    use(settings, monkeypatch, {**server.environment(), **wrong})
    check_section(citizen)
    check_papers(citizen)
    assert citizen.now().attachments.count() == 0
    health = Client().get("/healthz")
    assert (health.status_code, health.json()["storage"]) == (503, "fail")
    use(settings, monkeypatch, server.environment())
    assert citizen.post("giay-to", {"document-birth_proof": picture()}, "upload").status_code == 302
    assert list(server.objects()) == [citizen.now().attachments.get().file.name]
    assert Client().get("/healthz").json()["storage"] == "ok"


def begun(client: Client, procedure: Any) -> Submission:
    agency = factories.AgencyFactory()
    client.post(f"/nop-ho-so/{procedure.code}/", {"co-quan": agency.slug})
    return Submission.objects.get(procedure=procedure)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_file_that_cannot_be_fetched_is_a_page_with_words(
    settings: Any, monkeypatch: pytest.MonkeyPatch, server: Weed, wrong: dict[str, str]
) -> None:
    citizen, desk = Client(), Client()
    submission = filed(citizen)
    desk.force_login(factories.OfficerFactory(agency=submission.agency).user)
    row = submission.attachments.first()
    use(settings, monkeypatch, {**server.environment(), **wrong})
    for client, address in [
        (citizen, f"/ho-so/{submission.reference}/tep/{row.pk}/"),
        (desk, f"/admin/submissions/submission/{submission.pk}/tep/{row.pk}/"),
    ]:
        answer = client.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (503, "120")
        assert NOT_OPENED in text(answer)
        assert PORTAL[1] not in answer.content.decode()


def test_an_object_that_somebody_deleted_is_not_found() -> None:
    citizen = Client()
    submission = filed(citizen)
    row = submission.attachments.first()
    default_storage.delete(row.file.name)
    assert citizen.get(f"/ho-so/{submission.reference}/tep/{row.pk}/").status_code == 404


def test_a_result_that_cannot_be_stored_keeps_the_officers_words(
    settings: Any, monkeypatch: pytest.MonkeyPatch, server: Weed
) -> None:
    submission = factories.SubmissionFactory(at=State.IN_PROGRESS)
    desk = Client()
    desk.force_login(factories.clerk(submission.agency).user)
    use(settings, monkeypatch, {**server.environment(), **WRONG["wrong secret"]})
    typed = {"result_note": "Giấy khai sinh số 12/2026", "result_files": picture(), "version": submission.version}
    answer = desk.post(f"/admin/submissions/submission/{submission.pk}/finish/", typed)
    assert answer.status_code == 200
    assert NOT_STORED in text(answer)
    assert "Giấy khai sinh số 12/2026" in answer.content.decode()
    submission.refresh_from_db()
    assert submission.state == State.IN_PROGRESS


def test_an_answer_to_a_supplement_request_keeps_its_words(
    settings: Any, monkeypatch: pytest.MonkeyPatch, server: Weed
) -> None:
    asked = Asked()
    use(settings, monkeypatch, {**server.environment(), **WRONG["nobody there"]})
    answer = asked.post(document__birth_proof=picture(), message="Tôi đã chụp lại.")
    assert answer.status_code == 200
    assert [words for _link, words in mends(answer)] == [NOT_STORED]
    assert "Tôi đã chụp lại." in answer.content.decode()
    use(settings, monkeypatch, server.environment())
    assert asked.post(document__birth_proof=picture(), message="Tôi đã chụp lại.").status_code == 302
    assert asked.now().attachments.get(pending=False, supplement=asked.request).file.name in server.objects()


def test_the_server_stops_and_comes_back(server: Weed, django_capture_on_commit_callbacks: Any) -> None:
    browser = Client()
    citizen = Citizen(client=browser, draft=begun(browser, factories.ProcedureFactory(content=with_photo)))
    citizen.post("giay-to", {"document-birth_proof": picture(seed=5)}, "upload")
    kept = citizen.now().attachments.get()
    server.stop()
    try:
        check_section(citizen)
        check_papers(citizen)
        assert Client().get("/healthz").json()["storage"] == "fail"
        address = f"/nop-ho-so/{citizen.draft.procedure.code}/{citizen.draft.draft_key}/tep/{kept.pk}/"
        assert browser.get(address).status_code == 503
        with pytest.raises(CommandError, match=r"^Kho lưu trữ tệp không trả lời"):
            call_command("purge_expired")
        with django_capture_on_commit_callbacks(execute=True):
            assert citizen.post("giay-to", {"remove-file": str(kept.pk)}, "upload").status_code == 302
        assert citizen.now().attachments.count() == 0
    finally:
        server.start()
    wait_for(lambda: Client().get("/healthz").json()["storage"] == "ok", 60)
    # What could not be deleted is found as an orphan.
    assert list(files.orphans(default_storage, before=timezone.now() + timedelta(minutes=5))) == [kept.file.name]
    assert citizen.post("giay-to", {"document-birth_proof": picture()}, "upload").status_code == 302
    assert citizen.now().attachments.get().file.name in server.objects()


# --- what goes -----------------------------------------------------------------------------------


def test_a_draft_takes_its_objects_along(server: Weed, django_capture_on_commit_callbacks: Any) -> None:
    draft = factories.SubmissionFactory()
    for seed in (1, 2):
        files.accept(picture(seed=seed), submission=draft, key="birth_proof")
    assert len(server.objects()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        workflow.discard(draft.pk, by=rules.SYSTEM_ACTOR)
    assert (server.objects(), Attachment.objects.count()) == ({}, 0)


def test_an_upload_that_cannot_be_recorded_leaves_no_object(server: Weed) -> None:
    """The draft was thrown away elsewhere while the file came in."""
    draft = factories.SubmissionFactory()
    Submission.objects.filter(pk=draft.pk).delete()
    with pytest.raises(Submission.DoesNotExist):
        files.accept(picture(), submission=draft, key="birth_proof")
    assert server.objects() == {}


def test_photos_are_put_together_shown_and_deleted_in_the_bucket(server: Weed, settings: Any) -> None:
    settings.PHOTO_ORIGINAL_DAYS = 0
    submission = factories.SubmissionFactory(at=State.IN_PROGRESS)
    for seed in (1, 2):
        upload = SimpleUploadedFile("ảnh.jpg", pictures.photo(seed))
        files.accept(upload, submission=submission, key="identity")
    assert photos.combine_due() == 1
    made = submission.attachments.get(purpose=Attachment.Purpose.COMBINED)
    assert made.size == server.objects()[made.file.name]
    assert [len(photos.preview(made, n, small=True)) > 0 for n in (1, 2)] == [True, True]
    workflow.finish(submission.pk, by=rules.officer_actor(factories.clerk(submission.agency)), result_note="Đã cấp.")
    call_command("purge_expired")
    left = submission.attachments.exclude(file="")
    assert set(server.objects()) == {a.file.name for a in left}
    assert [a.key for a in submission.attachments.filter(file="")] == ["identity", "identity"]


def test_purge_expired_finds_old_drafts_and_orphans_in_the_bucket(
    server: Weed, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, capsys: Any
) -> None:
    old, fresh = factories.SubmissionFactory(), factories.SubmissionFactory()
    files.accept(picture(seed=1), submission=old, key="birth_proof")
    kept = files.accept(picture(seed=2), submission=fresh, key="birth_proof")
    Submission.objects.filter(pk=old.pk).update(saved_at=timezone.now() - timedelta(days=configured.DRAFT_DAYS + 1))
    lost = default_storage.save(kept.file.name.rsplit("/", 1)[0] + "/lost", ContentFile(b"x"))
    with django_capture_on_commit_callbacks(execute=True):
        call_command("purge_expired")
    assert set(server.objects()) == {kept.file.name, lost}
    # The bucket's own clock says how old an object is, and it cannot be put back.
    monkeypatch.setattr(purge_expired, "ORPHAN_AGE", timedelta(minutes=-5))
    call_command("purge_expired", "--dry-run")
    assert "1 tệp không thuộc hồ sơ nào" in capsys.readouterr().out.splitlines()[-1]
    assert set(server.objects()) == {kept.file.name, lost}
    call_command("purge_expired")
    assert set(server.objects()) == {kept.file.name}


def test_an_empty_bucket_has_no_orphans() -> None:
    assert list(files.orphans(default_storage, before=timezone.now())) == []


def test_the_portals_key_reaches_no_other_bucket(server: Weed, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server.owner.create_bucket(Bucket="cua-nguoi-khac")
    use(settings, monkeypatch, {**server.environment(), "S3_BUCKET": "cua-nguoi-khac"})
    with pytest.raises(BucketError, match=r"AccessDenied|403"):
        default_storage.save("a", ContentFile(b"x"))


# --- memory --------------------------------------------------------------------------------------

MB = 1024 * 1024


@contextmanager
def gunicorn(folder: Path, server: Weed) -> Iterator[tuple[str, int]]:
    """The portal with one worker on the test database: its address and the worker's process id."""
    port = free_port()
    options = f"--workers 1 --worker-class gthread --threads 2 --bind 127.0.0.1:{port} --no-control-socket"
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TESTS_VAR": str(folder),
        "DATABASE_URL": database_url(),
        "REDIS_URL": configured.REDIS_URL,
        **server.environment(),
    }
    with (folder / "gunicorn.log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "portal.wsgi", *options.split()],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=configured.BASE_DIR,
            env=environment,
        )
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_for(lambda: "Booting worker" in (folder / "gunicorn.log").read_text() and children.read_text(), 60)
        yield f"http://127.0.0.1:{port}", int(children.read_text().split()[0])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def memory(pid: int, name: str) -> int:
    """VmRSS (now) or VmHWM (most ever) of a process, in bytes."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found.group(1)) * 1024


def fetch(visitor: journey.HttpVisitor, path: str) -> tuple[int, str]:
    """Status and SHA-256 of a download, read bit by bit."""
    connection = http.client.HTTPConnection(visitor.base.removeprefix("http://"), timeout=60)
    connection.request("GET", path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())})
    answer, found = connection.getresponse(), hashlib.sha256()
    while chunk := answer.read(64 * 1024):
        found.update(chunk)
    connection.close()
    return answer.status, found.hexdigest()


@pytest.mark.django_db(transaction=True)
def test_twenty_megabytes_go_through_without_filling_the_worker(server: Weed, tmp_path: Path) -> None:
    ward, procedure = factories.AgencyFactory(), factories.ProcedureFactory()
    (tmp_path / "var").mkdir()
    big = values.photo(at_least=configured.UPLOAD_FILE_BYTES)

    def go(base: str, photo: bytes) -> None:
        visitor = journey.HttpVisitor(base)
        page = journey.file(visitor, journey.Plan(procedure.published.spec, agency=ward.slug, photo=photo))
        submission = Submission.objects.get(reference=page.mark("reference"))
        for row in submission.attachments.all():
            wanted = hashlib.sha256(photo).hexdigest()
            assert (row.size, row.sha256) == (len(photo), wanted)
            assert fetch(visitor, f"/ho-so/{submission.reference}/tep/{row.pk}/?tai-ve=1") == (200, wanted)
        visitor.connection.close()

    with gunicorn(tmp_path / "var", server) as (base, worker):
        # Everything that is loaded at first use is loaded now, in both threads.
        for _time in range(3):
            go(base, values.photo())
        go(base, big)
        Path(f"/proc/{worker}/clear_refs").write_text("5")
        before = memory(worker, "VmRSS")
        go(base, big)
        assert memory(worker, "VmHWM") - before < 10 * MB
    assert sorted(server.objects().values())[-2:] == [len(big), len(big)]
