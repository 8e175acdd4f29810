"""Finds words of Django that a Vietnamese page would show in English: python -m tests.translations.

Compares the English source catalogues that Django ships with what is in force here: Django's own Vietnamese with
locale/vi laid over it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import django

from portal.lib import po

OURS = Path(__file__).resolve().parent.parent / "locale" / "vi" / "LC_MESSAGES"
DJANGO = Path(django.__file__).parent
# Folder of the catalogues, name of the catalogue: the parts of Django whose words reach a page of ours.
PARTS = (
    ("conf", "django"),
    ("contrib/admin", "django"),
    ("contrib/admin", "djangojs"),
    ("contrib/auth", "django"),
    ("contrib/contenttypes", "django"),
    ("contrib/sessions", "django"),
)
# Words that no page of ours shows: names of languages, and the start page of an empty project.
START_PAGE = (
    "The install worked successfully",
    "View <a href=",
    "You are seeing this page because",
    "Django Documentation",
    "Topics, references",
    "Tutorial: A Polling App",
    "Get started with Django",
    "Django Community",
    "Connect, get help",
)


def _languages() -> set[str]:
    from django.conf import global_settings

    return {name for _code, name in global_settings.LANGUAGES}


def gaps() -> Iterator[str]:
    """Every untranslated msgid as "catalogue: msgid"."""
    hidden = _languages()
    for folder, name in PARTS:
        locale = DJANGO / folder / "locale"
        known = po.messages(locale / "vi" / "LC_MESSAGES" / f"{name}.po") | po.messages(OURS / f"{name}.po")
        for key in po.keys(locale / "en" / "LC_MESSAGES" / f"{name}.po"):
            if key not in known and key not in hidden and not key.startswith(START_PAGE):
                yield f"{folder} {name}: {key!r}"


def strangers() -> Iterator[str]:
    """Every msgid of ours that Django does not know (any more): a typing mistake or a leftover."""
    for name in ("django", "djangojs"):
        folders = [DJANGO / folder / "locale" for folder, n in PARTS if n == name]
        known = {k for locale in folders for k in po.keys(locale / "en" / "LC_MESSAGES" / f"{name}.po")}
        yield from (f"locale/vi {name}: {key!r}" for key in po.keys(OURS / f"{name}.po") if key not in known)


def main() -> int:
    found = [*(f"not translated, {gap}" for gap in gaps()), *(f"not in Django, {s}" for s in strangers())]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
