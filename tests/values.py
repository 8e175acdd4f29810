"""Valid values for any form definition, so that every procedure can be filed by one walker."""

from __future__ import annotations

import datetime
import io
import random
from typing import Any

from PIL import Image

from procedures import spec

NAMES = ("Nguyễn Thị Ánh Tuyết", "Đặng Đình Đỗ", "H'Hen Niê", "Trần Quốc Khánh")
ADDRESS = "Số 12, tổ dân phố 3, phường Bắc Hồng, thị xã Hồng Lĩnh, tỉnh Hà Tĩnh"
TODAY = datetime.date.today


def photo(width: int = 320, height: int = 240, seed: int = 1, kind: str = "JPEG", at_least: int = 0) -> bytes:
    """A picture of noise; `at_least` pads a JPEG to so many bytes (a comment behind the end is legal)."""
    pixels = random.Random(seed).randbytes(width * height * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(out, kind)
    return out.getvalue().ljust(at_least, b"\0")


def _whole(f: spec.Field, low: int, high: int) -> int:
    least = int(f.min) if f.min is not None else low
    most = int(f.max) if f.max is not None else max(high, least)
    return max(least, min(low, most)) if least <= low <= most else least


def _date(f: spec.Field) -> str:
    days = 300 if f.after_field else 30 if f.min_date == "today" else -30
    return (TODAY() + datetime.timedelta(days=days)).strftime("%d/%m/%Y")


def _text(f: spec.Field) -> str:
    words = "Đường Nguyễn Ái Quốc, tổ dân phố Thuận Tiến"
    return words[: f.max_length or 200].strip().ljust(f.min_length or 0, "a")


SIMPLE = {
    "text": _text,
    "multiline": _text,
    "person_name": lambda f: NAMES[len(f.key) % len(NAMES)],
    "integer": lambda f: str(_whole(f, 2, 50)),
    "decimal": lambda f: str(_whole(f, 12, 50)) + ("" if f.max is not None else ",5"),
    "money": lambda f: str(_whole(f, 5_000_000, 900_000_000)),
    "year": lambda f: str(_whole(f, 1990, 2024)),
    "date": _date,
    "email": lambda f: "cong.dan@example.vn",
    "phone": lambda f: "0912 345 678",
    "id_number": lambda f: "042085012345",
    "tax_code": lambda f: "0100109106",
    "address": lambda f: ADDRESS,
}


def value(f: spec.Field, pick: int = 0) -> str | list[str] | None:
    """What a careful person types into this field; `pick` chooses among the choices."""
    if f.kind == "choice":
        return f.choices[pick % len(f.choices)].value
    if f.kind == "multichoice":
        return [f.choices[pick % len(f.choices)].value]
    if f.kind == "checkbox":
        return "on" if f.required or pick % 2 == 0 else None
    return SIMPLE[f.kind](f)


def _known(f: spec.Field, typed: str | list[str] | None) -> Any:
    return typed is not None if f.kind == "checkbox" else typed


def section(
    s: spec.Section, known: dict[str, Any], pick: int = 0
) -> tuple[dict[str, list[str]], dict[str, tuple[str, bytes]]]:
    """Inputs and files for one section; `known` collects the answers that later conditions look at."""
    typed: dict[str, list[str]] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for f in s.fields:
        if f.show_when is not None and not f.show_when.holds(known):
            continue
        if f.kind == "repeat":
            typed |= repeat(f, known, pick)
        elif f.kind == "file":
            files[f.key] = ("ảnh chụp.jpg", photo())
        else:
            given = value(f, pick)
            known[f.key] = _known(f, given)
            if given is not None:
                typed[f.key] = given if isinstance(given, list) else [given]
    return typed, files


def repeat(f: spec.Field, outer: dict[str, Any], pick: int = 0) -> dict[str, list[str]]:
    count = max(f.min_items, 1)
    typed: dict[str, list[str]] = {f"{f.key}-TOTAL_FORMS": [str(count)], f"{f.key}-INITIAL_FORMS": ["0"]}
    for i in range(count):
        row: dict[str, Any] = {}
        for g in f.fields:
            if g.show_when is not None and not g.show_when.holds({**outer, **row}):
                continue
            given = value(g, pick + i)
            row[g.key] = _known(g, given)
            if given is not None:
                typed[f"{f.key}-{i}-{g.key}"] = given if isinstance(given, list) else [given]
    return typed


APPLICANT = {
    "applicant_name": ["Đinh Thị Ngọc Ánh"],
    "applicant_id_number": ["042185012345"],
    "applicant_phone": ["0912345678"],
    "applicant_email": ["anh.dinh@example.vn"],
    "applicant_address": [ADDRESS],
}
DELIVERY = {
    "delivery": ["counter"],
    "delivery_name": ["Đinh Thị Ngọc Ánh"],
    "delivery_phone": ["0912345678"],
    "delivery_address": [ADDRESS],
}
