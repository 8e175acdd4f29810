"""A catalogue loaded for the tests of one module, gone with its transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction


@contextlib.contextmanager
def catalogue(folder: Path, blocker: Any) -> Iterator[None]:
    """`blocker` is pytest-django's django_db_blocker; use it in a fixture of scope "module"."""
    with blocker.unblock(), transaction.atomic():
        call_command("load_catalogue", str(folder), verbosity=0)
        yield
        transaction.set_rollback(True)
