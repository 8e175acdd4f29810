"""What the sandbox knows: records by kind and key, in memory, and line by line in DIR/sandbox.jsonl when kept."""

from __future__ import annotations

import collections
import datetime
import json
import threading
from pathlib import Path
from typing import Any

LOG_ROWS = 30_000
LOG_TEXT = 4_000  # characters of one body that the log keeps
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))

Record = dict[str, Any]


def now() -> datetime.datetime:
    return datetime.datetime.now(VIETNAM)


class Store:
    """Whoever reads and writes what depends on it holds `lock` meanwhile."""

    def __init__(self, folder: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._kinds: dict[str, dict[str, Record]] = collections.defaultdict(dict)
        self._journal = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "sandbox.jsonl"
            self._read(path)
            self._rewrite(path)
            self._journal = path.open("a", encoding="utf-8")

    def _read(self, path: Path) -> None:
        """A last line that was cut off by a crash is left out."""
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                kind, key, record = json.loads(line)
            except ValueError:
                continue
            if record is None:
                self._kinds[kind].pop(key, None)
            else:
                self._kinds[kind][key] = record

    def _rewrite(self, path: Path) -> None:
        """Only the newest of every record, once a start."""
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            for kind, records in self._kinds.items():
                out.writelines(self._line(kind, key, record) for key, record in records.items())
        fresh.replace(path)

    @staticmethod
    def _line(kind: str, key: str, record: Record | None) -> str:
        return json.dumps([kind, key, record], ensure_ascii=False) + "\n"

    def get(self, kind: str, key: str) -> Record | None:
        with self.lock:
            return self._kinds[kind].get(key)

    def put(self, kind: str, key: str, record: Record) -> None:
        with self.lock:
            self._kinds[kind][key] = record
            self._write(kind, key, record)

    def drop(self, kind: str, key: str) -> None:
        with self.lock:
            if self._kinds[kind].pop(key, None) is not None:
                self._write(kind, key, None)

    def all(self, kind: str) -> list[Record]:
        """In the order in which they came."""
        with self.lock:
            return list(self._kinds[kind].values())

    def count(self, kind: str) -> int:
        with self.lock:
            return len(self._kinds[kind])

    def next_number(self, name: str) -> int:
        with self.lock:
            number: int = (self.get("numbers", name) or {"last": 0})["last"] + 1
            self.put("numbers", name, {"last": number})
            return number

    def forget(self) -> None:
        """Everything but the running numbers: what was given to the outside is never given again."""
        with self.lock:
            for kind in [k for k in self._kinds if k != "numbers"]:
                for key in list(self._kinds[kind]):
                    self.drop(kind, key)

    def _write(self, kind: str, key: str, record: Record | None) -> None:
        if self._journal is not None:
            self._journal.write(self._line(kind, key, record))
            self._journal.flush()


class Log:
    """Everything that was sent and received, newest last, with what was answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: collections.deque[Record] = collections.deque(maxlen=LOG_ROWS)
        self._number = 0

    def add(self, channel: str, direction: str, what: str, **more: Any) -> None:
        kept = {k: v[:LOG_TEXT] if isinstance(v, str) else v for k, v in more.items()}
        row = {"at": now().isoformat(), "channel": channel, "direction": direction, "what": what[:LOG_TEXT], **kept}
        with self._lock:
            self._number += 1
            self._rows.append({"number": self._number, **row})

    def rows(self, channel: str = "", after: int = 0) -> list[Record]:
        with self._lock:
            return [r for r in self._rows if r["number"] > after and r["channel"].startswith(channel)]

    def forget(self) -> None:
        with self._lock:
            self._rows.clear()
