"""Dumping the catalogue: nothing is lost, edits are in it, and loading it again changes nothing."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from procedures.loading import store
from procedures.loading.folder import read_folder
from procedures.models import Agency, CatalogueVersion, ChoiceList, Procedure, Sector
from tests.factories import document
from tests.procedures.catalogues import SHIPPED, files, run, write

pytestmark = pytest.mark.django_db


def everything(folder: Path) -> dict[str, Any]:
    read = read_folder(folder)
    assert read.problems == []
    return read.shared | read.procedures


def by_slug(folder: Path) -> dict[str, Any]:
    return {a["slug"]: a for a in [*read_folder(folder).agencies, *read_folder(folder).departments]}


def test_the_shipped_catalogue_survives(tmp_path: Path) -> None:
    store.store(read_folder(SHIPPED))
    out, _err = run("dump_catalogue", str(tmp_path / "ra"))
    assert out == f"Đã ghi 70 thủ tục vào {tmp_path / 'ra'}.\n"
    assert everything(tmp_path / "ra") == everything(SHIPPED)
    version = CatalogueVersion.current()
    assert not store.store(read_folder(tmp_path / "ra")).is_change
    assert CatalogueVersion.current() == version


def test_a_fresh_database_comes_to_the_same(tmp_path: Path) -> None:
    store.store(read_folder(SHIPPED))
    run("dump_catalogue", str(tmp_path / "ra"))
    digests = dict(Procedure.objects.values_list("code", "published__digest"))
    Procedure.objects.update(published=None)
    for table in (Procedure, Sector, ChoiceList, CatalogueVersion):
        table.objects.all().delete()
    Agency.objects.update(parent=None)
    Agency.objects.all().delete()
    store.store(read_folder(tmp_path / "ra"))
    assert dict(Procedure.objects.values_list("code", "published__digest")) == digests
    run("dump_catalogue", str(tmp_path / "hai"))
    assert everything(tmp_path / "hai") == everything(SHIPPED)


def test_edited_columns_are_in_the_dump(tmp_path: Path) -> None:
    content = files()
    content["agencies.yaml"]["agencies"][1] |= {"phone": "0239", "note": "Ghi chú", "checked": {"name_code": True}}
    content["agencies.yaml"]["source"] = "Niên giám"
    store.store(read_folder(write(tmp_path / "vao", content)))
    town = Agency.objects.get(slug="thi-xa")
    Agency.objects.filter(slug="phuong").update(
        phone="", hours="Sáng", contact_checked=True, active_to=datetime.date(2025, 6, 30), successor=town
    )
    Agency.objects.create(slug="moi", name="UBND phường mới", kind="ward", parent=town, order=9)
    Sector.objects.create(key="dat_dai", name="Đất đai", order=2)
    run("dump_catalogue", str(tmp_path / "ra"))
    found = by_slug(tmp_path / "ra")
    assert found["phuong"] == {
        "slug": "phuong",
        "name": "Ủy ban nhân dân phường",
        "kind": "ward",
        "parent": "thi-xa",
        "note": "Ghi chú",
        "checked": {"name_code": True, "contact": True},
        "hours": "Sáng",
        "active_to": "2025-06-30",
        "successor": "thi-xa",
    }
    assert found["moi"] == {"slug": "moi", "name": "UBND phường mới", "kind": "ward", "parent": "thi-xa"}
    assert everything(tmp_path / "ra")["agencies.yaml"]["source"] == "Niên giám"
    assert everything(tmp_path / "ra")["sectors.yaml"]["sectors"][1] == {
        "key": "dat_dai",
        "name": "Đất đai",
        "order": 2,
    }
    assert not store.store(read_folder(tmp_path / "ra")).is_change


def test_closed_procedures_are_left_out_and_stay_closed(tmp_path: Path) -> None:
    second = {"procedures/9.000002-hai.yaml": document(code="9.000002")}
    store.store(read_folder(write(tmp_path / "vao", files() | second)))
    run("dump_catalogue", str(tmp_path / "ra"))
    Procedure.objects.filter(code="9.000002").update(status=Procedure.Status.CLOSED, status_reason="Bãi bỏ")
    out, _err = run("dump_catalogue", str(tmp_path / "ra"), "--force")
    assert out.splitlines()[0] == "Đã xóa tệp cũ: 9.000002-dang-ky-khai-sinh-mau.yaml"
    assert [p.name for p in (tmp_path / "ra" / "procedures").iterdir()] == ["9.000001-dang-ky-khai-sinh-mau.yaml"]
    assert not store.store(read_folder(tmp_path / "ra")).is_change


def test_a_folder_with_files_is_not_overwritten_unasked(tmp_path: Path) -> None:
    store.store(read_folder(write(tmp_path / "vao", files())))
    (tmp_path / "ghi-chu.txt").write_text("của tôi")
    with pytest.raises(CommandError, match="đã có tệp"):
        run("dump_catalogue", str(tmp_path))
    with pytest.raises(CommandError, match="là tệp"):
        run("dump_catalogue", str(tmp_path / "ghi-chu.txt"))
    with pytest.raises(CommandError, match="Không ghi được"):
        run("dump_catalogue", "/proc/khong-ghi-duoc")
    run("dump_catalogue", str(tmp_path), "--force")
    assert (tmp_path / "ghi-chu.txt").read_text() == "của tôi"


def test_nothing_to_dump(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="chưa có danh mục"):
        run("dump_catalogue", str(tmp_path / "ra"))
    assert not (tmp_path / "ra").exists()
