"""The server: addresses, and how an answer goes over the wire with its faults."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from payments.sandbox import faults, pages
from payments.sandbox.answers import Answer, Asked, Refused, data, moved, number, page
from payments.sandbox.ems import Ems, Tokens
from payments.sandbox.sending import Options, Sender
from payments.sandbox.store import Log, Store
from payments.sandbox.vnpay import CHOICES, Merchant, Vnpay
from payments.sandbox.vnpay_api import VnpayApi

logger = logging.getLogger(__name__)

LONGEST_BODY = 256 * 1024  # bytes
DRIPS = 50
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Route = tuple[str, re.Pattern[str], Callable[[Asked], Answer], str]


class Sandbox:
    """Everything that the addresses lead to."""

    def __init__(self, merchant: Merchant, tokens: Tokens, options: Options, folder: Path | None = None) -> None:
        self.store, self.log, self.faults, self.options = Store(folder), Log(), faults.Faults(), options
        self.sender = Sender(self.store, self.log, self.faults, options)
        self.vnpay = Vnpay(self.store, self.sender, self.faults, merchant)
        self.api = VnpayApi(self.store, self.faults, merchant)
        self.ems = Ems(self.store, self.sender, self.faults, tokens)
        self.routes = self._routes()
        self.sender.go_on()
        threading.Thread(target=self._move_by_itself, daemon=True).start()

    def _routes(self) -> list[Route]:
        table: list[tuple[str, str, Callable[[Asked], Answer], str]] = [
            ("GET", "/", self._home, "page"),
            ("GET", "/vnpay/", self._orders, "page"),
            ("GET", "/vnpay/pay", self.vnpay.pay, "vnpay.pay"),
            ("GET", "/vnpay/pay/[A-Za-z0-9_-]+", self.vnpay.again, "page"),
            ("POST", "/vnpay/pay/[A-Za-z0-9_-]+", self.vnpay.chosen, "vnpay.return"),
            ("POST", "/vnpay/decide", self.vnpay.decided, "control"),
            ("POST", "/vnpay/api", self.api.call, "vnpay.api"),
            ("GET", "/ems/", self.ems.listed, "page"),
            ("POST", "/ems/", self.ems.pressed, "page"),
            ("POST", "/ems/move", self.ems.move, "control"),
            ("POST", "/ems/shipments", self.ems.order, "ems.api"),
            ("GET", "/ems/shipments/detail", self.ems.detail, "ems.api"),
            ("GET", "/faults", self._faults_page, "page"),
            ("POST", "/faults", self._ask_fault, "control"),
            ("DELETE", "/faults", self._clear_faults, "control"),
            ("GET", "/log", self._show_log, "page"),
            ("POST", "/settings", self._set, "control"),
            ("POST", "/wait", self._wait, "control"),
            ("POST", "/forget", self._forget, "control"),
        ]
        return [(method, re.compile(path), act, channel) for method, path, act, channel in table]

    def answer(self, asked: Asked) -> Answer:
        """Whatever was asked, in whatever way."""
        found = [route for route in self.routes if route[1].fullmatch(asked.path)]
        act, channel = next(((r[2], r[3]) for r in found if r[0] == asked.method), (None, "unknown"))
        try:
            if act is None:
                raise Refused("Không có trang này." if not found else "Không làm được như vậy.", 405 if found else 404)
            answer = act(asked)
        except Refused as refused:
            answer = self._refusal(asked, refused)
        except Exception:
            logger.exception("%s %s", asked.method, asked.path)
            answer = data({"code": "error", "message": "the sandbox itself is at fault"}, 500)
        if channel not in ("page", "control"):
            self._note(channel, asked, answer)
        return answer

    def _refusal(self, asked: Asked, refused: Refused) -> Answer:
        if "text/html" in asked.headers.get("accept", ""):
            return page(pages.wrong(str(refused)), refused.status)
        return data({"code": refused.code, "message": str(refused)}, refused.status)

    def _note(self, channel: str, asked: Asked, answer: Answer) -> None:
        where = f"{asked.method} {asked.path}" + (f"?{asked.query}" if asked.query else "")
        said = answer.body[:4000].decode("utf-8", "replace") if "json" in answer.kind else ""
        body = asked.body[:4000].decode("utf-8", "replace")
        to = answer.headers.get("Location", "")
        self.log.add(channel, "in", where, body=body, status=answer.status, answer=said, location=to, cut=answer.cut)

    # --- pages and controls ----------------------------------------------------------------------

    def _home(self, _asked: Asked) -> Answer:
        return page(pages.home(self.options.notify))

    def _orders(self, _asked: Asked) -> Answer:
        rows = reversed(self.store.all("orders")[-200:])
        return page(pages.orders(rows, {key: words for key, (_c, _s, words) in CHOICES.items()}))

    def _faults_page(self, asked: Asked) -> Answer:
        if "text/html" not in asked.headers.get("accept", ""):
            return data(self.faults.listed())
        kinds = {kind: words for kind, (words, _channels) in faults.WHAT.items()}
        return page(pages.faults(faults.CHANNEL_NAMES, kinds, faults.TAMPERS, self.faults.in_words()))

    def _ask_fault(self, asked: Asked) -> Answer:
        if "form-urlencoded" not in asked.headers.get("content-type", ""):
            return data(self.faults.ask(asked.json()))
        form = asked.form()
        if form.pop("clear", ""):
            self.faults.clear()
        else:
            self._ask_fault_by_hand(form)
        return moved("/faults")

    def _ask_fault_by_hand(self, form: dict[str, str]) -> None:
        """Raises Refused in words for people."""
        channels = faults.WHAT.get(form.get("fault", ""), ("", ()))[1]
        if form.get("channel") not in channels:
            names = "; ".join(faults.CHANNEL_NAMES[channel] for channel in channels)
            raise Refused(f"Lỗi này không xảy ra ở đó. Hãy chọn: {names or 'một lỗi trong danh sách'}.")
        numbers = {name: form.pop(name, "") for name in ("times", "n", "seconds")}
        if wrong := [text for text in numbers.values() if not re.fullmatch(r"\d{1,3}", text or "1")]:
            raise Refused(f"“{wrong[0][:20]}” không phải số từ 0 đến 999. Hãy nhập lại.")
        self.faults.ask({**form, **{name: int(text) for name, text in numbers.items() if text}})

    def _clear_faults(self, _asked: Asked) -> Answer:
        self.faults.clear()
        return data(self.faults.listed())

    def _show_log(self, asked: Asked) -> Answer:
        given = asked.parameters
        after = int(given["after"]) if given.get("after", "").isdecimal() else 0
        return data(self.log.rows(given.get("channel", ""), after))

    def _set(self, asked: Asked) -> Answer:
        """{"notify", "retry_seconds", "timeout", "ems_auto"}: what is given is changed."""
        given = asked.json()
        if "notify" in given:
            self.options.notify = site(str(given["notify"]))
        for name in ("retry_seconds", "timeout", "ems_auto"):
            setattr(self.options, name, number(given, name, getattr(self.options, name), 600))
        return data(vars(self.options))

    def _wait(self, asked: Asked) -> Answer:
        """{"seconds"}: until every call was taken or given up."""
        return data({"left": self.sender.wait_for_all(number(asked.json(), "seconds", 10, 600))})

    def _forget(self, _asked: Asked) -> Answer:
        self.faults.clear()
        self.store.forget()
        self.log.forget()
        return data({})

    def _move_by_itself(self) -> None:
        while True:
            time.sleep(self.options.ems_auto or 0.25)
            if self.options.ems_auto:
                self.ems.go_on()


def site(address: str) -> str:
    """An address to notify, or nothing. Raises Refused."""
    if address and not re.fullmatch(r"https?://[!-~]{1,200}", address):
        raise Refused("notify: expected http://…")
    return address.rstrip("/")


# --- the wire ------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Sandbox", ""
    timeout = 60
    wbufsize = -1
    sandbox: Sandbox

    def _serve(self) -> None:
        try:
            body = self._body()
        except Refused as refused:
            self.close_connection = True
            self._say(data({"code": "error", "message": str(refused)}, refused.status))
            return
        path, _mark, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._say(self.sandbox.answer(Asked(self.command, path, query, body, headers)))

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _serve

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LONGEST_BODY or "Transfer-Encoding" in self.headers:
            raise Refused(f"expected a body of at most {LONGEST_BODY} bytes with its Content-Length", 413)
        return self.rfile.read(int(length))

    def _say(self, answer: Answer) -> None:
        time.sleep(answer.silence)
        if answer.cut:
            self.close_connection = True
            return
        with contextlib.suppress(OSError):
            self._send_head(answer)
            if self.command != "HEAD":
                self._send_body(answer)

    def _send_head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in {**PAGE_HEADERS, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_body(self, answer: Answer) -> None:
        if not answer.drip:
            self.wfile.write(answer.body)
            return
        step = max(1, len(answer.body) // DRIPS)
        for start in range(0, len(answer.body), step):
            self.wfile.write(answer.body[start : start + step])
            self.wfile.flush()
            time.sleep(answer.drip / DRIPS)

    def log_message(self, *_args: Any) -> None:
        """What matters is in the log of the sandbox (GET /log)."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_args: Any) -> None:
        """Somebody hung up."""


def serve(host: str, port: int, sandbox: Sandbox) -> Server:
    """Bound; the caller lets it serve. Raises OSError when the address is taken."""
    kind = type("_Handler", (Handler,), {"sandbox": sandbox})
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return type("_Server", (Server,), {"address_family": family})((host, port), kind)
