"""Packs that are damaged, hostile, or of another kind: a clear sentence, and nothing is written."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.models import Agency, Procedure
from submissions import rules, transfer
from submissions.models import Attachment, Event, Submission
from submissions.states import State
from submissions.transfer import layout, reading
from tests.factories import AgencyFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
Members = dict[str, bytes]
KEPT: dict[str, Members] = {}


def desk() -> Agency:
    return Agency.objects.filter(slug="noi-nhan").first() or AgencyFactory(slug="noi-nhan")


def good() -> Members:
    """The members of a pack, made once; the rows behind it are gone when another test reads it."""
    if not KEPT:
        s = SubmissionFactory(via="submit request_supplement", agency=desk())
        out = io.BytesIO()
        transfer.export(s, out, by=rules.SYSTEM_ACTOR)
        with zipfile.ZipFile(out) as pack:
            KEPT["pack"] = {name: pack.read(name) for name in pack.namelist()}
        s.delete()
    return dict(KEPT["pack"])


def sealed(members: Members, /, **changes: Any) -> Members:
    """With a manifest that agrees with the members; `changes` are made to it afterwards."""
    manifest = json.loads(members[layout.MANIFEST])
    rest = {n: c for n, c in members.items() if n != layout.MANIFEST}
    manifest["members"] = {n: {"size": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in rest.items()}
    return {**rest, layout.MANIFEST: json.dumps({**manifest, **changes}).encode()}


def zipped(members: Members, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in members.items():
            pack.writestr(name, content)
    return path


def refusal(path: Path) -> str:
    """What the operator reads; nothing may have been written."""
    tables: tuple[type[Model], ...] = (Submission, Event, Attachment, Procedure)
    before = [t.objects.count() for t in tables]  # type: ignore[attr-defined]
    with pytest.raises(transfer.PackRefused) as refused, transfer.opened(path) as pack:
        transfer.bring_in(pack, transfer.plan(pack), by=rules.SYSTEM_ACTOR)
    assert [t.objects.count() for t in tables] == before  # type: ignore[attr-defined]
    return str(refused.value)


def test_a_pack_of_an_earlier_version_is_taken_and_its_log_says_what_it_lacks(tmp_path: Path) -> None:
    members = good()
    body = json.loads(members[layout.SUBMISSION])
    del body["messages"], body["rating"]
    for name in layout.LATER:
        del body["submission"][name]
    old = zipped(sealed({**members, layout.SUBMISSION: json.dumps(body).encode()}), tmp_path / "old.zip")
    desk()
    with transfer.opened(old) as pack:
        arrived = transfer.bring_in(pack, transfer.plan(pack), by=rules.SYSTEM_ACTOR).submission
    assert (arrived.rounds, arrived.is_back, arrived.ended_on) == (1, False, None)
    assert arrived.asked_at == arrived.supplement_requests.get().requested_at
    assert arrived.messages.count() == 0


# --- the zip -------------------------------------------------------------------------------------


def test_the_untouched_pack_is_taken(tmp_path: Path) -> None:
    path = zipped(sealed(good()), tmp_path / "p.zip")
    desk()
    with transfer.opened(path) as pack:
        arrival = transfer.bring_in(pack, transfer.plan(pack), by=rules.SYSTEM_ACTOR)
    assert arrival.submission.state == State.AWAITING_SUPPLEMENT


@pytest.mark.parametrize("content", [b"", b"PK", b"khong phai zip" * 99, b"PK\x05\x06" + b"\0" * 18])
def test_no_zip(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(content)
    assert "hỏng" in refusal(tmp_path / "p.zip")


def test_a_cut_zip(tmp_path: Path) -> None:
    content = zipped(good(), tmp_path / "p.zip").read_bytes()
    for part in (content[:-30], content[: len(content) // 2], content[40:]):
        (tmp_path / "p.zip").write_bytes(part)
        assert refusal(tmp_path / "p.zip")


@pytest.mark.parametrize(
    "name",
    ["../a.txt", "/etc/passwd", "files/../../a", "files\\a", "a/b/c.txt", "C:x", "files/", ".an", "a" * 200, "tệp.txt"],
)
def test_names_that_lead_elsewhere(name: str, tmp_path: Path) -> None:
    assert "không được phép" in refusal(zipped(sealed({**good(), name: b"x"}), tmp_path / "p.zip"))


def test_the_same_name_twice(tmp_path: Path) -> None:
    path = zipped(sealed(good()), tmp_path / "p.zip")
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as pack:
        pack.writestr("submission.json", b"{}")
    assert "hỏng" in refusal(path)


def test_too_many_members(tmp_path: Path) -> None:
    members = {**good(), **{f"files/{i}": b"" for i in range(layout.MOST_MEMBERS)}}
    assert "quá mức" in refusal(zipped(sealed(members), tmp_path / "p.zip"))


def test_a_document_that_unpacks_to_very_much(tmp_path: Path) -> None:
    bomb = b'{"a": "' + b"0" * layout.MOST_JSON_BYTES + b'"}'
    path = zipped(sealed({**good(), "submission.json": bomb}), tmp_path / "p.zip")
    assert path.stat().st_size < 1024**2
    assert "quá mức" in refusal(path)


def test_a_zip_that_declares_very_much(tmp_path: Path) -> None:
    path = zipped(sealed(good()), tmp_path / "p.zip")
    with zipfile.ZipFile(path) as pack:
        offset = pack.start_dir
    content = bytearray(path.read_bytes())
    content[offset + 24 : offset + 28] = (0xFFFFFFF0).to_bytes(4, "little")  # size of the first member, unpacked
    path.write_bytes(content)
    assert refusal(path)


def test_a_member_that_is_longer_than_it_says(tmp_path: Path) -> None:
    members = sealed(good())
    manifest = json.loads(members[layout.MANIFEST])
    manifest["members"]["answers.json"]["size"] -= 1
    members[layout.MANIFEST] = json.dumps(manifest).encode()
    assert "đã bị sửa hoặc hỏng" in refusal(zipped(members, tmp_path / "p.zip"))


def test_a_locked_zip_and_an_unknown_packing(tmp_path: Path) -> None:
    for at, value in ((6, b"\x01\x00"), (8, b"\x63\x00")):  # flags: encrypted; method: 99
        path = zipped(sealed(good()), tmp_path / "p.zip")
        with zipfile.ZipFile(path) as pack:
            offset = pack.start_dir
        content = bytearray(path.read_bytes())
        content[at : at + 2] = value
        content[offset + at + 2 : offset + at + 4] = value
        path.write_bytes(content)
        assert refusal(path)


# --- the manifest --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "khac"}, "không phải gói hồ sơ"),
        ({"version": 2}, "định dạng số 2"),
        ({"version": None}, "định dạng số None"),
        ({"members": []}, "hỏng"),
        ({"members": {"a": 1}}, "hỏng"),
        ({"members": {}}, "thiếu hoặc thừa"),
        ({"reference": "AAAA-AAAA"}, "manifest.reference"),
    ],
)
def test_another_manifest(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in refusal(zipped(sealed(good(), **changes), tmp_path / "p.zip"))


def test_no_manifest_at_all(tmp_path: Path) -> None:
    members = good()
    del members[layout.MANIFEST]
    assert "không phải gói hồ sơ" in refusal(zipped(members, tmp_path / "p.zip"))


def test_a_missing_and_an_added_member(tmp_path: Path) -> None:
    for members in (
        {**sealed(good()), "files/x.pdf": b"x"},
        {k: v for k, v in sealed(good()).items() if k != "events.json"},
    ):
        assert "thiếu hoặc thừa tệp" in refusal(zipped(members, tmp_path / "p.zip"))


@pytest.mark.parametrize("name", ["answers.json", "submission.json", "printable.pdf"])
def test_an_edited_member(name: str, tmp_path: Path) -> None:
    members = good()
    assert f"“{name}” trong gói đã bị sửa" in refusal(
        zipped({**members, name: members[name] + b" "}, tmp_path / "p.zip")
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 100_000, b'{"a": ' * 60 + b"1" + b"}" * 60,
     b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"1" * 9999],
)  # fmt: skip
@pytest.mark.parametrize("name", layout.DOCUMENTS)
def test_documents_that_cannot_be_read(name: str, content: bytes, tmp_path: Path) -> None:
    assert refusal(zipped(sealed({**good(), name: content}), tmp_path / "p.zip"))


# --- what the documents say ----------------------------------------------------------------------

Path_ = tuple[str | int, ...]
NOTHING = object()
WRONG: list[tuple[str, Path_, Any]] = [
    ("submission.json", ("submission", "state"), "DRAFT"),
    ("submission.json", ("submission", "state"), "RECEIVED"),
    ("submission.json", ("submission", "state"), "NOWHERE"),
    ("submission.json", ("submission", "answers"), []),
    ("submission.json", ("submission", "answers", "siblings"), "x"),
    ("submission.json", ("submission", "answers", "siblings", 0), "x"),
    ("submission.json", ("submission", "answers", "siblings", 0, "sibling_name"), {"a": 1}),
    ("submission.json", ("submission", "answers", "child_name"), {"a": 1}),
    ("submission.json", ("submission", "applicant_name"), 5),
    ("submission.json", ("submission", "applicant_name"), "a" * 121),
    ("submission.json", ("submission", "filed_for_other"), "yes"),
    ("submission.json", ("submission", "version"), -1),
    ("submission.json", ("submission", "version"), True),
    ("submission.json", ("submission", "version"), 2**40),
    ("submission.json", ("submission", "submitted_at"), "hôm qua"),
    ("submission.json", ("submission", "submitted_at"), "2026-01-01T00:00:00"),
    ("submission.json", ("submission", "submitted_at"), 5),
    ("submission.json", ("submission", "due_on"), "2026-13-01"),
    ("submission.json", ("submission", "delivery"), "chim"),
    ("submission.json", ("submission", "fees"), [5]),
    ("submission.json", ("submission", "papers_in"), [{"khac": 1}]),
    ("submission.json", ("submission", "agency"), "phường"),
    ("submission.json", ("submission", "reference"), None),
    ("submission.json", ("submission",), NOTHING),
    ("submission.json", ("attachments",), {}),
    ("submission.json", ("attachments", 0), "x"),
    ("submission.json", ("attachments", 0, "file"), "files/khac.pdf"),
    ("submission.json", ("attachments", 0, "file"), ""),
    ("submission.json", ("attachments", 0, "file"), "answers.json"),
    ("submission.json", ("attachments", 0, "size"), 1),
    ("submission.json", ("attachments", 0, "sha256"), "0" * 64),
    ("submission.json", ("attachments", 0, "purpose"), "khac"),
    ("submission.json", ("attachments", 0, "content_type"), "text/html\r\nX: y"),
    ("submission.json", ("attachments", 0, "round"), 9),
    ("submission.json", ("attachments", 0, "made_from"), [{"file": 7, "sha256": ""}]),
    ("submission.json", ("requests", 0, "documents"), [{"key": 1}]),
    ("submission.json", ("requests", 0, "round"), None),
    ("submission.json", ("papers", 0, "content", "title"), "Giấy khác"),
    ("submission.json", ("papers", 0, "kind"), "khac"),
    ("submission.json", ("papers", 0, "event"), 99),
    ("submission.json", ("letters",), [{}]),
    ("revision.json", ("revision", "digest"), "0" * 64),
    ("revision.json", ("revision", "content", "name"), "Thủ tục khác"),
    ("revision.json", ("procedure", "code"), "9.999999"),
    ("revision.json", ("procedure", "level"), "ba"),
    ("revision.json", ("procedure", "sector"), NOTHING),
    ("events.json", ("submission",), "x"),
    ("events.json", ("events",), []),
    ("events.json", ("events", 0, "note"), "khác"),
    ("events.json", ("events", 0, "actor"), 12345),
    ("events.json", ("events", 1, "number"), 3),
    ("events.json", ("events", 0, "hash"), "0" * 64),
]  # fmt: skip


def changed(document: Any, path: Path_, value: Any) -> None:
    *way, last = path
    for step in way:
        document = document[step]
    if value is NOTHING:
        del document[last]
    else:
        document[last] = value


@pytest.mark.parametrize(("name", "path", "value"), WRONG)
def test_wrong_values_are_named(name: str, path: Path_, value: Any, tmp_path: Path) -> None:
    members = good()
    document = json.loads(members[name])
    changed(document, path, value)
    words = refusal(zipped(sealed({**members, name: json.dumps(document).encode()}), tmp_path / "p.zip"))
    assert "Bạn hãy xuất lại" in words


def test_a_removed_line_of_the_log_is_found(tmp_path: Path) -> None:
    members = good()
    document = json.loads(members["events.json"])
    for count in (1, 2):
        short = json.dumps({**document, "events": document["events"][:-count]}).encode()
        assert refusal(zipped(sealed({**members, "events.json": short}), tmp_path / "p.zip"))


# --- nothing half-imported -----------------------------------------------------------------------


def stored() -> set[str]:
    found: set[str] = set()
    for top in ("attachments", "papers"):
        found |= set(_below(top))
    return found


def _below(folder: str) -> list[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{n}" for n in names] + [x for f in folders for x in _below(f"{folder}/{f}")]


def test_a_failure_on_the_way_takes_the_stored_files_back(tmp_path: Path) -> None:
    """The number of a letter is taken between the look and the writing: the last row fails, after every file."""
    path = zipped(sealed(good()), tmp_path / "p.zip")
    desk()
    with transfer.opened(path) as pack:
        planned = transfer.plan(pack)
        first = transfer.bring_in(pack, planned, by=rules.SYSTEM_ACTOR).submission
        before, rows = stored(), Event.objects.count()
        with pytest.raises(transfer.PackRefused, match="trùng mã"):
            transfer.bring_in(pack, planned, by=rules.SYSTEM_ACTOR)
    assert stored() == before
    assert Event.objects.count() == rows
    assert Submission.objects.get().pk == first.pk


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_damage_ends_in_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes of a good pack changed anywhere: it is refused, or nothing that matters was hit. Never anything else."""
    content = bytearray(zipped(sealed(good()), tmp_path / "p.zip").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "p.zip").write_bytes(content)
    with contextlib.suppress(transfer.PackRefused), transfer.opened(tmp_path / "p.zip") as pack:
        transfer.plan(pack)


def test_reading_holds_one_chunk_at_a_time() -> None:
    assert reading.CHUNK <= 1024**2
