"""A draft becomes the published revision: what follows, what stays byte for byte, and two editors at once."""

from __future__ import annotations

import copy
import threading
from typing import Any

import pytest
from django.db import connection

from procedures import editing, search
from procedures.models import CatalogueVersion, Procedure, ProcedureRevision, RevisionIsPublished
from tests import factories
from tests.procedures.editing.drafts import changed, draft_of, editor, fields, published

pytestmark = pytest.mark.django_db
State = ProcedureRevision.State
GIVEN = {"reason": "Theo quy định mới", "legal_document": "Nghị định 1/2026/NĐ-CP"}


def row_of(revision: ProcedureRevision) -> dict[str, Any]:
    return ProcedureRevision.objects.filter(pk=revision.pk).values().get()


def test_the_same_row_is_published_and_the_old_one_stays_as_it_was() -> None:
    procedure = factories.ProcedureFactory()
    first, version = procedure.published, CatalogueVersion.current()
    before = row_of(first)
    draft = changed(draft_of(procedure), lambda c: c.update(name="Thủ tục đổi tên", short_name="Đổi tên", level=4))
    done = editing.publish(draft, by=draft.edited_by, **GIVEN)
    procedure = Procedure.objects.get(pk=procedure.pk)
    assert (done.pk, procedure.published_id, done.number, done.state) == (draft.pk, draft.pk, 2, State.PUBLISHED)
    assert (done.reason, done.legal_document, done.edited_by) == (*GIVEN.values(), draft.edited_by)
    assert row_of(first) == {**before, "state": State.RETIRED}
    assert (procedure.name, procedure.short_name, procedure.level) == ("Thủ tục đổi tên", "Đổi tên", 4)
    assert procedure.search_text.split("\n")[1:3] == ["doi ten", "thu tuc doi ten"]
    assert procedure.spec.name == "Thủ tục đổi tên"
    assert CatalogueVersion.current() == version + 1
    assert editing.history(procedure)[0].change_message == (
        "Công bố bản số 2. Lý do: Theo quy định mới. Căn cứ: Nghị định 1/2026/NĐ-CP"
    )


def test_what_was_published_is_immutable_from_then_on() -> None:
    revision = published(draft_of())
    revision.content = {**revision.content, "summary": "Lén sửa"}
    with pytest.raises(RevisionIsPublished):
        revision.save()


def test_the_sector_follows() -> None:
    factories.SectorFactory(key="dat_dai", name="Đất đai")
    draft = changed(draft_of(), lambda c: c.update(sector="dat_dai"))
    assert published(draft).procedure.sector.key == "dat_dai"


@pytest.mark.parametrize(
    ("reason", "document", "sentence"),
    [
        ("", "1/NĐ", "Hãy ghi lý do thay đổi."),
        (" \n", "1/NĐ", "Hãy ghi lý do thay đổi."),
        ("Vì thế", " ", "Hãy ghi văn bản làm căn cứ"),
        ("x" * 401, "1/NĐ", "dài nhất 400 ký tự"),
    ],
)
def test_reason_and_document_are_needed(reason: str, document: str, sentence: str) -> None:
    draft = draft_of()
    with pytest.raises(editing.EditError, match=sentence):
        editing.publish(draft, by=editor(), reason=reason, legal_document=document)
    assert row_of(draft)["state"] == State.DRAFT


def test_problems_block() -> None:
    draft = changed(draft_of(), lambda c: fields(c)[0].update(kind="word"))
    with pytest.raises(editing.NotPublishable) as raised:
        published(draft)
    assert [p.path for p in raised.value.problems] == [("form", "sections", 0, "fields", 0, "kind")]
    assert str(raised.value).startswith("Chưa công bố được: còn 1 chỗ cần sửa. Chỗ đầu tiên: Tờ khai, phần 1")
    assert row_of(draft)["state"] == State.DRAFT


def test_a_draft_saved_after_the_page_was_drawn_is_not_published_unseen() -> None:
    draft = draft_of()
    changed(draft, lambda c: c.update(summary="Người khác"))
    with pytest.raises(editing.EditConflict, match="Lê Thị Biên đã lưu bản soạn này"):
        editing.publish(draft, by=editor(), version=0, **GIVEN)
    assert editing.publish(draft, by=editor(), version=1, **GIVEN).content["summary"] == "Người khác"


def test_nor_over_a_revision_that_the_page_did_not_show() -> None:
    draft = draft_of()
    with pytest.raises(editing.EditConflict, match="Bản số 1 vừa được công bố"):
        editing.publish(draft, by=editor(), over=7, **GIVEN)
    assert editing.publish(draft, by=editor(), over=1, **GIVEN).number == 2


def test_a_draft_is_published_once() -> None:
    draft = draft_of()
    published(draft)
    with pytest.raises(editing.EditConflict, match="đã được công bố hoặc bỏ đi"):
        published(draft)


def test_search_finds_the_new_words() -> None:
    draft = changed(draft_of(), lambda c: c.update(everyday_terms=["cái lồng chim"]))
    assert search.find("cái lồng chim") == []
    published(draft)
    assert [hit.procedure.pk for hit in search.find("cái lồng chim")] == [draft.procedure_id]


@pytest.mark.django_db(transaction=True)
def test_two_editors_press_the_button_at_once() -> None:
    draft, by, said = draft_of(), editor(), []
    start = threading.Barrier(2)

    def press() -> None:
        start.wait()
        try:
            editing.publish(copy.copy(draft), by=by, version=0, **GIVEN)
            said.append("published")
        except editing.EditConflict:
            said.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["conflict", "published"]
    states = draft.procedure.revisions.order_by("number").values_list("number", "state")
    assert list(states) == [(1, State.RETIRED), (2, State.PUBLISHED)]
