"""An editor publishes a changed form: what becomes of a draft's values, and that open and filed submissions stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from procedures import editing
from procedures.models import Procedure, ProcedureRevision
from submissions import filing, rules, workflow
from submissions.errors import ChangedMeanwhile
from submissions.models import Submission
from submissions.states import State
from tests import factories
from tests.procedures.editing.drafts import Content, changed, draft_of, fields, published
from tests.submissions.citizen import CHILD, Citizen, text

pytestmark = pytest.mark.django_db

TYPED: dict[str, list[str]] = {
    "name": ["An"],
    "when": ["01/02/2020"],
    "count": ["3"],
    "one": ["a"],
    "many": ["a", "b"],
    "tick": ["on"],
    "rows-TOTAL_FORMS": ["2"],
    "rows-0-cell": ["x"],
    "rows-0-pick": ["a"],
    "rows-1-cell": ["y"],
    "rows-1-pick": ["b"],
}
AB = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]


def form() -> Content:
    """A form with one question of each kind that behaves in a way of its own, in two sections."""
    first = [
        {"key": "name", "label": "Tên", "kind": "text"},
        {"key": "when", "label": "Ngày", "kind": "date"},
        {"key": "count", "label": "Số", "kind": "integer"},
        {"key": "one", "label": "Một", "kind": "choice", "choices": [*AB]},
    ]
    cells = [
        {"key": "cell", "label": "Chữ", "kind": "text"},
        {"key": "pick", "label": "Chọn", "kind": "choice", "choices": [*AB]},
    ]
    second = [
        {"key": "many", "label": "Nhiều", "kind": "multichoice", "choices": [*AB]},
        {"key": "tick", "label": "Ô", "kind": "checkbox"},
        {"key": "rows", "label": "Bảng", "kind": "repeat", "fields": cells},
    ]
    sections = [{"key": "s1", "title": "Phần 1", "fields": first}, {"key": "s2", "title": "Phần 2", "fields": second}]
    return {"title": "Tờ khai", "sections": sections}


@pytest.fixture
def draft() -> Submission:
    bare: dict[str, Any] = {"documents": [], "fees": [], "time_limit": {"value": 5, "unit": "working_day"}}
    procedure = factories.ProcedureFactory(content=factories.document(form=form(), **bare))
    return factories.SubmissionFactory(procedure=procedure, answers={}, typed={"form": dict(TYPED)})


def follow(draft: Submission, change: Callable[[Content], object]) -> tuple[dict[str, list[str]], list[str]]:
    """What is left of the typed values, and what the citizen is told, after the change was published."""
    published(changed(draft_of(draft.procedure), change))
    draft = Submission.objects.get(pk=draft.pk)
    changes = filing.follow_published(draft)
    assert changes is not None
    stored = Submission.objects.get(pk=draft.pk)
    assert stored.revision == draft.procedure.published
    assert stored.version == 1
    return stored.typed["form"], changes.sentences()


def without(*names: str) -> dict[str, list[str]]:
    return {name: values for name, values in TYPED.items() if name not in names}


def retyped(kind: str, **more: Any) -> Callable[[Content], None]:
    return lambda f: f.update(kind=kind, **more)


ASK_AGAIN = "Không còn hỏi nữa, hoặc bạn cần khai lại: %s."
NEW = "Câu hỏi, giấy tờ mới: %s."
ROW_NAMES = [name for name in TYPED if name.startswith("rows-")]


def question(content: Content, key: str) -> Content:
    found = [f for section in (0, 1) for f in fields(content, section)]
    found += [cell for f in found for cell in f.get("fields", [])]
    return next(f for f in found if f["key"] == key)


def remove(content: Content, key: str) -> None:
    for section in (0, 1):
        inside = fields(content, section)
        inside[:] = [f for f in inside if f["key"] != key]
        for f in inside:
            if f.get("fields"):
                f["fields"] = [cell for cell in f["fields"] if cell["key"] != key]


@pytest.mark.parametrize(
    ("change", "left", "told"),
    [
        # adding
        (lambda c: fields(c).append({"key": "new", "label": "Mới", "kind": "text"}), TYPED, [NEW % "Mới"]),
        (
            lambda c: fields(c).insert(0, {"key": "new", "label": "Mới", "kind": "file", "required": True}),
            TYPED,
            [NEW % "Mới"],
        ),
        (
            lambda c: c["form"]["sections"].append(
                {"key": "s3", "title": "Phần 3", "fields": [{"key": "new", "label": "Mới", "kind": "date"}]}
            ),
            TYPED,
            [NEW % "Mới"],
        ),
        (lambda c: question(c, "rows")["fields"].append({"key": "new", "label": "Mới", "kind": "text"}), TYPED, []),
        # removing
        (lambda c: remove(c, "name"), without("name"), [ASK_AGAIN % "Tên"]),
        (lambda c: remove(c, "tick"), without("tick"), [ASK_AGAIN % "Ô"]),
        (lambda c: remove(c, "rows"), without(*ROW_NAMES), [ASK_AGAIN % "Bảng"]),
        (lambda c: remove(c, "cell"), without("rows-0-cell", "rows-1-cell"), []),
        (
            lambda c: c["form"]["sections"].pop(),
            without("many", "tick", *ROW_NAMES),
            [ASK_AGAIN % "Nhiều; Ô; Bảng"],
        ),
        # moving
        (lambda c: fields(c).reverse(), TYPED, []),
        (lambda c: fields(c, 1).append(fields(c).pop(0)), TYPED, []),
        (lambda c: c["form"]["sections"].reverse(), TYPED, []),
        (lambda c: question(c, "rows")["fields"].reverse(), TYPED, []),
        # other words
        (lambda c: question(c, "name").update(label="Họ tên đầy đủ"), TYPED, []),
        (lambda c: question(c, "cell").update(label="Lời"), TYPED, []),
        (lambda c: c["form"]["sections"][0].update(title="Phần đầu"), TYPED, []),
        (lambda c: question(c, "one")["choices"][0].update(label="Chữ A"), TYPED, []),
        (lambda c: question(c, "name").update(help="Viết hoa."), TYPED, []),
        # required or not
        (lambda c: question(c, "name").update(required=True), TYPED, ["Nay bắt buộc: Tên."]),
        (lambda c: question(c, "name").update(required=False), TYPED, []),
        # another kind that still takes the words
        (lambda c: retyped("multiline")(question(c, "name")), TYPED, []),
        (lambda c: retyped("person_name")(question(c, "name")), TYPED, []),
        (lambda c: retyped("money")(question(c, "count")), TYPED, []),
        (lambda c: retyped("multichoice")(question(c, "one")), TYPED, []),
        (lambda c: retyped("address")(question(c, "cell")), TYPED, []),
        # another kind that does not
        (lambda c: retyped("date")(question(c, "name")), without("name"), [ASK_AGAIN % "Tên"]),
        (lambda c: retyped("year")(question(c, "when")), without("when"), [ASK_AGAIN % "Ngày"]),
        (lambda c: retyped("choice", choices=AB)(question(c, "tick")), without("tick"), [ASK_AGAIN % "Ô"]),
        (lambda c: retyped("file")(question(c, "count")), without("count"), [ASK_AGAIN % "Số"]),
        (lambda c: retyped("date")(question(c, "cell")), without("rows-0-cell", "rows-1-cell"), []),
        # choices
        (lambda c: question(c, "one")["choices"].append({"value": "c", "label": "C"}), TYPED, []),
        (lambda c: question(c, "one")["choices"].pop(1), TYPED, []),
        (lambda c: question(c, "one")["choices"].pop(0), without("one"), [ASK_AGAIN % "Một"]),
        (lambda c: question(c, "many")["choices"].pop(0), {**TYPED, "many": ["b"]}, [ASK_AGAIN % "Nhiều"]),
        (lambda c: question(c, "pick")["choices"].pop(0), without("rows-0-pick"), [ASK_AGAIN % "Chọn"]),
        (lambda c: question(c, "one")["choices"].reverse(), TYPED, []),
        (
            lambda c: question(c, "one").update(choices=None, choices_from="lists.sexes"),
            without("one"),
            [ASK_AGAIN % "Một"],
        ),
        # conditions, limits, papers
        (lambda c: fields(c, 1)[1].update(show_when={"field": "one", "equals": "b"}), TYPED, []),
        (lambda c: question(c, "name").update(max_length=1), TYPED, []),
        (
            lambda c: c.update(documents=[{"key": "p", "name": "Giấy P", "upload": True, "required": True}]),
            TYPED,
            [NEW % "Giấy P"],
        ),
    ],
)
def test_what_becomes_of_a_draft(
    draft: Submission, change: Callable[[Content], object], left: dict[str, list[str]], told: list[str]
) -> None:
    assert follow(draft, change) == (left, told)


def test_two_revisions_at_once_are_one_step(draft: Submission) -> None:
    published(changed(draft_of(draft.procedure), lambda c: remove(c, "name")))
    typed, told = follow(draft, lambda c: remove(c, "when"))
    assert (typed, told) == (without("name", "when"), [ASK_AGAIN % "Tên; Ngày"])


def test_a_restored_form_takes_back_what_is_still_typed(draft: Submission) -> None:
    first = draft.revision
    published(changed(draft_of(draft.procedure), lambda c: remove(c, "name")))
    by = factories.UserFactory()
    first.refresh_from_db()
    third = editing.publish(editing.restore(first, by), by=by, reason="Nhầm", legal_document="1/QĐ")
    draft = Submission.objects.get(pk=draft.pk)
    changes = filing.follow_published(draft)
    assert changes is not None
    assert (changes.sentences(), draft.typed["form"], draft.revision) == ([], TYPED, third)


# --- through the pages ----------------------------------------------------------------------------


QUESTION = {"key": "ghi_chu", "label": "Ghi chú của gia đình", "kind": "text", "required": True}


def publish_a_question(procedure: Procedure) -> ProcedureRevision:
    return published(changed(draft_of(procedure), lambda c: fields(c).append(QUESTION)))


def test_a_citizen_in_the_middle_is_told_and_asked_and_nothing_goes_to_the_old_form() -> None:
    citizen = Citizen()
    citizen.fill()
    revision = publish_a_question(citizen.draft.procedure)
    answer = citizen.send()
    assert citizen.now().state == State.DRAFT
    assert citizen.draft.revision == revision
    page = text(citizen.client.get(answer["Location"]))
    assert "Biểu mẫu của thủ tục này vừa có bản mới." in page
    assert "Câu hỏi, giấy tờ mới: Ghi chú của gia đình." in page
    assert citizen.send().status_code == 200
    assert citizen.now().state == State.DRAFT
    citizen.post("tre", {**CHILD, "ghi_chu": "Không có"})
    citizen.send()
    filed = citizen.now()
    assert (filed.state, filed.revision, filed.answers["ghi_chu"]) == (State.SUBMITTED, revision, "Không có")
    assert filed.answers["child_name"] == "Nguyễn Thị Ánh"


@pytest.mark.parametrize("at", [s for s in State if s != State.DRAFT])
def test_an_open_and_a_filed_submission_keep_their_form(at: State) -> None:
    submission = factories.SubmissionFactory(at=at)
    before = (submission.revision_id, submission.answers, submission.revision.digest)
    publish_a_question(submission.procedure)
    stored = Submission.objects.get(pk=submission.pk)
    assert filing.follow_published(stored) is None
    assert (stored.revision_id, stored.answers, stored.revision.digest) == before
    assert stored.revision.spec.form.field("ghi_chu") is None


def test_a_draft_whose_form_is_edited_but_not_published_stays() -> None:
    draft = factories.SubmissionFactory()
    changed(draft_of(draft.procedure), lambda c: fields(c).append(QUESTION))
    assert filing.follow_published(draft) is None
    assert draft.revision == draft.procedure.published


def test_filing_on_a_form_replaced_in_that_very_moment_is_refused() -> None:
    citizen = Citizen()
    citizen.fill()
    ready = filing.compile_draft(citizen.now())
    publish_a_question(citizen.draft.procedure)
    with pytest.raises(ChangedMeanwhile, match="Biểu mẫu vừa có bản mới"):
        workflow.submit(citizen.draft.pk, ready, by=rules.citizen("Nguyễn Văn Bình"))
