"""What the web server writes into its log: who asked for what, without the secrets that stand in addresses."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from portal.lib.masked import Formatter, masked


class Logger(GunicornLogger):  # type: ignore[misc]
    def setup(self, cfg: Any) -> None:
        """The error log names the address of a request that broke."""
        super().setup(cfg)
        own = [handler for handler in self.error_log.handlers if getattr(handler, "_gunicorn", False)]
        for handler in own:
            handler.setFormatter(Formatter(self.error_fmt, self.datefmt))

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """What a line of the log is made of: r is the request line, U its path."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {**found, **{name: masked(found[name]) for name in ("r", "U")}}
