"""The forms of a page as a browser without scripts sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Typed = dict[str, list[str]]


@dataclass
class PageForm:
    """What the inputs hold, the submit buttons by name and value, and the ids of all inputs."""

    typed: Typed = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.inside: PageForm | None = None
        self.name = self.kind = ""
        self.options: list[tuple[str, bool]] = []
        self.words: list[str] = []

    def _put(self, name: str, value: str) -> None:
        if self.inside is not None and name:
            self.inside.typed.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v if v is not None else "" for k, v in attrs}
        if tag == "form":
            self.inside = PageForm()
            self.forms.append(self.inside)
        elif "disabled" in given:
            return
        elif tag == "input":
            self._input(given)
        elif tag == "textarea":
            self.kind, self.name, self.words = tag, given.get("name", ""), []
        elif tag == "select":
            self.kind, self.name, self.options = tag, given.get("name", ""), []
        elif tag == "option":
            self.options.append((given.get("value", ""), "selected" in given))
        elif tag == "button" and self.inside is not None and given.get("name"):
            self.inside.buttons.append((given["name"], given.get("value", "")))

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self._put(given.get("name", ""), given.get("value", "on"))
        elif kind not in ("submit", "file"):
            self._put(given.get("name", ""), given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "textarea" and self.kind == tag:
            text = "".join(self.words)
            self._put(self.name, text.replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n"))
            self.kind = ""
        elif tag == "select" and self.kind == tag:
            chosen = [value for value, on in self.options if on] or [v for v, _on in self.options[:1]]
            self._put(self.name, chosen[-1]) if chosen else None
            self.kind = ""

    def handle_data(self, data: str) -> None:
        if self.kind == "textarea":
            self.words.append(data)


def read(html: str) -> list[PageForm]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def editor_form(answer: Any, has: str = "version") -> Typed:
    """What the form of a page with that input would send; of several the one with most inputs."""
    found = [f for f in read(answer.content.decode()) if has in f.typed]
    assert found, answer.content.decode()[:3000]
    return max(found, key=lambda f: len(f.typed)).typed
