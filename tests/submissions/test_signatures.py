"""Digital signatures of results: what pyHanko finds in a process of its own, and what people are told."""

from __future__ import annotations

import datetime
import fcntl
import io
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from portal.lib import child, env, pdf
from submissions import signatures, tasks
from submissions.models import Attachment
from submissions.states import State
from tests import signing
from tests.factories import AttachmentFactory, SubmissionFactory, clerk

NAMES = ("Ủy ban nhân dân phường Bắc Hồng", "Chứng thực số Thử nghiệm")


@pytest.fixture(scope="module")
def authority() -> signing.Authority:
    return signing.Authority("Chứng thực số Thử nghiệm")


@pytest.fixture(scope="module")
def letter() -> bytes:
    return pdf.from_html('<html lang="vi"><title>Giấy xác nhận</title><body><p>Xác nhận ông Lò Văn Ơn.')


@pytest.fixture(scope="module")
def signed(authority: signing.Authority, letter: bytes) -> bytes:
    return authority.sign(letter, NAMES[0])


@pytest.fixture
def trusted(authority: signing.Authority, settings: Any, tmp_path: Path) -> Path:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "goc.pem").write_bytes(authority.pem)
    settings.SIGNATURE_ROOTS = tmp_path / "roots"
    return tmp_path / "roots"


def appended(content: bytes) -> bytes:
    """One more object behind the signed bytes, as an incremental update."""
    from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, TextStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.add_object(DictionaryObject({NameObject("/Note"): TextStringObject("thêm")}))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def repainted(content: bytes) -> bytes:
    """Another page content behind the signed bytes: what a forger would do."""
    from pyhanko.pdf_utils.generic import NameObject, StreamObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Contents")] = writer.add_object(StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.mark_update(page.container_ref)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def one_byte_changed(content: bytes) -> bytes:
    at = content.index(b"stream\n") + 20
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def encrypted(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(out, encryption=pikepdf.Encryption(user="khóa", owner="khóa"))
    return out.getvalue()


# --- what is found -------------------------------------------------------------------------------


def test_a_good_signature(trusted: Path, signed: bytes) -> None:
    found = signatures.look_at(signed)
    at = found["signatures"][0].pop("signed_at")
    assert abs(datetime.datetime.fromisoformat(at) - timezone.now()) < datetime.timedelta(minutes=10)
    one = {"state": "valid", "trouble": "", "signer": NAMES[0], "issuer": NAMES[1], "coverage": "ENTIRE_FILE"}
    assert found == {"state": "valid", "signatures": [one]}


def test_a_root_that_is_not_trusted(signed: bytes, trusted: Path) -> None:
    (trusted / "goc.pem").write_bytes(signing.Authority("Nơi khác").pem)
    assert [s["state"] for s in signatures.look_at(signed)["signatures"]] == ["untrusted"]


def test_no_root_is_trusted_by_default(signed: bytes) -> None:
    assert signatures.look_at(signed)["state"] == "untrusted"


@pytest.mark.parametrize(
    ("change", "state", "trouble"),
    [(one_byte_changed, "invalid", "broken"), (appended, "modified", ""), (repainted, "modified", "")],
)
def test_a_file_that_was_changed(
    trusted: Path, signed: bytes, change: Callable[[bytes], bytes], state: str, trouble: str
) -> None:
    found = signatures.look_at(change(signed))
    assert (found["state"], [s["trouble"] for s in found["signatures"]]) == (state, [trouble])


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda c: c, "none"),
        (lambda c: b"%PDF-1.7\nkh\xc3\xb4ng ph\xe1\xba\xa3i PDF", "unknown"),
        (lambda c: b"", "unknown"),
        (lambda c: c[: len(c) // 2], "unknown"),
        (encrypted, "unknown"),
    ],
)
def test_files_without_a_signature_to_check(letter: bytes, make: Callable[[bytes], bytes], state: str) -> None:
    assert signatures.look_at(make(letter)) == {"state": state, "signatures": []}


def test_two_signatures_are_both_looked_at(trusted: Path, authority: signing.Authority, signed: bytes) -> None:
    twice = authority.sign(signed, "Văn phòng", field="Dấu")
    found = signatures.look_at(twice)
    assert [(s["signer"], s["state"], s["coverage"]) for s in found["signatures"]] == [
        (NAMES[0], "valid", "ENTIRE_REVISION"),
        ("Văn phòng", "valid", "ENTIRE_FILE"),
    ]
    assert found["state"] == "valid"


def test_a_file_is_as_good_as_its_worst_signature(trusted: Path, signed: bytes) -> None:
    found = signatures.look_at(signing.Authority("Nơi lạ").sign(signed, "Người lạ", field="Lạ"))
    assert [s["state"] for s in found["signatures"]] == ["valid", "untrusted"]
    assert found["state"] == "untrusted"


def test_content_that_was_replaced_before_a_second_signature(
    trusted: Path, authority: signing.Authority, signed: bytes
) -> None:
    found = signatures.look_at(authority.sign(repainted(signed), "Văn phòng", field="Dấu"))
    assert [s["state"] for s in found["signatures"]] == ["modified", "valid"]
    assert found["state"] == "modified"


@pytest.mark.parametrize(("since", "until"), [(-60, -1), (1, 60)])
def test_a_certificate_outside_its_dates(
    trusted: Path, authority: signing.Authority, letter: bytes, since: int, until: int
) -> None:
    found = signatures.look_at(authority.sign(letter, NAMES[0], days=(since, until)))
    assert (found["state"], found["signatures"][0]["trouble"]) == ("invalid", "out_of_date")


def test_a_certificate_that_may_not_sign(trusted: Path, authority: signing.Authority, letter: bytes) -> None:
    found = signatures.look_at(authority.sign(letter, NAMES[0], may_sign=False))
    assert (found["state"], found["signatures"][0]["trouble"]) == ("invalid", "refused")


def test_a_name_out_of_a_certificate_is_made_harmless(authority: signing.Authority, letter: bytes) -> None:
    found = signatures.look_at(authority.sign(letter, "Ông\u202e A\u200b <b>"))
    assert found["signatures"][0]["signer"] == "Ông A <b>"


def test_roots_may_be_der_and_other_files_do_not_harm(
    trusted: Path, authority: signing.Authority, signed: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (trusted / "goc.pem").rename(trusted / "goc.txt")
    (trusted / "hong.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (trusted / "Goc.CRT").write_bytes(authority.der)
    assert signatures.look_at(signed)["state"] == "valid"
    assert "SIGNATURE_ROOTS" in caplog.text


def test_a_wrong_folder_stops_the_start_with_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.folder("SIGNATURE_ROOTS_X") is None
    monkeypatch.setenv("SIGNATURE_ROOTS_X", str(tmp_path))
    assert env.folder("SIGNATURE_ROOTS_X") == tmp_path.resolve()
    monkeypatch.setenv("SIGNATURE_ROOTS_X", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match=r"^SIGNATURE_ROOTS_X: not a folder that can be read: .*none'$"):
        env.folder("SIGNATURE_ROOTS_X")


def test_the_web_worker_never_loads_pyhanko() -> None:
    """The whole portal with its addresses and tasks, in a fresh process."""
    code = (
        "import django; django.setup(); import portal.urls, submissions.tasks, sys; from django.urls import reverse;"
        "reverse('admin:index'); print(sorted(m for m in sys.modules if m.split('.')[0].startswith('pyhanko')))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_django_env())
    assert done.stdout.strip() == "[]"


def _django_env() -> dict[str, str]:
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}


# --- the task ------------------------------------------------------------------------------------


def result(content: bytes, **more: Any) -> Attachment:
    submission = SubmissionFactory(at=State.RESULT_READY)
    row: Attachment = AttachmentFactory(
        submission=submission, purpose="result", key="", name="giấy khai sinh.pdf", data=content, **more
    )
    return row


@pytest.mark.django_db
def test_the_task_looks_once_at_what_waits(trusted: Path, signed: bytes) -> None:
    row = result(signed)
    other = AttachmentFactory(submission=row.submission, data=signed)
    tasks.check_signatures()
    row.refresh_from_db()
    other.refresh_from_db()
    assert row.signature["state"] == "valid"
    assert row.signature["revocation"] == "not_checked"
    assert datetime.datetime.fromisoformat(row.signature["checked_at"]) <= timezone.now()
    assert other.signature == {}
    assert signatures.check_waiting() == 0


@pytest.mark.django_db
def test_pictures_removed_files_and_files_of_long_ago_are_left_alone(letter: bytes) -> None:
    result(letter, content_type="image/png")
    result(letter, removed_at=timezone.now())
    result(letter, uploaded_at=timezone.now() - datetime.timedelta(days=31))
    assert signatures.check_waiting() == 0


@pytest.mark.django_db
def test_a_look_that_another_worker_has_is_not_taken_until_it_is_stale(letter: bytes) -> None:
    row = result(letter, signature={"state": "waiting", "tries": 1, "claimed_at": timezone.now().isoformat()})
    assert signatures.check_waiting() == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3)):
        assert signatures.check_waiting() == 1
    row.refresh_from_db()
    assert row.signature["state"] == "none"


@pytest.fixture
def no_place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Another process holds the machine's only place: every look ends after a moment without an answer."""
    settings.VAR = tmp_path
    monkeypatch.setattr(signatures, "TIMEOUT", 0.05)
    folder = tmp_path / "slots" / signatures.WORKER.stem
    folder.mkdir(parents=True)
    with (folder / "0").open("w") as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield


@pytest.mark.django_db
def test_a_look_that_never_ends_is_tried_three_times(no_place: None, letter: bytes) -> None:
    row = result(letter)
    seen = []
    for _tick in range(4):
        signatures.check_waiting()
        row.refresh_from_db()
        seen.append((row.signature["state"], row.signature.get("tries")))
    assert seen == [("waiting", 1), ("waiting", 2), ("unknown", None), ("unknown", None)]
    shown = signatures.shown(row)
    assert shown is not None
    assert shown.label == "chữ ký số: chưa kiểm tra được"


def bomb() -> bytes:
    """A cross-reference stream of 1 GB of noughts in 5 MB."""
    packer = zlib.compressobj(1)
    data = b"".join([*(packer.compress(bytes(16 << 20)) for _ in range(64)), packer.flush()])
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 2/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
    body = head % len(data) + data
    return body + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.slow
@pytest.mark.django_db
def test_a_file_that_eats_memory_ends_as_one_that_cannot_be_checked(trusted: Path, signed: bytes) -> None:
    hostile, good = result(bomb()), result(signed)
    for _tick in range(3):
        signatures.check_waiting()
    states = [Attachment.objects.get(pk=row.pk).signature["state"] for row in (hostile, good)]
    assert states == ["unknown", "valid"]


@pytest.mark.django_db
def test_a_lost_file_cannot_be_checked(letter: bytes) -> None:
    row = result(letter)
    row.file.storage.delete(row.file.name)
    signatures.check_waiting()
    row.refresh_from_db()
    assert row.signature["state"] == "unknown"


# --- the words -----------------------------------------------------------------------------------


def page(row: Attachment, staff: bool = False) -> str:
    template = "{% load signatures %}{% signature f staff=staff %}"
    return Template(template).render(Context({"f": row, "staff": staff}))


def words(row: Attachment, staff: bool = False) -> str:
    import html
    import re

    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page(row, staff))).split())


SIGNED_AT = "2026-03-05T02:00:00+00:00"
BOUNDS = "Đây là kết quả kiểm tra kỹ thuật của cổng, không thay cho việc xác nhận giá trị pháp lý của văn bản."


@pytest.mark.parametrize(
    ("state", "trouble", "label", "behind"),
    [
        ("valid", "", "chữ ký số: hợp lệ chưa kiểm tra thu hồi", ""),
        ("invalid", "broken", "chữ ký số: không hợp lệ", " – nội dung tệp không khớp với chữ ký, hoặc chữ ký bị hỏng"),
        ("invalid", "out_of_date", "chữ ký số: không hợp lệ", " – chứng thư ngoài thời hạn sử dụng"),
        ("modified", "", "chữ ký số: đã sửa sau khi ký", ""),
        ("untrusted", "", "chữ ký số: chưa xác minh được nơi cấp chứng thư", ""),
    ],
)
def test_words_for_a_signature(state: str, trouble: str, label: str, behind: str) -> None:
    one = {"state": state, "trouble": trouble, "signer": "Lê <A>", "issuer": "CA & B", "signed_at": SIGNED_AT}
    row = Attachment(purpose="result", content_type="application/pdf", signature={"state": state, "signatures": [one]})
    said = "Người ký: Lê <A>, ký lúc 09:00 thứ Năm 05/03/2026, chứng thư do “CA & B” cấp"
    assert words(row) == words(row, staff=True) == f"{label} {said}{behind} {BOUNDS}"


@pytest.mark.parametrize(
    ("signature", "citizen", "staff"),
    [
        ({}, "chữ ký số: đang kiểm tra", "chữ ký số: đang kiểm tra"),
        ({"state": "unknown", "signatures": []}, "chữ ký số: chưa kiểm tra được", "chữ ký số: chưa kiểm tra được"),
        ({"state": "none", "signatures": []}, "", "không có chữ ký số"),
    ],
)
def test_words_without_a_signature(signature: dict[str, Any], citizen: str, staff: str) -> None:
    row = Attachment(purpose="result", content_type="application/pdf", signature=signature)
    assert (words(row), words(row, staff=True)) == (citizen, staff)


def test_nothing_is_said_of_other_files() -> None:
    for row in (
        Attachment(purpose="document", content_type="application/pdf"),
        Attachment(purpose="result", content_type="image/png"),
    ):
        assert page(row, staff=True).strip() == ""


@pytest.mark.django_db
def test_officer_and_citizen_read_it_beside_the_file(client: Client, trusted: Path, signed: bytes) -> None:
    row = result(signed)
    signatures.check_waiting()
    s = row.submission
    client.force_login(clerk(s.agency).user)
    record = client.get(f"/admin/submissions/submission/{s.pk}/change/").content.decode()
    client.logout()
    client.post("/tra-cuu/", {"ma": s.reference, "ma-tra-cuu": s.tracking_secret})
    own = client.get(f"/ho-so/{s.reference}/").content.decode()
    for html in (record, own):
        assert "chữ ký số: hợp lệ" in html
        assert "chưa kiểm tra thu hồi" in html
        assert "Người ký: Ủy ban nhân dân phường Bắc Hồng, ký lúc " in html


def test_the_worker_is_a_script_beside_the_others() -> None:
    assert signatures.WORKER.parent == Path(child.__file__).parent
    assert signatures.WORKER.exists()
