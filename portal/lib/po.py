"""Compiles gettext catalogues (.po to .mo) in Python, for machines without the gettext programs.

python -m portal.lib.po locale
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from pathlib import Path

_LINE = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)?\s*(".*")$')


class BadCatalogue(ValueError):
    """A line of a .po file that is not understood; names the file and the line."""


def _entries(path: Path) -> list[dict[str, str]]:
    """The entries of the file as {"msgid": …, "msgstr": …, "msgctxt": …, "msgstr[0]": …}; fuzzy ones left out."""
    entries: list[dict[str, str]] = []
    entry: dict[str, str] = {}
    field = ""
    fuzzy = False
    for number, raw in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        line = raw.strip()
        if not line:
            if "msgid" in entry and not fuzzy:
                entries.append(entry)
            entry, field, fuzzy = {}, "", False
            continue
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        found = _LINE.match(line)
        if not found or not (found[1] or field):
            raise BadCatalogue(f"{path}:{number}: expected msgid, msgstr or a quoted text")
        field = found[1] or field
        entry[field] = entry.get(field, "") + str(ast.literal_eval(found[2]))
    return entries


def _key(entry: dict[str, str]) -> str:
    """How a .mo file names an entry: context and plural are part of it."""
    key = entry["msgid"]
    if "msgctxt" in entry:
        key = f"{entry['msgctxt']}\x04{key}"
    return f"{key}\0{entry['msgid_plural']}" if "msgid_plural" in entry else key


def keys(path: Path) -> list[str]:
    """Every entry that the file asks to translate; the header is left out."""
    return [_key(entry) for entry in _entries(path) if entry["msgid"]]


def messages(path: Path) -> dict[str, str]:
    """What goes into the .mo file, by key; untranslated entries left out."""
    result = {}
    for entry in _entries(path):
        text = entry.get("msgstr", "")
        if "msgid_plural" in entry:
            text = "\0".join(entry[name] for name in sorted(entry) if name.startswith("msgstr["))
        if text.strip("\0"):
            result[_key(entry)] = text
    return result


def compiled(catalogue: dict[str, str]) -> bytes:
    """The bytes of a .mo file: header, two tables of (length, offset), the texts."""
    pairs = sorted((key.encode(), text.encode()) for key, text in catalogue.items())
    head, count = 7 * 4, len(pairs)
    offset = head + 16 * count
    tables: list[bytes] = []
    texts = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), offset + len(texts)))
            texts += pair[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, head, head + 8 * count, 0, 0) + b"".join(tables) + texts


def compile_stale(folder: Path) -> list[Path]:
    """Compiles every .po file below `folder` whose .mo file is missing or older; returns what was written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(".mo.new")
        fresh.write_bytes(compiled(messages(source)))
        fresh.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    for compiled_file in compile_stale(Path(sys.argv[1])):
        sys.stdout.write(f"{compiled_file}\n")
