"""static/js/portal.js on a section with every trick in it; the server is played by the form builder itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from procedures.formbuilder import SectionForm, typed_from
from procedures.spec import Choice, Condition, Field, Section

SCRIPT = (Path(__file__).resolve().parents[2] / "static" / "js" / "portal.js").read_text()
URL = "http://portal.test/buoc/"
KINDS = (Choice("dat_o", "Đất ở"), Choice("khac", "Khác"))
PLOTS = Field(
    "plots", "Thửa đất", "repeat", required=True, max_items=3, item_label="Thửa",
    fields=(
        Field("no", "Số thửa", "text", required=True),
        Field("kind", "Loại đất", "choice", choices=KINDS, required=True),
        Field("words", "Ghi rõ", "text", required=True, show_when=Condition("kind", ("khac",))),
        Field("street", "Đường", "text", show_when=Condition("town", ("true",))),
    ),
)  # fmt: skip
SECTION = Section(
    "dat",
    "Đất",
    (
        Field("kind", "Loại", "choice", choices=KINDS, required=True),
        Field("words", "Ghi rõ loại", "choice", choices=KINDS, required=True, show_when=Condition("kind", ("khac",))),
        Field("more", "Ghi rõ hơn", "text", show_when=Condition("words", ("khac",))),
        Field("town", "Ở đô thị", "checkbox"),
        Field("earlier", "Từ bước trước", "text", show_when=Condition("asked_before", ("x",))),
        PLOTS,
        Field("photo", "Ảnh", "file"),
    ),
)
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'"


def page_of(form: SectionForm) -> str:
    summary = render_to_string("dvc/error_summary.html", {"errors": form.errors})
    meter = render_to_string("dvc/upload_progress.html")
    button = '<button name="action" value="next" id="next">Tiếp tục</button>'
    inner = (
        f'<form method="post" enctype="multipart/form-data" data-guard novalidate>{form.render()}{meter}{button}</form>'
    )
    return (
        f'<!doctype html><html lang="vi"><title>Thử</title><main>{summary}<h1>Thử</h1>{inner}'
        '<button type="button" data-print hidden>In</button></main><script src="/portal.js"></script></html>'
    )


class Server:
    """Answers the page, checks what is posted, remembers it."""

    def __init__(self) -> None:
        self.posts: list[dict[str, list[str]]] = []
        self.form = SectionForm(SECTION)

    def answer(self, route: Any) -> None:
        request = route.request
        if request.url.endswith("portal.js"):
            route.fulfill(body=SCRIPT, content_type="text/javascript")
            return
        if request.method == "POST":
            self._take(request)
        route.fulfill(
            body=page_of(self.form),
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": POLICY},
        )

    def _take(self, request: Any) -> None:
        post = QueryDict(mutable=True)
        for name, value in multipart(request.post_data_buffer or b""):
            post.appendlist(name, value)
        self.posts.append(typed_from(SECTION, post))
        self.form = SectionForm(SECTION, typed=self.posts[-1])
        self.form.is_valid()


def multipart(body: bytes) -> list[tuple[str, str]]:
    if not body.startswith(b"--"):
        return parse_qsl(body.decode(), keep_blank_values=True)
    pairs = []
    for part in body.split(body.split(b"\r\n", 1)[0])[1:-1]:
        head, _blank, value = part.strip(b"\r\n").partition(b"\r\n\r\n")
        if b"filename=" not in head:
            pairs.append((head.split(b'name="')[1].split(b'"')[0].decode(), value.decode()))
    return pairs


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.route("**/*", server.answer)
    page.goto(URL)
    yield page
    context.close()
    assert [f for f in faults if "favicon" not in f] == []


def shown(page: Any, name: str) -> bool:
    return bool(page.locator(f'[name="{name}"]').first.is_visible())


def test_answers_reveal_questions_at_once_and_hide_them_again(page: Any) -> None:
    assert [shown(page, n) for n in ("words", "more", "earlier")] == [False, False, False]
    page.check('[name="kind"][value="khac"]')
    page.check('[name="words"][value="khac"]')
    assert [shown(page, n) for n in ("words", "more")] == [True, True]
    page.fill('[name="more"]', "đất vườn")
    page.check('[name="kind"][value="dat_o"]')
    assert [shown(page, n) for n in ("words", "more")] == [False, False]
    assert page.locator('[name="more"]').is_disabled()


def test_what_is_hidden_is_not_sent(page: Any, server: Server) -> None:
    page.check('[name="kind"][value="khac"]')
    page.check('[name="words"][value="dat_o"]')
    page.check('[name="kind"][value="dat_o"]')
    page.fill('[name="plots-0-no"]', "12")
    page.click("#next")
    page.wait_for_selector("[data-error-summary]")
    assert server.posts == [{"kind": ["dat_o"], "plots-TOTAL_FORMS": ["1"], "plots-0-no": ["12"]}]


def test_rows_look_at_their_own_answers_and_then_around(page: Any) -> None:
    page.check('[name="plots-0-kind"][value="khac"]')
    assert shown(page, "plots-0-words")
    assert not shown(page, "words")
    assert not shown(page, "plots-0-street")
    page.check('[name="town"]')
    assert shown(page, "plots-0-street")


def test_rows_are_added_and_removed_without_the_server(page: Any, server: Server) -> None:
    page.fill('[name="plots-0-no"]', "1")
    page.click('[name="add-plots"]')
    assert page.evaluate("document.activeElement.name") == "plots-1-no"
    page.fill('[name="plots-1-no"]', "2")
    page.check('[name="plots-1-kind"][value="khac"]')
    page.click('[name="add-plots"]')
    page.fill('[name="plots-2-no"]', "3")
    page.check('[name="plots-2-kind"][value="khac"]')
    page.fill('[name="plots-2-words"]', "ba")
    assert not page.locator('[name="add-plots"]').is_visible()
    page.click('[name="remove-plots"][value="1"]')
    assert page.input_value('[name="plots-1-no"]') == "3"
    assert page.input_value('[name="plots-1-words"]') == "ba"
    assert page.locator("[data-row] > legend").all_inner_texts() == ["Thửa 1", "Thửa 2"]
    assert page.locator('[name="add-plots"]').is_visible()
    page.click("label[for='id_plots-1-kind']")
    assert page.is_checked('[name="plots-1-kind"][value="dat_o"]')
    page.click("#next")
    page.wait_for_selector("[data-error-summary]")
    assert server.posts[0]["plots-TOTAL_FORMS"] == ["2"]
    assert server.posts[0]["plots-1-no"] == ["3"]
    assert "plots-2-no" not in server.posts[0]


def test_errors_take_the_focus_and_lead_to_the_inputs(page: Any) -> None:
    page.click("#next")
    page.wait_for_selector("[data-error-summary]")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.click('a[href="#id_plots-0-no"]')
    assert page.evaluate("location.hash") == "#id_plots-0-no"
    assert page.locator("#id_plots-0-no").is_visible()


def test_a_double_press_sends_once(page: Any, server: Server) -> None:
    page.evaluate("const b = document.querySelector('#next'); b.click(); b.click()")
    page.wait_for_selector("[data-error-summary]")
    assert len(server.posts) == 1


def test_big_files_show_how_far_they_are_and_the_answer_takes_the_page(
    page: Any, server: Server, tmp_path: Path
) -> None:
    big = tmp_path / "ảnh.jpg"
    big.write_bytes(b"x" * 2_500_000)
    page.set_input_files('[name="photo"]', str(big))
    assert page.locator("[data-picked] li").all_inner_texts() == ["ảnh.jpg (2,4 MB)"]
    page.evaluate("window.same = true")
    page.click("#next")
    page.wait_for_selector("[data-error-summary]")
    assert page.evaluate("window.same") is True
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.check('[name="kind"][value="khac"]')
    assert shown(page, "words")
    assert len(server.posts) == 1


def test_leaving_with_unsaved_words_asks_and_sending_does_not(page: Any) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.fill('[name="plots-0-no"]', "12")
    page.click("#next")
    page.wait_for_selector("[data-error-summary]")
    assert asked == []
    page.fill('[name="plots-0-no"]', "13")
    page.goto(URL)
    assert asked == ["beforeunload"]


def test_the_print_button_is_there_only_with_the_script(page: Any) -> None:
    page.evaluate("window.print = () => { window.printed = true }")
    page.click("[data-print]")
    assert page.evaluate("window.printed") is True


def test_the_script_is_small() -> None:
    assert len(SCRIPT.encode()) <= 6 * 1024
