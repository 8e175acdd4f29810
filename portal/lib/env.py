"""Typed readers of environment variables: a wrong value stops the start with one line that names it."""

import os
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The value with surrounding blanks removed; an empty variable counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}: expected true or false, got {value!r}")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name}: expected a whole number from {least}, got {value!r}")
    return int(value)


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list separated by commas or blanks."""
    return text(name).replace(",", " ").split() or list(default)


def choice(name: str, options: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name}: expected one of {', '.join(options)}, got {value!r}")
    return value


def url(name: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """A parsed URL, or None when not set. The value itself is never echoed: it may hold a password."""
    value = text(name)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name}: not a URL") from None
    if parts.scheme not in schemes:
        raise ImproperlyConfigured(f"{name}: expected {' or '.join(s + '://…' for s in schemes)}")
    return parts


def folder(name: str) -> Path | None:
    """An existing folder, or None when not set."""
    value = text(name)
    if not value:
        return None
    path = Path(value).resolve()
    if not path.is_dir() or not os.access(path, os.R_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name}: not a folder that can be read: {value!r}")
    return path
