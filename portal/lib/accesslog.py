"""The access log without the secrets that stand in addresses: a carrier's notices bear no signature, only an
unguessable address."""

from __future__ import annotations

import re
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

_SECRET = re.compile(r"(/bao-chi/[a-z]+/)[^/\s?]+")


class Logger(GunicornLogger):  # type: ignore[misc]
    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """What a line of the log is made of: r is the request line, U its path."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {**found, **{name: _SECRET.sub(r"\1…", found[name]) for name in ("r", "U")}}
