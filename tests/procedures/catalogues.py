"""Small catalogue folders for the tests of loading."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management import call_command

from tests.factories import LISTS, document

SHIPPED = Path(settings.BASE_DIR) / "procedures" / "catalogue" / "hong-linh"
TOWN = {"slug": "thi-xa", "name": "Ủy ban nhân dân thị xã", "kind": "town"}
WARD = {"slug": "phuong", "name": "Ủy ban nhân dân phường", "kind": "ward", "parent": "thi-xa"}
OFFICE = {"slug": "phong", "name": "Phòng Tư pháp", "parent": "thi-xa", "checked": False}


def files() -> dict[str, Any]:
    """A clean folder by file name: two agencies, a department, a sector, a list, one procedure."""
    return {
        "agencies.yaml": {"agencies": [dict(TOWN), dict(WARD)], "departments": [dict(OFFICE)]},
        "sectors.yaml": {"sectors": [{"key": "ho_tich", "name": "Hộ tịch", "order": 1}]},
        "lists.yaml": {"lists": copy.deepcopy(LISTS)},
        "procedures/9.000001-mau.yaml": document(),
    }


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Writes text as it is and everything else as YAML."""
    for name, value in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
        path.write_text(text, encoding="utf-8")
    return folder


def run(command: str, *args: Any, **options: Any) -> tuple[str, str]:
    """What a command wrote to its two streams."""
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *args, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()
