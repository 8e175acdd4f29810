"""The shipped procedures with the units as they are since 1 July 2025: no town, six units gone, two new wards."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client

from procedures import spec
from procedures.models import Agency, Procedure
from submissions.models import Submission
from submissions.states import State
from tests import journey, loaded

SHIPPED = Path(settings.BASE_DIR) / "procedures" / "catalogue" / "hong-linh"
AGENCIES = Path(__file__).parents[1] / "data" / "hong-linh-2025" / "agencies.yaml"
GONE = {a["slug"]: a for a in yaml.safe_load(AGENCIES.read_text())["agencies"] if a.get("active_to")}
NEW = ["bac-hong-linh", "nam-hong-linh"]
NAMES = {a["slug"]: a["name"] for a in yaml.safe_load(AGENCIES.read_text())["agencies"]}


@pytest.fixture(scope="module")
def _catalogue(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("catalogue")
    for file in SHIPPED.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "agencies.yaml").unlink()
    (folder / "agencies.yaml").write_bytes(AGENCIES.read_bytes())
    with loaded.catalogue(folder, django_db_blocker):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_catalogue", "db")]


@pytest.fixture
def visitor() -> journey.DjangoVisitor:
    return journey.DjangoVisitor(Client())


def words(page: journey.Page) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.html)))


def some(tier: str, level: int) -> spec.ProcedureSpec:
    found = Procedure.objects.filter(tier=tier, level=level).order_by("code").first()
    assert found is not None
    return found.spec


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/thu-tuc/", "/muc-do/1/", "/muc-do/2/", "/muc-do/3/", "/muc-do/4/", "/gioi-thieu/", "/huong-dan/"),
        *("/hoi-dap/", "/tra-cuu/", "/tai-khoan/", "/sitemap.xml", "/so-do-trang/", "/tro-nang/", "/rieng-tu/"),
        *("/muc-do/3/?co-quan=bac-hong-linh", "/muc-do/3/?co-quan=hong-linh", "/thu-tuc/?co-quan=nam-hong-linh"),
    ],
)
def test_pages_answer(path: str, visitor: journey.DjangoVisitor) -> None:
    assert visitor.get(path).status == 200


def test_every_procedure_says_where_it_is_taken_or_that_nobody_takes_it(visitor: journey.DjangoVisitor) -> None:
    nobody = "Hiện không có đơn vị nào trên cổng này nhận hồ sơ mới của thủ tục này."
    for code, tier in Procedure.objects.values_list("code", "tier"):
        page = visitor.get(f"/thu-tuc/{code}/")
        assert (page.status, nobody in words(page)) == (200, tier == "town"), code
        offered = f'href="/nop-ho-so/{code}/"' in page.html
        assert not (tier == "town" and offered), code


@pytest.mark.parametrize("level", [3, 4])
def test_the_town_takes_nothing_any_more(level: int, visitor: journey.DjangoVisitor) -> None:
    procedure = some("town", level)
    nobody = "Hiện không có đơn vị nào trên cổng này nhận hồ sơ mới của thủ tục này."
    page = visitor.get(f"/nop-ho-so/{procedure.code}/")
    assert (page.status, nobody in words(page), 'method="post"' in page.html) == (200, True, False)
    refused = visitor.post(f"/nop-ho-so/{procedure.code}/", {"co-quan": ["hong-linh"]})
    assert (refused.status, refused.path, nobody in words(refused)) == (200, f"/nop-ho-so/{procedure.code}/", True)
    assert Submission.objects.count() == 0


def test_old_wards_are_named_with_their_successor_and_take_nothing(visitor: journey.DjangoVisitor) -> None:
    procedure = some("ward", 3)
    page = visitor.get(f"/nop-ho-so/{procedure.code}/")
    assert re.findall(r'name="co-quan" value="([^"]+)"', page.html) == NEW
    for slug, agency in GONE.items():
        if agency["kind"] not in ("ward", "commune"):
            continue
        successor = NAMES[agency["successor"]]
        told = f"{agency['name']} không còn nhận hồ sơ mới. Nay hồ sơ nộp tại {successor}."
        assert told in words(visitor.get(f"/nop-ho-so/{procedure.code}/?co-quan={slug}"))
        assert told in words(visitor.post(f"/nop-ho-so/{procedure.code}/", {"co-quan": [slug]}))
        assert f"Nay là {successor}." in words(visitor.get(f"/thu-tuc/{procedure.code}/"))
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("path", ["/thu-tuc/", "/muc-do/3/"])
def test_a_list_asked_for_an_old_ward_names_the_new_one(path: str, visitor: journey.DjangoVisitor) -> None:
    page = visitor.get(f"{path}?co-quan=bac-hong")
    assert page.status == 200
    told = "Ủy ban nhân dân phường Bắc Hồng không nhận hồ sơ mới, nay là Ủy ban nhân dân phường Bắc Hồng Lĩnh."
    assert told in words(page)
    town = words(visitor.get(f"{path}?co-quan=hong-linh"))
    assert "Ủy ban nhân dân thị xã Hồng Lĩnh không nhận hồ sơ mới;" in town


@pytest.mark.parametrize("slug", NEW)
def test_new_wards_take_what_the_old_ones_took(slug: str, visitor: journey.DjangoVisitor) -> None:
    page = journey.file(visitor, journey.Plan(some("ward", 3), agency=slug))
    assert (page.status, page.mark("state")) == (200, State.SUBMITTED)
    assert Submission.objects.get(reference=page.mark("reference")).agency.slug == slug


def test_a_draft_begun_at_an_old_ward_moves_by_one_button_and_is_not_sent_before(
    visitor: journey.DjangoVisitor,
) -> None:
    procedure, ward = some("ward", 3), Agency.objects.get(slug="duc-thuan")
    Agency.objects.filter(pk=ward.pk).update(active_to=None)
    page = visitor.post(f"/nop-ho-so/{procedure.code}/", {"co-quan": [ward.slug]})
    Agency.objects.filter(pk=ward.pk).update(active_to=datetime.date(2025, 6, 30))
    page = visitor.get(page.path)
    assert "Ủy ban nhân dân phường Bắc Hồng Lĩnh" in words(page)
    assert 'name="move-office"' in page.html
    steps = page.path.removesuffix("nguoi-nop/")
    visitor.post(steps + "kiem-tra/", {"declare_true": ["on"], "action": ["submit"]})
    draft = Submission.objects.get(procedure__code=procedure.code)
    assert (draft.state, draft.agency) == (State.DRAFT, ward)
    page = visitor.post(page.path, {"move-office": ["1"]})
    draft.refresh_from_db()
    assert (draft.agency.slug, 'name="move-office"' in page.html) == ("bac-hong-linh", False)
