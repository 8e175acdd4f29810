"""Loading a catalogue: new, changed, gone and come back; revisions; edits made in the meantime; the commands."""

from __future__ import annotations

import copy
import datetime
import io
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection

from procedures import spec
from procedures.loading import publishing, store
from procedures.loading.folder import read_folder
from procedures.models import Agency, CatalogueVersion, ChoiceList, Procedure, ProcedureRevision, Sector
from tests.factories import document
from tests.procedures.catalogues import SHIPPED, files, run, write

FILE = "procedures/9.000001-mau.yaml"
State = ProcedureRevision.State

pytestmark = pytest.mark.django_db


def load(folder: Path, content: dict[str, Any]) -> store.Summary:
    shutil.rmtree(folder)
    read = read_folder(write(folder, content))
    assert read.problems == []
    return store.store(read)


def counts(summary: store.Summary) -> dict[str, tuple[int, int, int]]:
    return {name: (c.created, c.changed, c.unchanged) for name, c in summary.counts.items()}


# --- the shipped catalogue -----------------------------------------------------------------------


def test_the_shipped_catalogue(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(120):
        summary = store.store(read_folder(SHIPPED))
    assert counts(summary) == {
        "agencies": (21, 0, 0),
        "sectors": (30, 0, 0),
        "lists": (13, 0, 0),
        "procedures": (70, 0, 0),
    }
    by_level = Counter(Procedure.objects.values_list("tier", "level"))
    assert by_level == {
        ("town", 1): 6,
        ("town", 2): 9,
        ("town", 3): 31,
        ("town", 4): 4,
        ("ward", 2): 15,
        ("ward", 3): 5,
    }
    assert Agency.objects.get(slug="bac-hong").parent.slug == "hong-linh"  # type: ignore[union-attr]
    assert [a.slug for a in Agency.objects.active().of_tier("ward")] == [
        "bac-hong",
        "nam-hong",
        "trung-luong",
        "duc-thuan",
        "dau-lieu",
        "thuan-loc",
    ]
    assert CatalogueVersion.current() == 1


def test_loading_it_again_changes_nothing() -> None:
    store.store(read_folder(SHIPPED))
    version = CatalogueVersion.objects.get(pk=1)
    revisions = list(ProcedureRevision.objects.order_by("pk").values())
    summary = store.store(read_folder(SHIPPED))
    assert [(c.created, c.changed) for c in summary.counts.values()] == [(0, 0)] * 4
    assert not summary.is_change
    assert CatalogueVersion.objects.get(pk=1).changed_at == version.changed_at
    assert list(ProcedureRevision.objects.order_by("pk").values()) == revisions


def test_every_shipped_document_is_kept_whole() -> None:
    folder = read_folder(SHIPPED)
    store.store(folder)
    kept = dict(Procedure.objects.values_list("code", "published__content"))
    assert kept == {content["code"]: content for content in folder.procedures.values()}
    for procedure in Procedure.objects.select_related("published", "sector"):
        assert procedure.spec == spec.build(procedure.published.content, folder.lists)  # type: ignore[union-attr]
        assert (procedure.spec.level, procedure.spec.sector) == (procedure.level, procedure.sector.key)


# --- revisions -----------------------------------------------------------------------------------


def test_a_changed_document_is_a_new_revision(tmp_path: Path) -> None:
    load(tmp_path, files())
    first = ProcedureRevision.objects.get()
    before = copy.deepcopy((first.content, first.lists, first.digest, first.number))
    summary = load(tmp_path, files() | {FILE: document(summary="Nói khác đi.")})
    assert counts(summary)["procedures"] == (0, 1, 0)
    assert summary.changed_codes == ["9.000001"]
    first.refresh_from_db()
    procedure = Procedure.objects.get()
    assert (first.content, first.lists, first.digest, first.number) == before
    assert first.state == State.RETIRED
    assert procedure.published is not None
    assert (procedure.published.number, procedure.published.state) == (2, State.PUBLISHED)
    assert procedure.published.content["summary"] == "Nói khác đi."
    assert CatalogueVersion.current() == 2


def test_the_order_of_keys_is_no_change(tmp_path: Path) -> None:
    load(tmp_path, files())
    summary = load(tmp_path, files() | {FILE: dict(reversed(document().items()))})
    assert not summary.is_change


def test_columns_follow_the_document(tmp_path: Path) -> None:
    load(tmp_path, files())
    load(tmp_path, files() | {FILE: document(name="Thủ tục Đổi tên", level=4, tier="town", former_codes=["9.1"])})
    row = Procedure.objects.get()
    assert (row.name, row.level, row.tier, row.slug) == ("Thủ tục Đổi tên", 4, "town", "dang-ky-khai-sinh-mau")
    assert row.search_text.split("\n")[:4] == ["9.000001", "9.1", "dang ky khai sinh", "thu tuc doi ten"]


def test_a_list_makes_new_revisions_only_where_it_is_used(tmp_path: Path) -> None:
    with_list = document()
    with_list["form"]["sections"][0]["fields"].append(
        {"key": "them", "label": "Thêm", "kind": "choice", "choices_from": "lists.them"}
    )
    content = files() | {FILE: with_list, "procedures/9.000002-hai.yaml": document(code="9.000002")}
    content["lists.yaml"]["lists"]["them"] = [{"code": "1", "name": "Một"}]
    load(tmp_path, content)
    content["lists.yaml"]["lists"]["them"].append({"code": "2", "name": "Hai"})
    summary = load(tmp_path, content)
    assert summary.changed_codes == ["9.000001"]
    published = Procedure.objects.get(code="9.000001").published
    assert published is not None
    assert [item["code"] for item in published.lists["them"]] == ["1", "2"]


# --- gone and back -------------------------------------------------------------------------------


def test_a_procedure_missing_from_the_folder_is_closed_and_comes_back(tmp_path: Path) -> None:
    second = "procedures/9.000002-hai.yaml"
    both = files() | {second: document(code="9.000002")}
    load(tmp_path, both)
    summary = load(tmp_path, files())
    row = Procedure.objects.get(code="9.000002")
    assert summary.closed == ["9.000002"]
    assert (row.status, row.status_reason) == (Procedure.Status.CLOSED, publishing.GONE)
    assert row.published is not None
    assert load(tmp_path, files()).closed == []
    summary = load(tmp_path, both)
    row.refresh_from_db()
    assert summary.reopened == ["9.000002"]
    assert (row.status, row.status_reason) == (Procedure.Status.OPEN, "")
    assert row.revisions.count() == 1


@pytest.mark.parametrize("status", [Procedure.Status.PAUSED, Procedure.Status.CLOSED])
def test_what_an_operator_stopped_stays_stopped(tmp_path: Path, status: str) -> None:
    load(tmp_path, files())
    Procedure.objects.update(status=status, status_reason="Theo quyết định của thị xã")
    assert not load(tmp_path, files()).is_change
    row = Procedure.objects.get()
    assert (row.status, row.status_reason) == (status, "Theo quyết định của thị xã")


def test_agencies_sectors_and_lists_missing_from_the_folder_stay(tmp_path: Path) -> None:
    content = files()
    content["agencies.yaml"]["agencies"].append({"slug": "xa", "name": "Ủy ban nhân dân xã", "kind": "commune"})
    content["sectors.yaml"]["sectors"].append({"key": "dat_dai", "name": "Đất đai"})
    content["lists.yaml"]["lists"]["them"] = []
    load(tmp_path, content)
    summary = load(tmp_path, files())
    assert summary.left == {"agencies": ["xa"], "sectors": ["dat_dai"], "lists": ["them"]}
    assert not summary.is_change
    assert (Agency.objects.count(), Sector.objects.count(), ChoiceList.objects.count()) == (4, 2, 2)


def test_a_folder_of_agencies_alone_leaves_the_procedures(tmp_path: Path) -> None:
    load(tmp_path, files())
    agencies = files()["agencies.yaml"]
    agencies["agencies"][1] |= {"active_to": "2025-06-30", "successor": "moi"}
    agencies["agencies"].append({"slug": "moi", "name": "UBND phường mới", "kind": "ward", "active_from": "2025-07-01"})
    summary = load(tmp_path, {"agencies.yaml": agencies})
    assert counts(summary)["agencies"] == (1, 1, 2)
    assert Procedure.objects.get().status == Procedure.Status.OPEN
    ward = Agency.objects.get(slug="phuong")
    assert (ward.successor.slug, ward.active_to) == ("moi", datetime.date(2025, 6, 30))  # type: ignore[union-attr]
    assert [a.slug for a in Agency.objects.active(datetime.date(2025, 7, 1)).of_tier("ward")] == ["moi"]


# --- agencies edited here ------------------------------------------------------------------------


def test_edits_stay_until_the_folder_says_something_new_about_them(tmp_path: Path) -> None:
    content = files()
    content["agencies.yaml"]["agencies"][1] |= {"phone": "0239", "address": "Số 1"}
    load(tmp_path, content)
    Agency.objects.filter(slug="phuong").update(phone="0999", hours="Sáng")
    assert not load(tmp_path, content).is_change
    content["agencies.yaml"]["agencies"][1]["address"] = "Số 2"
    assert counts(load(tmp_path, content))["agencies"] == (0, 1, 2)
    ward = Agency.objects.get(slug="phuong")
    assert (ward.phone, ward.address, ward.hours) == ("0999", "Số 2", "Sáng")
    content["agencies.yaml"]["agencies"][1]["phone"] = "0111"
    load(tmp_path, content)
    ward.refresh_from_db()
    assert (ward.phone, ward.hours) == ("0111", "Sáng")
    assert not load(tmp_path, content).is_change


def test_columns_of_agencies_and_departments(tmp_path: Path) -> None:
    content = files()
    content["agencies.yaml"]["agencies"][1] |= {
        "identifier": "H27.1",
        "identifier_is_sample": True,
        "checked": {"contact": True},
    }
    load(tmp_path, content)
    town, ward, office = Agency.objects.order_by("order")
    assert (town.slug, ward.slug, office.slug) == ("thi-xa", "phuong", "phong")
    assert (ward.parent, ward.identifier, ward.identifier_is_sample) == (town, "H27.1", True)
    assert (ward.contact_checked, office.contact_checked) == (True, False)
    assert (office.kind, office.parent) == (Agency.Kind.DEPARTMENT, town)
    content["agencies.yaml"]["agencies"].reverse()
    assert counts(load(tmp_path, content))["agencies"] == (0, 2, 1)
    assert [a.slug for a in Agency.objects.all()] == ["phuong", "thi-xa", "phong"]


# --- the command ---------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, files())
    out, _err = run("load_catalogue", str(tmp_path), "--dry-run")
    assert out.splitlines()[-1] == "Chạy thử: chưa ghi gì."
    assert (Agency.objects.count(), Procedure.objects.count(), CatalogueVersion.current()) == (0, 0, 0)


def test_the_summary(tmp_path: Path) -> None:
    write(tmp_path, files())
    assert run("load_catalogue", str(tmp_path))[0].splitlines() == [
        "cơ quan: 3 mới, 0 đổi, 0 giữ nguyên",
        "lĩnh vực: 1 mới, 0 đổi, 0 giữ nguyên",
        "danh sách: 1 mới, 0 đổi, 0 giữ nguyên",
        "thủ tục: 1 mới, 0 đổi, 0 giữ nguyên",
        "Đã nạp danh mục: 1 thủ tục.",
    ]
    assert run("load_catalogue", str(tmp_path))[0].splitlines()[-1] == "Không có gì thay đổi."


def test_one_problem_anywhere_and_nothing_is_loaded(tmp_path: Path) -> None:
    write(tmp_path, files() | {"procedures/9.000002-hai.yaml": document(code="9.000002", sector="x", level=9)})
    err = io.StringIO()
    with pytest.raises(CommandError, match="Có 2 lỗi; chưa nạp gì") as raised:
        call_command("load_catalogue", str(tmp_path), stderr=err)
    assert raised.value.returncode == 1
    assert err.getvalue().splitlines() == [
        "procedures/9.000002-hai.yaml: level: Phải từ 1 đến 4.",
        "procedures/9.000002-hai.yaml: sector: Không có lĩnh vực “x” trong sectors.yaml.",
    ]
    assert (Agency.objects.count(), Procedure.objects.count()) == (0, 0)


@pytest.mark.parametrize("command", ["load_catalogue", "check_catalogue"])
def test_paths_that_hold_no_catalogue(tmp_path: Path, command: str) -> None:
    (tmp_path / "tep").write_text("x")
    for path in (tmp_path / "khong", tmp_path / "tep", tmp_path, "", "\0", "x" * 5000):
        with pytest.raises(CommandError, match="Có 1 lỗi"):
            run(command, str(path))


def test_check_catalogue_touches_no_table(tmp_path: Path, django_assert_num_queries: Any) -> None:
    write(tmp_path, files())
    with django_assert_num_queries(0):
        out, _err = run("check_catalogue", str(tmp_path))
    assert out == "Không có lỗi: 2 cơ quan, 1 thủ tục.\n"


@pytest.mark.slow
def test_many_procedures_are_written_in_batches(tmp_path: Path) -> None:
    """Six hundred procedures are three batches: few queries for each, none for a procedure."""
    content = files()
    text = yaml.safe_dump(document(), allow_unicode=True)
    for n in range(2, 601):
        content[f"procedures/9.{n:06d}-mau.yaml"] = text.replace("9.000001", f"9.{n:06d}")
    read = read_folder(write(tmp_path, content))
    with connection.execute_wrapper(counter := _Counter()):
        store.store(read)
    assert Procedure.objects.filter(published__isnull=False).count() == 600
    assert counter.count < 60


class _Counter:
    count = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.count += 1
        return execute(*args)
