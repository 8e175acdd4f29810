"""The sandbox of payment and post as a real process: `python -m payments.sandbox`, for tests that talk to it.

def test_…(sandbox, settings):                       # the fixture: a module's own process, emptied before each test
    point_at(settings, sandbox)                      # the portal pays and posts there
    sandbox.settings(notify=live_server.url)         # else notices are written into the log and not sent
    sandbox.faults("vnpay.ipn", "duplicate", n=3)
    sandbox.decide(address_of_the_payment_page, "pay")
    sandbox.wait()                                   # until every notice was taken or given up
    sandbox.notices("vnpay.ipn")                     # what was said: path, body, headers, answer
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import hmac
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {
    "VNPAY_TMN_CODE": "HLSAND01",
    "VNPAY_HASH_SECRET": "SANDBOX-SECRET-NOT-A-SECRET",
    "EMS_TOKEN": "SANDBOX-TOKEN",
    "EMS_WEBHOOK_TOKEN": "sandbox-webhook-not-a-secret",
}


class Failed(AssertionError):
    """The sandbox refused; the text is what it said."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


class Sandbox:
    """Started on entering, ended by its process number on leaving. `secrets` replace those of SETTINGS."""

    def __init__(self, notify: str = "", data: Path | None = None, *arguments: str, **secrets: str) -> None:
        self.secrets = {**SETTINGS, **secrets}
        self.command = [sys.executable, "-m", "payments.sandbox", "--port", "0", "--notify", notify]
        self.command += ["--retry", "0.1", "--timeout", "10", *(["--data", str(data)] if data else []), *arguments]
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Sandbox:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **self.secrets},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip().rstrip("/")
        assert self.url, "the sandbox did not start"
        return self

    def __exit__(self, *_args: object) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()

    # --- plain HTTP ------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; redirects are not followed. Also takes a whole address."""
        address = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(address, body, headers or {}, method=method)
        try:
            with _opener.open(request, timeout=60) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()

    def control(self, method: str, path: str, **fields: Any) -> Any:
        """A call that has to work. Raises Failed."""
        body = json.dumps(fields).encode() if method == "POST" else None
        status, _headers, answer = self.ask(method, path, body, {"Content-Type": "application/json"})
        if status != 200:
            raise Failed(f"{method} {path}: {status} {answer.decode()}")
        return json.loads(answer)

    # --- what tests do ---------------------------------------------------------------------------

    def decide(self, payment: str, choice: str = "pay", **more: Any) -> str:
        """A payer without a browser: opens the payment page (an address; or a reference that was opened before) and
        chooses pay, cancel, poor, expire, suspect or nothing. Waits until the first notice was sent (`wait` seconds,
        5). `at`: when, as yyyyMMddHHmmss. Returns the address to which a browser would go back.
        """
        ref = payment
        if payment.startswith("http"):
            status, _headers, page = self.ask("GET", payment)
            if status != 200:
                raise Failed(f"the payment page answered {status}: {page.decode()[-400:]}")
            ref = dict(parse_qsl(urlsplit(payment).query))["vnp_TxnRef"]
        address: str = self.control("POST", "/vnpay/decide", ref=ref, choice=choice, **more)["return"]
        return address

    def move(self, code: str, status: str, **more: Any) -> dict[str, Any]:
        """A parcel goes on: a name of payments.sandbox.ems.STATUSES or a code; `quiet=True`: without a webhook."""
        parcel: dict[str, Any] = self.control("POST", "/ems/move", code=code, status=status, **more)
        return parcel

    def parcel(self, code: str) -> dict[str, Any]:
        query = urlencode({"merchant_token": self.secrets["EMS_TOKEN"], "code": code})
        found: dict[str, Any] = self.control("GET", f"/ems/shipments/detail?{query}")["data"]
        return found

    def faults(self, channel: str = "", fault: str = "", **more: Any) -> Any:
        """Queues faults for a channel (`times`, `seconds`, `n`, `what` …), or `seed=` and `rates=`; see faults.py."""
        named = {"channel": channel, "fault": fault} if channel else {}
        return self.control("POST", "/faults", **named, **more)

    def clear_faults(self) -> None:
        self.control("DELETE", "/faults")

    def log(self, channel: str = "") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control("GET", f"/log?channel={channel}")
        return rows

    def notices(self, channel: str) -> list[dict[str, Any]]:
        """Calls the sandbox made, or would have made with somebody to notify: with `method`, `path`, `body` …"""
        found = []
        for row in self.log(channel):
            if row["direction"] == "out" and row["what"] != "-":
                method, path = row["what"].split(" ", 1)
                found.append({**row, "method": method, "path": path})
        return found

    def settings(self, **more: Any) -> None:
        """`notify`, `retry_seconds`, `timeout`, `ems_auto`."""
        self.control("POST", "/settings", **more)

    def wait(self, seconds: float = 20) -> None:
        """Until every notice was taken or given up."""
        left = self.control("POST", "/wait", seconds=seconds)["left"]
        assert left == 0, f"{left} notices are still on their way"

    def forget(self) -> None:
        self.control("POST", "/forget")


def overrides(sandbox: Sandbox) -> dict[str, Any]:
    """The portal's settings that make it pay and post there."""
    return {
        **sandbox.secrets,
        "SANDBOX_URL": sandbox.url,
        "VNPAY_URL": f"{sandbox.url}/vnpay/pay",
        "VNPAY_API_URL": f"{sandbox.url}/vnpay/api",
        "VNPAY_IS_TEST": True,
        "CARRIER": "ems",
        "EMS_URL": f"{sandbox.url}/ems",
        "EMS_IS_TEST": True,
    }


def point_at(settings: Any, sandbox: Sandbox) -> None:
    """With pytest-django's `settings` fixture."""
    for name, value in overrides(sandbox).items():
        setattr(settings, name, value)


@pytest.fixture(scope="module")
def sandbox_process() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """The module's process; nothing is left of the test before, and nobody is notified."""
    sandbox_process.settings(notify="", retry_seconds=0.1, timeout=10, ems_auto=0)
    sandbox_process.forget()
    return sandbox_process


# --- somebody to notify --------------------------------------------------------------------------


@dataclass
class Heard:
    """One call that a Listener had."""

    method: str
    path: str
    body: str
    headers: dict[str, str]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))


@dataclass
class Listener:
    """Takes the place of a portal. `answer` says status and body to a call; by default everything is taken."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[Heard], tuple[int, str]] = lambda call: (200, taken(call))

    def paths(self) -> list[str]:
        return [call.path for call in self.heard]


def taken(call: Heard) -> str:
    if call.method == "GET":
        return json.dumps({"RspCode": "00", "Message": "ok"})
    return json.dumps({"code": "success", "transaction": call.headers.get("ems-transaction", "")})


class _Call(http.server.BaseHTTPRequestHandler):
    def _serve(self) -> None:
        listener: Listener = self.server.listener  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        call = Heard(self.command, self.path, body, {k.lower(): v for k, v in self.headers.items()})
        listener.heard.append(call)
        status, said = listener.answer(call)
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

    do_GET = do_POST = _serve

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@contextlib.contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Call) as server:
        server.daemon_threads = True
        server.listener = listener  # type: ignore[attr-defined]
        listener.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()


# --- VNPAY's messages, written here a second time ------------------------------------------------


def stamp(minutes: int = 0) -> str:
    """Now, or so many minutes later, as VNPAY writes it."""
    zone = datetime.timezone(datetime.timedelta(hours=7))
    return f"{datetime.datetime.fromtimestamp(time.time(), zone) + datetime.timedelta(minutes=minutes):%Y%m%d%H%M%S}"


def hmac_of(sandbox: Sandbox, text: str) -> str:
    return hmac.new(sandbox.secrets["VNPAY_HASH_SECRET"].encode(), text.encode(), hashlib.sha512).hexdigest()


def payment(sandbox: Sandbox, ref: str, amount: int = 50_000, **changed: str) -> str:
    """The address of a payment page; a field is changed before it is signed, "" leaves it out."""
    fields = {
        "vnp_Amount": str(amount * 100),
        "vnp_Command": "pay",
        "vnp_CreateDate": stamp(),
        "vnp_CurrCode": "VND",
        "vnp_ExpireDate": stamp(15),
        "vnp_IpAddr": "127.0.0.1",
        "vnp_Locale": "vn",
        "vnp_OrderInfo": f"Nop le phi ho so {ref}",
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": "https://dvc.example.vn/thanh-toan/vnpay/ve",
        "vnp_TmnCode": sandbox.secrets["VNPAY_TMN_CODE"],
        "vnp_TxnRef": ref,
        "vnp_Version": "2.1.0",
        **changed,
    }
    text = "&".join(f"{name}={quote_plus(value)}" for name, value in sorted(fields.items()) if value)
    return f"{sandbox.url}/vnpay/pay?{text}&vnp_SecureHash={hmac_of(sandbox, text)}"


def is_signed(sandbox: Sandbox, address: str) -> bool:
    """Of a way back or a notice."""
    text, _mark, given = urlsplit(address).query.partition("&vnp_SecureHash=")
    return hmac.compare_digest(hmac_of(sandbox, text), given)


def call_api(sandbox: Sandbox, order: tuple[str, ...], fields: Mapping[str, str], **changed: str) -> dict[str, str]:
    """querydr or refund: signs the fields in that order, then changes some. Raises Failed."""
    body = {f"vnp_{name}": fields.get(name, "") for name in order}
    signature = hmac_of(sandbox, "|".join(body.values()))
    found: dict[str, str] = sandbox.control(
        "POST", "/vnpay/api", **{**body, "vnp_SecureHash": signature, **{f"vnp_{k}": v for k, v in changed.items()}}
    )
    return found
