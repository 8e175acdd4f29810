"""Loading a folder never undoes what was edited in the admin, unless the folder itself says something new."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest

from procedures import editing
from procedures.loading import store
from procedures.loading.folder import read_folder
from procedures.models import CatalogueVersion, ChoiceList, Procedure, ProcedureRevision
from tests.factories import document
from tests.procedures.catalogues import SHIPPED, files, run, write
from tests.procedures.editing.drafts import changed, draft_of, fields, published

FILE = "procedures/9.000001-mau.yaml"
State = ProcedureRevision.State

pytestmark = pytest.mark.django_db


def load(folder: Path, content: dict[str, Any]) -> store.Summary:
    shutil.rmtree(folder, ignore_errors=True)
    read = read_folder(write(folder, content))
    assert read.problems == []
    return store.store(read)


@pytest.fixture
def edited(tmp_path: Path) -> Procedure:
    """Loaded from a folder, then published in the admin with another summary."""
    load(tmp_path, files())
    published(changed(draft_of(Procedure.objects.get()), lambda c: c.update(summary="Sửa tay.", short_name="Tên tay")))
    return Procedure.objects.get()


def history() -> list[tuple[int, str, str]]:
    rows = ProcedureRevision.objects.order_by("number")
    return [(r.number, r.state, r.content["summary"]) for r in rows]


OLD = document()["summary"]


def test_an_unchanged_folder_leaves_the_edit_alone(tmp_path: Path, edited: Procedure) -> None:
    version = CatalogueVersion.current()
    for _time in range(2):
        summary = load(tmp_path, files())
        assert (summary.is_change, summary.kept, summary.replaced) == (False, ["9.000001"], [])
    row = Procedure.objects.get()
    assert (row.published, row.short_name) == (edited.published, "Tên tay")
    assert history() == [(1, State.RETIRED, OLD), (2, State.PUBLISHED, "Sửa tay.")]
    assert CatalogueVersion.current() == version


def test_a_changed_folder_publishes_and_says_what_it_replaced(tmp_path: Path, edited: Procedure) -> None:
    summary = load(tmp_path, files() | {FILE: document(summary="Thư mục mới.")})
    assert (summary.kept, summary.replaced, summary.changed_codes) == ([], ["9.000001"], ["9.000001"])
    assert history()[1:] == [(2, State.RETIRED, "Sửa tay."), (3, State.PUBLISHED, "Thư mục mới.")]
    assert Procedure.objects.get().short_name == document()["short_name"]
    again = load(tmp_path, files() | {FILE: document(summary="Thư mục mới.")})
    assert (again.is_change, again.kept, again.replaced) == (False, [], [])


def test_a_folder_that_says_what_was_edited_is_no_change(tmp_path: Path, edited: Procedure) -> None:
    assert edited.published is not None
    summary = load(tmp_path, files() | {FILE: copy.deepcopy(edited.published.content)})
    assert (summary.is_change, summary.kept, summary.replaced) == (False, [], [])
    back = load(tmp_path, files())
    assert (back.kept, back.replaced, back.changed_codes) == ([], [], ["9.000001"])


def test_dumping_the_edit_and_loading_it_changes_nothing(tmp_path: Path, edited: Procedure) -> None:
    run("dump_catalogue", str(tmp_path / "ra"))
    dumped = read_folder(tmp_path / "ra")
    assert [c["summary"] for c in dumped.procedures.values()] == ["Sửa tay."]
    assert not store.store(dumped).is_change
    run("dump_catalogue", str(tmp_path / "hai"))
    assert read_folder(tmp_path / "hai").procedures == dumped.procedures
    assert history()[-1] == (2, State.PUBLISHED, "Sửa tay.")


def test_newer_lists_reach_an_edited_document(tmp_path: Path, edited: Procedure) -> None:
    content = files()
    content["lists.yaml"]["lists"]["sexes"].append({"value": "khac", "label": "Khác"})
    summary = load(tmp_path, content)
    assert (summary.kept, summary.replaced, summary.changed_codes) == (["9.000001"], [], ["9.000001"])
    row = Procedure.objects.get()
    assert row.published is not None
    assert (row.published.number, row.published.content["summary"]) == (3, "Sửa tay.")
    assert [c["value"] for c in row.published.lists["sexes"]] == ["nam", "nu", "khac"]
    assert (row.published.reason, row.published.legal_document) == ("Theo quy định mới", "1/2026/NĐ-CP")
    assert not load(tmp_path, content).is_change


def test_lists_alone_are_no_edit(tmp_path: Path) -> None:
    load(tmp_path, files())
    ChoiceList.objects.filter(key="sexes").update(items=[{"value": "nu", "label": "Nữ"}])
    content = files()
    content["lists.yaml"]["lists"]["sexes"].append({"value": "khac", "label": "Khác"})
    summary = load(tmp_path, content)
    assert (summary.kept, summary.replaced) == ([], [])


def test_a_draft_moves_up_by_one_and_goes_on(tmp_path: Path) -> None:
    load(tmp_path, files())
    draft = changed(draft_of(Procedure.objects.get()), lambda c: c.update(summary="Đang soạn."))
    load(tmp_path, files() | {FILE: document(summary="Thư mục mới.")})
    assert history() == [
        (1, State.RETIRED, OLD),
        (2, State.PUBLISHED, "Thư mục mới."),
        (3, State.DRAFT, "Đang soạn."),
    ]
    draft = editing.start(draft.procedure, None)
    assert editing.warnings(draft)[0].startswith("Sau khi bạn bắt đầu sửa, bản số 2 đã được công bố.")
    with pytest.raises(editing.EditConflict, match="Bản số 2 vừa được công bố"):
        editing.publish(draft, by=draft.edited_by, reason="x", legal_document="y", over=1)
    assert published(draft).number == 3


def test_a_row_from_before_edits_were_remembered(tmp_path: Path, edited: Procedure) -> None:
    """Nothing is known of the last load: the folder speaks, as it always did."""
    Procedure.objects.update(loaded_digest="")
    summary = load(tmp_path, files())
    assert (summary.kept, summary.replaced, summary.changed_codes) == ([], [], ["9.000001"])
    assert history()[-1] == (3, State.PUBLISHED, OLD)


def test_the_command_says_it(tmp_path: Path, edited: Procedure) -> None:
    shutil.rmtree(tmp_path)
    write(tmp_path, files())
    out, _err = run("load_catalogue", str(tmp_path))
    assert out.splitlines()[-2:] == ["Giữ bản sửa trong quản trị: 1 (9.000001)", "Không có gì thay đổi."]
    write(tmp_path, {FILE: document(summary="Mới.")})
    out, _err = run("load_catalogue", str(tmp_path), "--dry-run")
    said = "Thay bản sửa trong quản trị vì thư mục có nội dung mới: 1 (9.000001)"
    assert (said in out.splitlines(), history()[-1][2]) == (True, "Sửa tay.")
    out, _err = run("load_catalogue", str(tmp_path))
    assert (said in out.splitlines(), history()[-1][2]) == (True, "Mới.")


def test_the_shipped_catalogue_with_every_tenth_procedure_edited(
    tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    store.store(read_folder(SHIPPED))
    rows = list(Procedure.objects.order_by("code"))[::10]
    for row in rows:
        published(changed(draft_of(row), lambda c: c.update(summary=c["summary"] + " (sửa)")))
    with django_assert_max_num_queries(40):
        summary = store.store(read_folder(SHIPPED))
    assert (summary.is_change, summary.kept) == (False, [row.code for row in rows])
    run("dump_catalogue", str(tmp_path / "ra"))
    assert not store.store(read_folder(tmp_path / "ra")).is_change
    kept = Procedure.objects.filter(published__content__summary__endswith="(sửa)").values_list("code", flat=True)
    assert sorted(kept) == [row.code for row in rows]


def test_an_edit_of_the_form_survives_too(tmp_path: Path) -> None:
    load(tmp_path, files())
    question = {"key": "ghi_chu", "label": "Ghi chú", "kind": "text"}
    published(changed(draft_of(Procedure.objects.get()), lambda c: fields(c).append(question)))
    load(tmp_path, files())
    form = Procedure.objects.get().spec.form
    assert form is not None
    assert form.field("ghi_chu") is not None
