"""A guest's whole filing of any procedure, over a real connection or Django's test client."""

from __future__ import annotations

import http.client
import http.cookies
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urljoin, urlsplit

from procedures.spec import ProcedureSpec
from tests import values

Typed = Mapping[str, Sequence[str]]
Files = Sequence[tuple[str, str, bytes]]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Page:
    status: int
    path: str
    html: str

    def mark(self, name: str) -> str | None:
        """The value of a data-… mark of the contract."""
        found = re.search(rf'data-{name}="([^"]*)"', self.html)
        return found.group(1) if found else None

    @property
    def step(self) -> str:
        return self.path.rstrip("/").rsplit("/", 1)[-1]


class Visitor(Protocol):
    def get(self, path: str) -> Page: ...
    def post(self, path: str, typed: Typed, files: Files = ()) -> Page: ...


@dataclass
class HttpVisitor:
    """Keeps cookies, follows redirects, sends the page's CSRF token; standard library only."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    requests: int = 0

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        self.connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=60)

    def get(self, path: str) -> Page:
        return self._send("GET", path, b"", {})

    def post(self, path: str, typed: Typed, files: Files = ()) -> Page:
        boundary = uuid.uuid4().hex
        body = _multipart(boundary, {**typed, "csrfmiddlewaretoken": [self.token]}, files)
        return self._send("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Page:
        for _hop in range(6):
            cookie = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            self.requests += 1
            self.connection.request(method, quote(path, safe="/?=&%-._~"), body, {**headers, "Cookie": cookie})
            answer = self.connection.getresponse()
            html = answer.read().decode("utf-8", "replace")
            for line in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {k: m.value for k, m in http.cookies.SimpleCookie(line).items()}
            if answer.status not in (301, 302, 303):
                break
            method, body, headers, path = "GET", b"", {}, urljoin(path, answer.headers["Location"])
        found = TOKEN.search(html)
        self.token = found.group(1) if found else self.token
        return Page(answer.status, path, html)


def _multipart(boundary: str, typed: Typed, files: Files) -> bytes:
    out = bytearray()
    for name, many in typed.items():
        for one in many:
            out += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'.encode()
    for name, filename, data in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        out += head.encode() + data + b"\r\n"
    return bytes(out + f"--{boundary}--\r\n".encode())


@dataclass
class DjangoVisitor:
    """The same on Django's test client: no server, the test's own database."""

    client: Any

    def get(self, path: str) -> Page:
        return self._page(self.client.get(path, follow=True), path)

    def post(self, path: str, typed: Typed, files: Files = ()) -> Page:
        from django.core.files.uploadedfile import SimpleUploadedFile

        data: dict[str, Any] = {k: list(v) for k, v in typed.items()}
        for name, filename, content in files:
            data.setdefault(name, []).append(SimpleUploadedFile(filename, content))
        return self._page(self.client.post(path, data, follow=True), path)

    def _page(self, answer: Any, path: str) -> Page:
        at = answer.redirect_chain[-1][0] if answer.redirect_chain else path
        return Page(answer.status_code, at, answer.content.decode("utf-8", "replace"))


@dataclass
class Plan:
    """How to file: what to leave out, what to attach."""

    spec: ProcedureSpec
    agency: str = "bac-hong"
    pick: int = 0
    without_field: str = ""
    without_document: str = ""
    photo: bytes = b""
    applicant: Typed = field(default_factory=lambda: values.APPLICANT)
    delivery: Typed = field(default_factory=lambda: values.DELIVERY)


def file(visitor: Visitor, plan: Plan) -> Page:
    """Walks until the confirmation, or until a step shows itself again; returns that page."""
    spec = plan.spec
    known: dict[str, Any] = {}
    visitor.get(f"/nop-ho-so/{spec.code}/")
    page = visitor.post(f"/nop-ho-so/{spec.code}/", {"co-quan": [plan.agency]} if spec.tier == "ward" else {})
    assert spec.form is not None
    for _step in range(len(spec.form.sections) + 5):
        if "/nop-ho-so/" not in page.path or page.status >= 400:
            return page
        typed, files = _inputs(plan, page.step, known)
        before, page = page.path, visitor.post(page.path, typed, files)
        if page.path == before:
            return page
    return page


def _inputs(plan: Plan, step: str, known: dict[str, Any]) -> tuple[Typed, Files]:
    go = {"action": ["next"]}
    if step == "nguoi-nop":
        return {**plan.applicant, **go}, ()
    if step == "nhan-ket-qua":
        return {**plan.delivery, **go}, ()
    if step == "kiem-tra":
        return {"declare_true": ["on"], "action": ["submit"]}, ()
    if step == "giay-to":
        return go, _papers(plan, known)
    assert plan.spec.form is not None
    section = next(s for s in plan.spec.form.sections if s.key == step)
    typed, files = values.section(section, known, plan.pick)
    typed.pop(plan.without_field, None)
    # A question may share its name with the buttons; the button comes last, as on the page.
    sent = {**typed, "action": [*typed.get("action", []), "next"]}
    return sent, [(k, name, data) for k, (name, data) in files.items()]


def _papers(plan: Plan, known: dict[str, Any]) -> Files:
    data = plan.photo or values.photo()
    return [
        (f"document-{d.key}", "Ảnh chụp giấy tờ.jpg", data)
        for d in plan.spec.documents
        if d.is_needed(known) and d.key != plan.without_document
    ]
