"""Logs without the secrets in addresses: a carrier's notices bear no signature, only an unguessable address."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/bao-chi/[a-z]+/)[^/\s?\"']+")


def masked(text: str) -> str:
    return _SECRET.sub(r"\1…", text)


class Formatter(logging.Formatter):
    """Masks the finished line with its traceback: Django names the path of a bad request."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
