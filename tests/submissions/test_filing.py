"""The rules behind the steps: fees, following a new form, what is carried over, expiry."""

from __future__ import annotations

import copy
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from procedures import spec
from procedures.models import Procedure
from submissions import filing, forms, rules, workflow
from submissions.errors import ChangedMeanwhile, Incomplete, NotPossible
from submissions.filing import Journey, follow
from submissions.models import Submission
from submissions.states import State
from tests import factories
from tests.submissions.citizen import Citizen


def built(**changes: Any) -> spec.ProcedureSpec:
    return spec.build(factories.document(**changes), factories.LISTS)


def field(kind: str, key: str = "x", **more: Any) -> dict[str, Any]:
    choices = {"choices": [{"value": "a", "label": "A"}]} if "choice" in kind else {}
    inner = {"fields": [{"key": "y", "label": "Y", "kind": "text"}, {"key": "z", "label": "Z", "kind": "date"}]}
    return {"key": key, "label": key.upper(), "kind": kind, **choices, **(inner if kind == "repeat" else {}), **more}


def with_fields(*fields: dict[str, Any], documents: list[dict[str, Any]] | None = None) -> spec.ProcedureSpec:
    sections = [{"key": "s", "title": "S", "fields": list(fields)}]
    return built(form={"title": "T", "sections": sections}, documents=documents or [])


# --- fees ----------------------------------------------------------------------------------------


def test_fees_are_those_whose_condition_holds_with_words_kept_for_the_officer() -> None:
    fees = [
        {"kind": "le_phi", "name": "Đúng hạn", "amount": 0, "condition": "Trong 60 ngày"},
        {"kind": "phi", "name": "Bản sao", "amount": 8000, "unit": "bản", "when": {"field": "copy", "equals": True}},
        {"kind": "phi", "name": "Thẩm định", "amount": None, "exemption": "Miễn cho hộ nghèo"},
    ]
    lines = filing.fee_lines(built(fees=fees), {"copy": False})
    assert [(f["name"], f["amount"], f["condition"], f["exemption"]) for f in lines] == [
        ("Đúng hạn", 0, "Trong 60 ngày", ""),
        ("Thẩm định", None, "", "Miễn cho hộ nghèo"),
    ]
    assert [f["name"] for f in filing.fee_lines(built(fees=fees), {"copy": True})][1] == "Bản sao"
    assert filing.fee_lines(built(fees=fees, free_of_charge=True), {"copy": True}) == []


# --- following a new form --------------------------------------------------------------------------

KINDS_THAT_FIT = [
    ("text", "multiline"), ("person_name", "text"), ("address", "multiline"), ("integer", "money"),
    ("decimal", "integer"), ("choice", "multichoice"),
]  # fmt: skip
KINDS_THAT_DO_NOT = [
    ("text", "date"),
    ("date", "year"),
    ("choice", "text"),
    ("checkbox", "choice"),
    ("repeat", "text"),
    ("file", "text"),
]


@pytest.mark.parametrize(("old", "new"), KINDS_THAT_FIT)
def test_a_value_stays_when_the_kind_still_fits(old: str, new: str) -> None:
    for a, b in ((old, new), (new, old)):
        before, after = with_fields(field(a)), with_fields(field(b))
        assert follow.carried({"x": ["1"]}, before, after) == {"x": ["1"]}
        assert follow.compare(before, after).sentences() == []


@pytest.mark.parametrize(("old", "new"), KINDS_THAT_DO_NOT)
def test_a_value_goes_when_the_kind_does_not_fit_and_the_person_is_told(old: str, new: str) -> None:
    for a, b in ((old, new), (new, old)):
        before, after = with_fields(field(a)), with_fields(field(b))
        assert follow.carried({"x": ["1"]}, before, after) == {}
        assert follow.compare(before, after).sentences() == ["Không còn hỏi nữa, hoặc bạn cần khai lại: X."]


def test_rows_keep_the_cells_that_are_still_asked() -> None:
    before, after = (
        with_fields(field("repeat")),
        with_fields(field("repeat", fields=[{"key": "y", "label": "Y", "kind": "text"}])),
    )
    typed = {"x-TOTAL_FORMS": ["1"], "x-0-y": ["a"], "x-0-z": ["01/01/2020"], "x-0-": ["?"]}
    assert follow.carried(typed, before, after) == {"x-TOTAL_FORMS": ["1"], "x-0-y": ["a"]}


def test_moved_and_relabelled_questions_keep_their_value_silently() -> None:
    before = with_fields(field("text", "a"), field("text", "b"))
    after = with_fields(field("text", "b", label="Tên mới"), field("text", "a"))
    assert follow.carried({"a": ["1"], "b": ["2"]}, before, after) == {"a": ["1"], "b": ["2"]}
    assert follow.compare(before, after).sentences() == []


def test_new_dropped_and_newly_required_things_are_named() -> None:
    paper = {"key": "p", "name": "Giấy P", "upload": True}
    before = with_fields(
        field("text", "a"), field("text", "b"), documents=[paper, {"key": "q", "name": "Giấy Q", "upload": True}]
    )
    after = with_fields(
        field("text", "a", required=True), field("text", "c"),
        documents=[{**paper, "required": True}, {"key": "r", "name": "Giấy R", "upload": True}],
    )  # fmt: skip
    assert follow.compare(before, after).sentences() == [
        "Câu hỏi, giấy tờ mới: C; Giấy R.",
        "Không còn hỏi nữa, hoặc bạn cần khai lại: B; Giấy Q.",
        "Nay bắt buộc: A; Giấy P.",
    ]


def publish(procedure: Procedure, **changes: Any) -> None:
    content = {**copy.deepcopy(procedure.published.content), **changes}
    factories.publish(procedure, content)


@pytest.mark.django_db
def test_files_of_papers_that_are_gone_go_with_them(django_capture_on_commit_callbacks: Any) -> None:
    citizen = Citizen()
    citizen.fill()
    documents = [d for d in factories.document()["documents"] if d["key"] != "birth_proof"]
    publish(citizen.draft.procedure, documents=documents)
    draft = Submission.objects.select_related("procedure__published").get()
    kept = draft.attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        filing.follow_published(draft)
    assert list(draft.attachments.all()) == []
    assert not default_storage.exists(kept.file.name)


@pytest.mark.django_db
def test_following_is_done_once_and_only_for_drafts() -> None:
    citizen = Citizen()
    filed = citizen.file()
    publish(citizen.draft.procedure, summary="Khác")
    assert filing.follow_published(Submission.objects.get(pk=filed.pk)) is None
    assert Submission.objects.get().revision == filed.revision
    other = Citizen()
    publish(other.draft.procedure, summary="Khác")
    draft = Submission.objects.get(pk=other.draft.pk)
    assert filing.follow_published(draft) == filing.Changes()
    assert filing.follow_published(draft) is None


# --- a draft that is ready, and one that is not ----------------------------------------------------


@pytest.mark.django_db
def test_a_ready_draft_compiles_to_a_filing() -> None:
    citizen = Citizen()
    citizen.fill()
    made = filing.compile_draft(citizen.now())
    assert (made.version, made.columns["applicant_id_number"], made.columns["delivery"]) == (
        citizen.draft.version, "042185012345", "counter"
    )  # fmt: skip
    assert set(made.columns) == set(forms.columns({}, {}))


@pytest.mark.django_db
def test_a_draft_that_is_not_ready_names_the_first_problem() -> None:
    citizen = Citizen()
    with pytest.raises(Incomplete, match=r"Hồ sơ còn chỗ cần sửa: Bạn chưa khai bước “Người nộp hồ sơ”."):
        filing.compile_draft(citizen.now())


@pytest.mark.django_db
def test_saving_tells_an_older_page_and_a_filed_draft() -> None:
    citizen = Citizen()
    step = Journey(citizen.draft).steps[0]
    saved = filing.save(citizen.draft, step, {"applicant_name": ["A"]}, version=0)
    assert (saved.version, saved.typed) == (1, {"applicant": {"applicant_name": ["A"], "filed_for_other": []}})
    for version in (0, 2):
        with pytest.raises(ChangedMeanwhile):
            filing.save(citizen.draft, step, {"applicant_name": ["B"]}, version=version)
    filed = factories.SubmissionFactory(at=State.SUBMITTED)
    with pytest.raises(NotPossible):
        filing.save(filed, step, {"applicant_name": ["B"]})
    assert Submission.objects.get(pk=citizen.draft.pk).typed == saved.typed


@pytest.mark.django_db
def test_a_procedure_that_takes_no_filings_begins_no_draft() -> None:
    procedure = factories.ProcedureFactory(status=Procedure.Status.PAUSED, status_reason="Đang nâng cấp.")
    with pytest.raises(NotPossible, match=r"Đang nâng cấp."):
        filing.start_draft(procedure, factories.AgencyFactory())


@pytest.mark.django_db
def test_the_office_changes_only_to_one_that_takes_the_procedure() -> None:
    draft = factories.SubmissionFactory()
    with pytest.raises(NotPossible):
        filing.change_office(draft, factories.AgencyFactory(town=True))
    ward = factories.AgencyFactory()
    assert filing.change_office(draft, ward).agency == ward


# --- expiry --------------------------------------------------------------------------------------


def purge(*options: str) -> str:
    out = StringIO()
    call_command("purge_expired", *options, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


@pytest.fixture
def old_draft(db: None, settings: Any) -> Submission:
    settings.DRAFT_DAYS = 90
    return factories.AttachmentFactory(submission__saved_at=timezone.now() - timedelta(days=90, minutes=1)).submission


ONE_DRAFT = (
    "1 bản nháp quá 90 ngày (1 tệp), 0 tờ khai hết hạn giữ, 0 hồ sơ thử, 0 ảnh gốc đã có bản ghép (0 MB), "
    "0 thông báo cũ, 0 tệp in nhiều hồ sơ, 0 thông điệp thanh toán và bưu chính cũ, "
    "0 tệp không thuộc hồ sơ nào, 0 phiên hết hạn."
)


def test_expired_drafts_go_with_their_files(old_draft: Submission, django_capture_on_commit_callbacks: Any) -> None:
    name = old_draft.attachments.get().file.name
    fresh = factories.AttachmentFactory(submission__saved_at=timezone.now() - timedelta(days=89))
    filed = factories.SubmissionFactory(at=State.SUBMITTED)
    Submission.objects.filter(pk=filed.pk).update(saved_at=timezone.now() - timedelta(days=900))
    with django_capture_on_commit_callbacks(execute=True):
        said = purge()
    assert said == f"Đã xóa {ONE_DRAFT}"
    assert set(Submission.objects.values_list("pk", flat=True)) == {fresh.submission_id, filed.pk}
    assert [default_storage.exists(n) for n in (name, fresh.file.name)] == [False, True]


def test_a_dry_run_counts_and_deletes_nothing(old_draft: Submission) -> None:
    assert purge("--dry-run") == f"Sẽ xóa {ONE_DRAFT}"
    assert default_storage.exists(old_draft.attachments.get().file.name)


def test_lost_uploads_and_old_sessions_go_too(db: None) -> None:
    lost = default_storage.save("attachments/2026/01/lost", ContentFile(b"x"))
    Session.objects.create(session_key="a", session_data="", expire_date=timezone.now() - timedelta(days=1))
    Session.objects.create(session_key="b", session_data="", expire_date=timezone.now() + timedelta(days=1))
    assert purge().endswith("0 tệp không thuộc hồ sơ nào, 1 phiên hết hạn.")
    assert default_storage.exists(lost)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert purge().endswith("1 tệp không thuộc hồ sơ nào, 1 phiên hết hạn.")
    assert not default_storage.exists(lost)


@pytest.mark.django_db
def test_a_draft_that_was_filed_meanwhile_is_not_discarded() -> None:
    filed = factories.SubmissionFactory(at=State.SUBMITTED)
    with pytest.raises(NotPossible):
        workflow.discard(filed.pk, by=rules.SYSTEM_ACTOR)
