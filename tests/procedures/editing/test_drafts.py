"""Drafts of a document: started, saved by one editor at a time, restored, thrown away."""

from __future__ import annotations

import copy
import unicodedata
from datetime import UTC, datetime

import pytest
import time_machine

from procedures import editing, spec
from procedures.models import ChoiceList, ProcedureRevision
from tests import factories
from tests.procedures.editing.drafts import changed, draft_of, editor, fields, published

pytestmark = pytest.mark.django_db
State = ProcedureRevision.State


def test_a_draft_is_a_copy_of_what_is_published() -> None:
    procedure, by = factories.ProcedureFactory(), editor()
    draft = editing.start(procedure, by)
    assert (draft.number, draft.state, draft.based_on, draft.edited_by) == (2, State.DRAFT, procedure.published, by)
    assert (draft.content, draft.lists) == (procedure.published.content, factories.LISTS)
    assert editing.problems(draft) == []
    assert editing.differences(procedure.spec, draft.spec) == []


def test_a_second_editor_gets_the_same_draft() -> None:
    draft = draft_of()
    assert editing.start(draft.procedure, editor()) == draft
    assert editing.draft_of(draft.procedure) == draft
    assert draft.procedure.revisions.count() == 2


def test_nothing_can_be_edited_before_anything_was_published() -> None:
    procedure = factories.ProcedureFactory()
    procedure.revisions.exclude(pk=procedure.published_id).delete()
    type(procedure).objects.update(published=None)
    with pytest.raises(editing.EditError, match="chưa có bản công bố nào"):
        editing.start(procedure, editor())


def test_saving_counts_up_and_notes_who_and_when() -> None:
    draft, other = draft_of(), editor()
    content = {**draft.content, "summary": "Nói khác."}
    with time_machine.travel(datetime(2026, 5, 4, 1, 30, tzinfo=UTC), tick=False):
        saved = editing.save(draft, content, version=0, by=other)
    assert (saved.version, saved.edited_by, saved.content["summary"]) == (1, other, "Nói khác.")
    assert saved.digest == spec.digest(content, factories.LISTS) != draft.digest
    draft.procedure.refresh_from_db()
    assert draft.procedure.published.content["summary"] != "Nói khác."


def test_the_second_of_two_editors_is_told_who_saved_and_when() -> None:
    draft, first, second = draft_of(), editor(), editor()
    with time_machine.travel(datetime(2026, 5, 4, 1, 30, tzinfo=UTC), tick=False):
        editing.save(draft, {**draft.content, "summary": "Một"}, version=0, by=first)
    with pytest.raises(editing.EditConflict) as raised:
        editing.save(draft, {**draft.content, "summary": "Hai"}, version=0, by=second)
    assert str(raised.value).startswith("Lê Thị Biên đã lưu bản soạn này lúc 08:30 04/05/2026")
    stored = editing.draft_of(draft.procedure)
    assert stored is not None
    assert (stored.content["summary"], stored.version, stored.edited_by) == ("Một", 1, first)
    assert raised.value.draft == stored


def test_a_draft_that_is_gone_cannot_be_saved() -> None:
    draft = draft_of()
    editing.discard(draft)
    for late in (lambda: editing.save(draft, draft.content, version=0, by=None), lambda: editing.discard(draft)):
        with pytest.raises(editing.EditConflict, match="đã được công bố hoặc bỏ đi"):
            late()


def test_a_published_revision_is_never_saved_or_thrown_away() -> None:
    draft = draft_of()
    revision = published(draft)
    before = copy.deepcopy(revision.content)
    with pytest.raises(editing.EditConflict):
        editing.save(revision, {"code": "x"}, version=revision.version, by=None)
    with pytest.raises(editing.EditConflict):
        editing.discard(revision)
    assert ProcedureRevision.objects.get(pk=revision.pk).content == before


def test_loose_accents_and_signs_no_database_takes_are_mended_on_the_way() -> None:
    draft = draft_of()
    loose = unicodedata.normalize("NFD", "Họ tên")
    saved = editing.save(draft, {**draft.content, "note": f"{loose}\0\ud800"}, version=0, by=None)
    assert saved.content["note"] == "Họ tên"


def test_lists_are_frozen_with_the_draft() -> None:
    ChoiceList.objects.create(key="dan_toc", items=[{"code": "1", "name": "Kinh"}])
    ChoiceList.objects.create(key="sexes", items=[{"value": "khac", "label": "Khác"}])
    draft = draft_of()
    assert sorted(editing.lists_of(draft)) == ["dan_toc", "sexes"]
    new = {"key": "dan_toc", "label": "Dân tộc", "kind": "choice", "choices_from": "lists.dan_toc"}
    saved = changed(draft, lambda c: fields(c).append(new))
    assert saved.lists == {"dan_toc": [{"code": "1", "name": "Kinh"}], "sexes": factories.LISTS["sexes"]}
    ChoiceList.objects.filter(key="dan_toc").update(items=[])
    assert editing.lists_of(saved)["dan_toc"] == [{"code": "1", "name": "Kinh"}]
    assert changed(saved, lambda c: fields(c).pop()).lists == factories.LISTS


# --- restoring -----------------------------------------------------------------------------------


def test_an_old_revision_comes_back_as_a_new_number() -> None:
    procedure = factories.ProcedureFactory()
    first = procedure.published
    second = published(changed(draft_of(procedure), lambda c: c.update(summary="Hai")))
    draft = editing.restore(first, editor())
    assert (draft.number, draft.state, draft.content, draft.based_on) == (3, State.DRAFT, first.content, second)
    assert draft.note == "Khôi phục từ bản số 1."
    third = published(draft)
    assert list(procedure.revisions.order_by("number").values_list("number", "state")) == [
        (1, State.RETIRED),
        (2, State.RETIRED),
        (3, State.PUBLISHED),
    ]
    assert third.digest == first.digest


def test_only_an_old_revision_is_restored_and_never_over_a_draft() -> None:
    procedure = factories.ProcedureFactory()
    first = procedure.published
    with pytest.raises(editing.EditError, match="Chỉ khôi phục được một bản cũ"):
        editing.restore(first, editor())
    published(changed(draft_of(procedure), lambda c: c.update(summary="Hai")))
    draft = draft_of(procedure)
    first.refresh_from_db()
    with pytest.raises(editing.EditError, match="đang có một bản soạn"):
        editing.restore(first, editor())
    editing.discard(draft)
    assert editing.restore(first, editor()).content == first.content
