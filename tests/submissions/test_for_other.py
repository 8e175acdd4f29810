"""Online, for somebody else: what is asked of the owner, and the paper that shows the right to act, never demanded."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from procedures.loading.shape import KEY
from procedures.spec import FormSpec
from submissions import forms, shown
from submissions.models import Attachment, Submission
from submissions.states import State
from tests.factories import clerk, document, publish
from tests.submissions.citizen import APPLICANT, Citizen, mends, picture, text

pytestmark = pytest.mark.django_db
OWNER = {"filed_for_other": "on", "owner_name": "Trần Văn Cụ", "owner_relation": "con"}
MORE = {"owner_id_number": "042045001234", "owner_address": "Thôn 3, xã Thuận Lộc"}
NAME = "Giấy ủy quyền hoặc giấy tờ chứng minh quan hệ"
INPUT = 'name="document-_authority"'


@pytest.fixture
def citizen() -> Citizen:
    """Somebody who files for another person and has filled in every step."""
    found = Citizen()
    found.fill()
    found.post("nguoi-nop", {**APPLICANT, **OWNER})
    return found


def authority(draft: Submission) -> list[Attachment]:
    return list(draft.attachments.filter(purpose=Attachment.Purpose.AUTHORITY))


def test_the_paper_is_offered_only_to_who_files_for_another(citizen: Citizen) -> None:
    page = citizen.get("giay-to").content.decode()
    assert page.count(INPUT) == 1
    assert page.index(INPUT) > page.index('name="document-birth_proof"')
    citizen.post("nguoi-nop", APPLICANT)
    assert INPUT not in citizen.get("giay-to").content.decode()


def test_neither_the_paper_nor_the_owners_number_is_demanded(citizen: Citizen) -> None:
    citizen.send()
    filed = citizen.now()
    assert filed.state == State.SUBMITTED
    assert (filed.owner_name, filed.owner_id_number, filed.owner_address, filed.authority) == (
        "Trần Văn Cụ",
        "",
        "",
        "",
    )
    assert authority(filed) == []


def test_what_is_given_is_kept_and_shown_everywhere(citizen: Citizen) -> None:
    citizen.post("nguoi-nop", {**APPLICANT, **OWNER, **MORE})
    citizen.post("giay-to", {"document-_authority": picture("giấy ủy quyền.png")})
    check = text(citizen.get("kiem-tra"))
    for part in ("giấy ủy quyền.png", NAME, *MORE.values()):
        assert part in check
    citizen.send()
    filed = citizen.now()
    assert {name: getattr(filed, name) for name in MORE} == MORE
    assert [(a.purpose, a.key, a.pending) for a in authority(filed)] == [("authority", "_authority", False)]
    for step in ("", "da-gui/"):
        own = text(citizen.client.get(f"/ho-so/{filed.reference}/{step}"))
        for part in ("giấy ủy quyền.png", NAME, *MORE.values()):
            assert part in own
    assert [p.name for p in shown.papers(filed, filed.attachments.all())] == ["Giấy chứng sinh", NAME]
    desk = Client()
    desk.force_login(clerk(filed.agency).user)
    record = desk.get(f"/admin/submissions/submission/{filed.pk}/change/").content.decode()
    for part in ("giấy ủy quyền.png", NAME, *MORE.values()):
        assert part in record


def test_the_owners_number_is_checked_when_given(citizen: Citizen) -> None:
    answer = citizen.post("nguoi-nop", {**APPLICANT, **OWNER, "owner_id_number": "123"})
    assert [target for target, _words in mends(answer)] == ["#id_owner_id_number"]


def test_the_paper_can_be_removed(citizen: Citizen) -> None:
    citizen.post("giay-to", {"document-_authority": picture()})
    citizen.client.post(citizen.url("giay-to"), {"remove-file": str(authority(citizen.draft)[0].pk)})
    assert authority(citizen.draft) == []


def test_a_paper_for_a_right_that_is_not_claimed_any_more_is_not_filed(citizen: Citizen) -> None:
    citizen.post("giay-to", {"document-_authority": picture()})
    citizen.post("nguoi-nop", APPLICANT)
    citizen.send()
    filed = citizen.now()
    assert (filed.state, filed.filed_for_other, authority(filed)) == (State.SUBMITTED, False, [])


def test_nobody_sends_it_who_files_for_himself() -> None:
    alone = Citizen()
    alone.fill()
    alone.post("giay-to", {"document-_authority": picture()})
    assert authority(alone.draft) == []


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("a.jpg", b"khong phai anh", "“a.jpg”"), ("a.exe", b"MZ", "“a.exe”"), ("a.png", b"", "“a.png”")],
)
def test_it_follows_the_same_rules_as_every_upload(citizen: Citizen, name: str, data: bytes, said: str) -> None:
    answer = citizen.post("giay-to", {"document-_authority": SimpleUploadedFile(name, data)})
    found = mends(answer)
    assert [target for target, _words in found] == ["#id_document-_authority"]
    assert said in found[0][1]
    assert authority(citizen.draft) == []


def test_it_survives_a_new_form(citizen: Citizen) -> None:
    citizen.post("giay-to", {"document-_authority": picture()})
    publish(citizen.draft.procedure, document(summary="Đã đổi.", code=citizen.draft.procedure.code))
    citizen.get("giay-to")
    assert len(authority(citizen.draft)) == 1
    assert len(citizen.draft.attachments.all()) == 2


def test_no_key_of_a_catalogue_can_meet_it() -> None:
    assert KEY.fullmatch(forms.AUTHORITY_KEY) is None
    assert KEY.fullmatch("authority") is not None
    assert all(not KEY.fullmatch(f.key) for f in forms.counter_applicant().fields)


def test_every_column_has_its_question_and_back() -> None:
    asked = {f.key for f in (*forms.with_authority().fields, *forms.counter_applicant().fields)}
    plain = {key.removeprefix(forms.APART) for key in asked}
    columns = {name for name in forms.columns({}, {}) if not name.startswith("delivery")}
    assert plain - {"no_phone"} == columns
    assert FormSpec("", (forms.with_authority(),)).field("authority") is not None


def test_the_counter_asks_in_the_third_person() -> None:
    words = " ".join(f"{f.label} {f.help}" for f in forms.counter_applicant().fields)
    assert re.search(r"\bbạn\b", words) is None


def test_rows_without_an_owner_are_as_before() -> None:
    given: dict[str, Any] = {"applicant_name": "A", "owner_name": "B"}
    assert [row.key for section in shown.applicant(given) for row in section.rows if row.key.startswith("owner")] == []
