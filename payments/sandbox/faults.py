"""Faults that are asked for: a queue for each channel, first come first served, and a random mode with a seed.

A channel is a way on which the sandbox says something. On the first two it speaks first (and tries again, as the real
ones do); the next is the payer's browser on its way back; on the last two it answers.
"""

from __future__ import annotations

import collections
import random
import threading
from dataclasses import dataclass, field
from typing import Any

from payments.sandbox.answers import Answer, Refused, number

CALLS = ("vnpay.ipn", "ems.webhook")
REPLIES = ("vnpay.api", "ems.api")
CHANNELS = (*CALLS, "vnpay.return", *REPLIES)

# fault: (how its page calls it, the channels on which it can happen)
WHAT: dict[str, tuple[str, tuple[str, ...]]] = {
    # The same message n more times, all at once.
    "duplicate": ("Gửi trùng thêm n lần", CALLS),
    "delay": ("Chậm một số giây", CHANNELS),
    # A call is tried again; an answer is cut off after the act was done; a browser stays where it is.
    "drop": ("Mất trên đường", CHANNELS),
    # A call that is never made, not even later.
    "lose": ("Không bao giờ gửi", CALLS),
    # `what` of TAMPER is changed and signed anew, or left with the old signature when `signed` is false.
    "tamper": ("Sửa nội dung", CHANNELS),
    # Held until the next one of the channel was sent, at most `seconds`.
    "reorder": ("Đến sau tin kế tiếp", CALLS),
    # Nothing was done unless `acted`.
    "http500": ("Trả lời lỗi 500", REPLIES),
    "junk": ("Trả lời không đọc được", REPLIES),
    "huge": ("Trả lời quá dài", REPLIES),
    # The answer takes `seconds`, a little at a time.
    "drip": ("Trả lời nhỏ giọt", REPLIES),
    # Nothing for `seconds`, then the connection is closed.
    "silence": ("Im lặng", REPLIES),
    # A proper answer with the response code `code`; nothing was done.
    "code": ("Trả lời bằng một mã lỗi", ("vnpay.api",)),
}
CHANNEL_NAMES = {
    "vnpay.ipn": "VNPAY báo kết quả",
    "ems.webhook": "EMS báo chặng bưu gửi",
    "vnpay.return": "Trình duyệt quay về",
    "vnpay.api": "VNPAY trả lời câu hỏi, hoàn tiền",
    "ems.api": "EMS trả lời đặt và tra bưu gửi",
}
TAMPERS = {
    "amount": "số tiền",
    "signature": "chữ ký",
    "merchant": "đơn vị nhận",
    "reference": "mã",
    "status": "kết quả thành “xong”",
}
TAMPER = tuple(TAMPERS)
MOST_SECONDS, MOST_TIMES, MOST_BYTES = 600.0, 10_000, 50_000_000


@dataclass(frozen=True)
class Fault:
    """One fault; `seconds`, `n` and `bytes` mean what WHAT says."""

    kind: str
    channel: str
    seconds: float = 1.0
    n: int = 1
    bytes: int = 5_000_000
    what: str = "amount"
    signed: bool = True
    acted: bool = False
    code: str = "99"

    def named(self) -> dict[str, Any]:
        """As the log tells it."""
        more: dict[str, dict[str, Any]] = {
            "tamper": {"what": self.what, "signed": self.signed},
            "duplicate": {"n": self.n},
        }
        return {"fault": self.kind, **more.get(self.kind, {"seconds": self.seconds})}


def _choice(given: dict[str, Any], name: str, options: tuple[str, ...], default: str = "") -> str:
    value = given.get(name, default)
    if value not in options:
        raise Refused(f"{name}: expected one of {', '.join(options)}")
    return str(value)


def read(given: dict[str, Any]) -> Fault:
    """Raises Refused for what cannot be."""
    kind = _choice(given, "fault", tuple(WHAT))
    return Fault(
        kind,
        _choice(given, "channel", WHAT[kind][1]),
        seconds=number(given, "seconds", 1.0, MOST_SECONDS),
        n=int(number(given, "n", 1, 1000)),
        bytes=int(number(given, "bytes", 5_000_000, MOST_BYTES)),
        what=_choice(given, "what", TAMPER, "amount"),
        signed=given.get("signed", True) is not False,
        acted=given.get("acted", False) is True,
        code=str(given.get("code", "99"))[:2],
    )


@dataclass(frozen=True)
class Chance:
    """The random mode: each message has its own throw, the same for the same seed whatever runs beside it."""

    seed: str
    rates: dict[str, float]
    channels: tuple[str, ...]
    seconds: float

    def throw(self, channel: str, key: str) -> Fault | None:
        if channel not in self.channels:
            return None
        dice = random.Random(f"{self.seed}:{channel}:{key}")  # noqa: S311 - chance, not a secret
        at = dice.random()
        for kind, rate in self.rates.items():
            if channel not in WHAT[kind][1]:
                continue
            if at < rate:
                seconds = dice.uniform(0, self.seconds)
                return Fault(kind, channel, seconds, dice.randint(1, 3), what=dice.choice(TAMPER[:4]))
            at -= rate
        return None


def _chance(given: dict[str, Any]) -> Chance | None:
    rates = given.get("rates")
    if not isinstance(rates, dict) or not set(rates) <= set(WHAT):
        raise Refused(f"rates: expected an object of {', '.join(WHAT)}")
    read_rates = {kind: number(rates, kind, 0, 1) for kind in rates}
    channels = given.get("channels", list(CHANNELS))
    if not isinstance(channels, list) or not set(map(str, channels)) <= set(CHANNELS):
        raise Refused(f"channels: expected a list of {', '.join(CHANNELS)}")
    seconds = number(given, "seconds", 0.5, MOST_SECONDS)
    return Chance(str(given.get("seed", ""))[:100], read_rates, tuple(map(str, channels)), seconds)


@dataclass
class Faults:
    """What waits to happen."""

    waiting: dict[str, collections.deque[Fault]] = field(
        default_factory=lambda: collections.defaultdict(collections.deque)
    )
    chance: Chance | None = None
    # How often each message was on its way: every try has its own throw.
    _tries: collections.Counter[tuple[str, str]] = field(default_factory=collections.Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, given: dict[str, Any]) -> dict[str, Any]:
        """{"channel", "fault", "times", …} or {"seed", "rates": {…}}. Raises Refused."""
        if "rates" in given:
            chance = _chance(given)
            with self._lock:
                self.chance = chance
                self._tries.clear()
        else:
            fault, times = read(given), int(number(given, "times", 1, MOST_TIMES))
            with self._lock:
                self.waiting[fault.channel].extend([fault] * times)
        return self.listed()

    def take(self, channel: str, key: str) -> Fault | None:
        """The fault that befalls this message: the next of the queue, else what chance says."""
        with self._lock:
            if self.waiting[channel]:
                return self.waiting[channel].popleft()
            self._tries[channel, key] += 1
            return self.chance.throw(channel, f"{key}:{self._tries[channel, key]}") if self.chance else None

    def clear(self) -> None:
        with self._lock:
            self.waiting.clear()
            self._tries.clear()
            self.chance = None

    def in_words(self) -> list[str]:
        """What waits, as the page shows it."""
        with self._lock:
            several = {channel: collections.Counter(f.kind for f in queue) for channel, queue in self.waiting.items()}
            chance = [f"Ngẫu nhiên, hạt giống {self.chance.seed or 'trống'}"] if self.chance else []
        found = [(channel, kind, times) for channel, kinds in several.items() for kind, times in kinds.items()]
        return [f"{CHANNEL_NAMES[channel]}: {WHAT[kind][0]}, {times} lần" for channel, kind, times in found] + chance

    def listed(self) -> dict[str, Any]:
        with self._lock:
            queues = {channel: [f.named() for f in queue] for channel, queue in self.waiting.items() if queue}
            chance = self.chance and {"seed": self.chance.seed, "rates": self.chance.rates}
        return {"waiting": queues, "chance": chance}


def keeps_the_act(fault: Fault | None) -> bool:
    """Is what was asked for done, although its answer goes wrong?"""
    if fault is None or fault.kind not in ("http500", "code"):
        return True
    return fault.acted and fault.kind == "http500"


def spoil(answer: Answer, fault: Fault | None) -> Answer:
    """The answer as the fault leaves it; "tamper" and "code" are for those who know what the answer says."""
    if fault is None or fault.kind in ("tamper", "code"):
        return answer
    ways: dict[str, dict[str, Any]] = {
        "drop": {"cut": True},
        "delay": {"silence": fault.seconds},
        "silence": {"silence": fault.seconds, "cut": True},
        "drip": {"drip": fault.seconds},
        "http500": {"status": 500, "body": b"Internal Server Error", "kind": "text/plain"},
        "junk": {"body": b"\xff\xfe<html>{not json" + bytes(range(128, 160))},
        "huge": {"body": b'{"x": "' + b"9" * fault.bytes + b'"}'},
    }
    return Answer(**{**vars(answer), **ways[fault.kind]})
