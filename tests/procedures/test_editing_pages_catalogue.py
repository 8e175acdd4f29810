"""Every shipped procedure through every page of the editor: what is saved without a change changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils.datastructures import MultiValueDict

from procedures import editing
from procedures.admin import question_pages
from procedures.admin.opened import Opened
from procedures.admin.places import place_word
from procedures.admin.sheets import PARTS
from procedures.editing import outline
from procedures.models import Procedure, ProcedureRevision
from tests import factories, loaded
from tests.procedures.pageforms import editor_form, read

FOLDER = Path(settings.BASE_DIR) / "procedures" / "catalogue" / "hong-linh"
GROUPS = "admin/procedures/sheet_groups.html"
CODES = sorted(f.name[:8] for f in (FOLDER / "procedures").glob("*.yaml"))


@pytest.fixture(scope="module")
def _catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with loaded.catalogue(FOLDER, django_db_blocker):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_catalogue", "db")]


def places_of(content: dict[str, Any]) -> list[outline.Place]:
    return [*((i,) for i in range(len(outline.sections(content)))), *(p for p, _raw in outline.walk(content))]


class Desk:
    """The operator at a draft of one procedure."""

    def __init__(self, code: str) -> None:
        self.procedure = Procedure.objects.get(code=code)
        user = factories.UserFactory(is_staff=True, is_superuser=True)
        self.draft = editing.start(self.procedure, user)
        self.before = self.draft.content
        self.client = Client()
        self.client.force_login(user)

    def url(self, rest: str) -> str:
        return f"/admin/procedures/procedure/{self.procedure.pk}/ban-soan/{rest}"

    def stored(self) -> ProcedureRevision:
        found = editing.draft_of(self.procedure)
        assert found is not None
        return found


def check_unchanged(desk: Desk, pages: list[str]) -> None:
    content = desk.before
    for page in pages:
        typed = editor_form(desk.client.get(desk.url(f"{page}/")))
        answer = desk.client.post(desk.url(f"{page}/"), typed)
        assert answer.status_code == 302, (page, answer.content.decode())
        assert desk.stored().content == content, page
    stored = desk.stored()
    assert (stored.digest, stored.version) == (desk.procedure.published.digest, 0)


@pytest.mark.parametrize("code", CODES)
def test_saving_a_part_as_it_stands_changes_nothing(code: str) -> None:
    desk = Desk(code)
    check_unchanged(desk, [*PARTS, "yaml", *(["to-khai"] if desk.before.get("form") else [])])


@pytest.mark.parametrize("code", CODES)
def test_saving_a_question_as_it_stands_changes_nothing(code: str) -> None:
    """The inputs of every section and question, drawn and read back."""
    desk = Desk(code)
    opened = Opened(desk.procedure, desk.draft, may_edit=True)
    for place in places_of(desk.before):
        raw = outline.find(desk.before, place)
        assert raw is not None
        target = question_pages.Target(place, str(raw["key"]))
        html = render_to_string(GROUPS, {"sheet": question_pages.sheet(opened, target, None)})
        data = MultiValueDict(read(f"<form>{html}</form>")[0].typed)
        sheet = question_pages.sheet(opened, target, data)
        assert sheet.is_valid(), (place, sheet.faults())
        assert question_pages.changed(opened, target, sheet) == desk.before, place


@pytest.mark.parametrize("code", ["1.001193", "1.001612"])
def test_the_pages_of_questions_change_nothing_either(code: str) -> None:
    desk = Desk(code)
    places = places_of(desk.before)
    check_unchanged(desk, [f"to-khai/{'phan' if len(p) == 1 else 'cau-hoi'}/{place_word(p)}" for p in places])


@pytest.mark.parametrize("code", CODES[::7])
def test_moving_rows_there_and_back_changes_nothing(code: str) -> None:
    desk = Desk(code)
    for slug, part in PARTS.items():
        first = desk.client.get(desk.url(f"{slug}/"))
        typed = editor_form(first)
        buttons = [b for f in read(first.content.decode()) for b in f.buttons if b[1].endswith(":down:0")]
        for name, value in buttons[:1]:
            moved = editor_form(desk.client.post(desk.url(f"{slug}/"), {**typed, name: value}))
            typed = editor_form(desk.client.post(desk.url(f"{slug}/"), {**moved, name: value}))
        assert desk.client.post(desk.url(f"{slug}/"), typed).status_code == 302
        assert {k: desk.stored().content.get(k) for k in part.keys} == {k: desk.before.get(k) for k in part.keys}


@pytest.mark.parametrize("code", CODES[::7])
def test_the_faces_of_a_draft_are_shown(code: str) -> None:
    desk = Desk(code)
    for page in ("", "xem/trang/", "xem/giay-to/"):
        assert desk.client.get(desk.url(page)).status_code == 200
    form = desk.before.get("form")
    for number in range(1, len(form["sections"]) + 1 if form else 0):
        assert (
            form["sections"][number - 1]["title"]
            in desk.client.get(desk.url(f"xem/to-khai/{number}/")).content.decode()
        )
    assert desk.client.get(desk.url("xem/to-khai/99/")).status_code == 404
