"""A filing on a draft revision: through the ordinary pages, marked everywhere, counted nowhere, gone at night."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from procedures import editing
from procedures.models import Agency, ProcedureRevision
from submissions import access, filing, notices, overdue, rehearsal, rules, tasks, workflow, worklist
from submissions.errors import ChangedMeanwhile, NotAllowed, NotPossible
from submissions.models import DossierCounter, Notice, Officer, Submission
from submissions.states import Role, State
from tests import factories
from tests.procedures.editing.drafts import changed, draft_of, fields, published
from tests.submissions.citizen import CHILD, Citizen, text

pytestmark = pytest.mark.django_db

QUESTION = {"key": "ghi_chu", "label": "Ghi chú của gia đình", "kind": "text", "required": True}


@pytest.fixture
def draft() -> ProcedureRevision:
    """A draft revision with one question more than the published form."""
    return changed(draft_of(), lambda c: fields(c).append(QUESTION))


@pytest.fixture
def office() -> Agency:
    return factories.AgencyFactory()


@pytest.fixture
def editor() -> Officer:
    town = factories.AgencyFactory(town=True)
    return factories.OfficerFactory(agency=town, roles=[Role.EDITOR.value], user__full_name="Lê Thị Biên")


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def status(client: Client, page: str) -> int:
    answer = client.get(page)
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return int(answer.status_code)


def walk(draft: ProcedureRevision, office: Agency, officer: Officer) -> Citizen:
    """A rehearsal in the editor's browser, filled in and sent."""
    citizen = Citizen(rehearsal.start(draft, office, officer), logged_in(officer.user))
    citizen.fill(but="tre")
    citizen.post("tre", {**CHILD, "ghi_chu": "Thử"})
    citizen.send()
    citizen.now()
    return citizen


# --- beginning -----------------------------------------------------------------------------------


def test_it_starts_on_the_draft_and_stays_there(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    begun = rehearsal.start(draft, office, editor)
    assert (begun.revision, begun.is_rehearsal, begun.account, begun.state) == (draft, True, editor.user, State.DRAFT)
    assert filing.follow_published(begun) is None
    published(draft)
    assert filing.follow_published(Submission.objects.get(pk=begun.pk)) is None


def test_a_paused_procedure_can_be_tried(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    editing.pause(draft.procedure, "Chờ mẫu mới.", editor.user)
    assert walk(draft, office, editor).draft.state == State.SUBMITTED


def test_a_form_that_the_public_cannot_file_yet(office: Agency, editor: Officer) -> None:
    """Level 2 today, level 3 in the draft."""
    procedure = factories.ProcedureFactory(level=2)
    draft = changed(draft_of(procedure), lambda c: (c.update(level=3), fields(c).append(QUESTION)))
    citizen = walk(draft, office, editor)
    assert (citizen.draft.state, citizen.draft.answers["ghi_chu"]) == (State.SUBMITTED, "Thử")
    assert Client().post(f"/nop-ho-so/{procedure.code}/", {"co-quan": office.slug}).status_code == 404


def test_what_cannot_be_tried(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    town = editor.agency
    with pytest.raises(NotPossible, match="không nhận thủ tục này"):
        rehearsal.start(draft, town, editor)
    with pytest.raises(NotPossible, match="Bản này đã công bố"):
        rehearsal.start(draft.procedure.published, office, editor)
    low = changed(draft, lambda c: c.update(level=2))
    with pytest.raises(NotPossible, match="Mức độ 1 và 2 không nộp trực tuyến"):
        rehearsal.start(low, office, editor)
    wrong = changed(low, lambda c: c.update(level=9))
    with pytest.raises(NotPossible, match=r"Bản soạn còn 1 chỗ cần sửa nên chưa thử được\. Chỗ đầu tiên: Mức độ"):
        rehearsal.start(wrong, office, editor)
    assert not Submission.objects.rehearsals().exists()


# --- filing it -----------------------------------------------------------------------------------


def test_every_page_is_marked(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    citizen = Citizen(rehearsal.start(draft, office, editor), logged_in(editor.user))
    for step in ("nguoi-nop", "tre", "cha_me", "giay-to", "nhan-ket-qua", "kiem-tra"):
        page = citizen.get(step)
        assert page.status_code == 200
        assert ("data-rehearsal" in page.content.decode(), "<title>THỬ · " in page.content.decode()) == (True, True)
    assert "Ghi chú của gia đình" in text(citizen.get("tre"))
    citizen.fill(but="tre")
    citizen.post("tre", {**CHILD, "ghi_chu": "Thử"})
    done = citizen.client.get(citizen.send()["Location"])
    own = citizen.client.get(citizen.now().get_absolute_url())
    record = citizen.client.get(f"/admin/submissions/submission/thu/{citizen.draft.pk}/ho-so/")
    for page in (done, own, record):
        assert (page.status_code, "data-rehearsal" in page.content.decode()) == (200, True)
    assert "Thử" in text(own)


def test_nothing_else_is_marked(office: Agency) -> None:
    citizen = Citizen()
    assert "data-rehearsal" not in citizen.get("tre").content.decode()
    citizen.file()
    assert "data-rehearsal" not in citizen.client.get(citizen.draft.get_absolute_url()).content.decode()


def test_its_reference_is_of_its_own_kind_and_it_tells_nobody(
    draft: ProcedureRevision, office: Agency, editor: Officer
) -> None:
    factories.OfficerFactory(agency=office)
    sent = walk(draft, office, editor).draft
    assert sent.reference is not None
    assert sent.reference.startswith("THU")
    assert (len(sent.reference), sent.revision) == (9, draft)
    assert Notice.objects.count() == 0
    assert notices.tell_citizen(sent, "submitted", once="x") == 0
    assert DossierCounter.objects.count() == 0


def test_receiving_one_uses_up_no_number(draft: ProcedureRevision, office: Agency) -> None:
    officer = factories.OfficerFactory(agency=office)
    sent = walk(draft, office, officer).draft
    received = workflow.receive(sent.pk, by=rules.officer_actor(officer))
    assert (received.state, received.dossier_code) == (State.RECEIVED, f"THU-{sent.reference}")
    assert (DossierCounter.objects.count(), Notice.objects.count()) == (0, 0)
    with pytest.raises(NotAllowed):
        workflow.start(sent.pk, by=rules.officer_actor(factories.OfficerFactory(agency=office)))


def test_nobody_files_for_good_on_a_draft_revision(draft: ProcedureRevision) -> None:
    real = factories.SubmissionFactory(procedure=draft.procedure, revision=draft)
    plan = workflow.Filing(version=0, answers={}, columns={})
    with pytest.raises(ChangedMeanwhile, match="Biểu mẫu vừa có bản mới"):
        workflow.submit(real.pk, plan, by=rules.citizen("x"))


# --- counted nowhere, seen by nobody else ----------------------------------------------------------


def test_the_desk_never_sees_it(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    clerk = factories.OfficerFactory(agency=office)
    sent = walk(draft, office, editor).draft
    assert not worklist.visible_to(clerk).exists()
    assert not Submission.objects.visible_to(clerk).exists()
    assert not Submission.objects.filed().exists()
    assert not Submission.objects.drafts().exists()
    assert set(worklist.counts(clerk, worklist.clock()).values()) == {0}
    assert not worklist.search(worklist.visible_to(clerk), sent.reference or "").exists()
    client = logged_in(clerk.user)
    found = client.get("/admin/submissions/submission/", {"q": sent.reference}).content.decode()
    assert f"Không thấy hồ sơ nào khớp “{sent.reference}”." in found
    for path in (f"{sent.pk}/change/", f"thu/{sent.pk}/ho-so/", f"{sent.pk}/receive/"):
        assert client.get(f"/admin/submissions/submission/{path}").status_code == 404
    assert client.get(f"/admin/submissions/submission/thu/{draft.pk}/").status_code == 403


def test_it_is_never_overdue(draft: ProcedureRevision, office: Agency) -> None:
    officer = factories.OfficerFactory(agency=office)
    sent = walk(draft, office, officer).draft
    workflow.receive(sent.pk, by=rules.officer_actor(officer))
    Submission.objects.filter(pk=sent.pk).update(due_on="2020-01-01")
    overdue.flag()
    assert Notice.objects.count() == 0


def test_only_who_began_it_and_the_operator_open_it(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    citizen = walk(draft, office, editor)
    sent, file = citizen.draft, citizen.draft.attachments.first()
    assert file is not None
    again = rehearsal.start(draft, office, editor)
    pages = [
        sent.get_absolute_url(),
        f"/ho-so/{sent.reference}/tep/{file.pk}/",
        f"/nop-ho-so/{draft.procedure.code}/{again.draft_key}/tre/",
    ]
    other = factories.OfficerFactory(agency=editor.agency, roles=[Role.EDITOR.value])
    clerk = factories.OfficerFactory(agency=office)
    operator = factories.UserFactory(is_staff=True, is_superuser=True)
    seen = {
        who: [status(logged_in(user), page) for page in pages]
        for who, user in (
            ("editor", editor.user),
            ("operator", operator),
            ("other editor", other.user),
            ("clerk", clerk.user),
            ("citizen", factories.UserFactory()),
        )
    }
    assert seen == {
        "editor": [200, 200, 200],
        "operator": [200, 200, 200],
        "other editor": [404, 404, 404],
        "clerk": [404, 404, 404],
        "citizen": [404, 404, 404],
    }
    assert [status(Client(), page) for page in pages] == [404, 404, 404]


def test_a_grant_in_a_session_is_not_enough(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    """The editor logs out; the next person at the same computer."""
    citizen = walk(draft, office, editor)
    session = citizen.client.session
    session["_auth_user_id"] = factories.UserFactory().pk
    session.save()
    assert citizen.client.get(citizen.draft.get_absolute_url()).status_code == 404


def test_code_and_secret_open_nothing(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    sent = walk(draft, office, editor).draft
    assert sent.tracking_secret
    assert access.by_code(sent.reference or "") is None
    assert access.by_secret(sent.reference or "", sent.tracking_secret) is None
    page = Client().get("/tra-cuu/", {"ma": sent.reference})
    assert "Không thấy hồ sơ nào có mã này." in text(page)


def test_it_is_not_among_ones_own_filings(draft: ProcedureRevision, office: Agency) -> None:
    operator = factories.UserFactory(is_staff=True, is_superuser=True)
    rehearsal.start(draft, office, None, user=operator)
    client = logged_in(operator)
    visitor = access.Visitor(client.session, operator)
    assert (access.drafts(visitor).count(), access.submissions(visitor).count()) == (0, 0)
    client.post(f"/nop-ho-so/{draft.procedure.code}/", {"co-quan": office.slug})
    assert Submission.objects.drafts().get().revision == draft.procedure.published


# --- while the form is edited further ---------------------------------------------------------------


def test_it_shows_the_form_as_it_is_now(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    citizen = Citizen(rehearsal.start(draft, office, editor), logged_in(editor.user))
    later = changed(draft, lambda c: fields(c)[-1].update(label="Lời nhắn"))
    assert "Lời nhắn" in text(citizen.get("tre"))
    broken = changed(later, lambda c: fields(c)[0].pop("label"))
    assert citizen.get("tre").status_code == 404
    page = citizen.client.get(f"/admin/submissions/submission/thu/{draft.pk}/")
    assert "Chưa thử được: bản soạn còn 1 chỗ cần sửa." in page.content.decode()
    changed(broken, lambda c: fields(c)[0].update(label="Tên trẻ"))
    assert "Tên trẻ" in text(citizen.get("tre"))


def test_it_outlives_the_publication_until_the_night(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    citizen = walk(draft, office, editor)
    published(draft)
    assert citizen.client.get(citizen.draft.get_absolute_url()).status_code == 200
    assert not Submission.objects.filed().exists()


# --- the page of the editor ---------------------------------------------------------------------------


def test_the_editor_begins_it_on_a_page(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    client, address = logged_in(editor.user), f"/admin/submissions/submission/thu/{draft.pk}/"
    assert "Bắt đầu nộp thử" in client.get(address).content.decode()
    answer = client.post(address)
    begun = Submission.objects.rehearsals().get()
    assert answer["Location"] == f"/nop-ho-so/{draft.procedure.code}/{begun.draft_key}/nguoi-nop/"
    assert client.get(answer["Location"]).status_code == 200
    assert "Bản nháp, làm tiếp" in client.get(address).content.decode()


def test_where_several_take_it_one_is_chosen(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    second = factories.AgencyFactory()
    client, address = logged_in(editor.user), f"/admin/submissions/submission/thu/{draft.pk}/"
    page = client.post(address, {"co-quan": "khong-co"}, follow=True).content.decode()
    assert "Bạn chưa chọn nơi nộp." in page
    client.post(address, {"co-quan": second.slug})
    assert Submission.objects.rehearsals().get().agency == second


def test_the_page_is_for_editors_of_the_town_and_of_drafts_alone(draft: ProcedureRevision, office: Agency) -> None:
    ward_editor = factories.OfficerFactory(agency=office, roles=[Role.EDITOR.value])
    operator = factories.UserFactory(is_staff=True, is_superuser=True)
    address = f"/admin/submissions/submission/thu/{draft.pk}/"
    assert logged_in(ward_editor.user).get(address).status_code == 403
    assert logged_in(operator).get(address).status_code == 200
    assert Client().get(address).status_code == 302
    gone = f"/admin/submissions/submission/thu/{draft.procedure.published_id}/"
    assert logged_in(operator).get(gone).status_code == 404


# --- the night -------------------------------------------------------------------------------------


def purge(*args: str) -> str:
    out = StringIO()
    call_command("purge_expired", *args, stdout=out)
    return out.getvalue()


def test_the_night_wipes_all_with_their_files_and_nothing_else(
    draft: ProcedureRevision, office: Agency, editor: Officer, django_capture_on_commit_callbacks: Any
) -> None:
    real = factories.AttachmentFactory(submission__at=State.SUBMITTED)
    sent = walk(draft, office, editor).draft
    rehearsal.start(draft, office, editor)
    names = [str(a.file.name) for a in sent.attachments.all()]
    assert len(names) == 1
    assert "2 hồ sơ thử" in purge("--dry-run")
    assert Submission.objects.rehearsals().count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        tasks.wipe_rehearsals()
    assert not Submission.objects.rehearsals().exists()
    assert [default_storage.exists(name) for name in names] == [False]
    assert default_storage.exists(real.file.name)
    assert Submission.objects.filed().get() == real.submission
    assert "0 hồ sơ thử" in purge()


def test_purging_by_hand_wipes_them_too(draft: ProcedureRevision, office: Agency, editor: Officer) -> None:
    rehearsal.start(draft, office, editor)
    assert "1 hồ sơ thử" in purge()
    assert not Submission.objects.rehearsals().exists()


def test_a_draft_that_is_thrown_away_takes_its_rehearsals_along(
    draft: ProcedureRevision, office: Agency, editor: Officer
) -> None:
    walk(draft, office, editor)
    editing.discard(draft)
    assert not Submission.objects.rehearsals().exists()
    assert not ProcedureRevision.objects.filter(pk=draft.pk).exists()


def test_wiping_is_on_the_beat_table() -> None:
    from portal.celery import app

    assert "submissions.wipe_rehearsals" in [entry["task"] for entry in app.conf.beat_schedule.values()]
