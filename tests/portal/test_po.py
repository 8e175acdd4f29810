"""The compiler of translations, against Python's own reader of .mo files, and Django's words in Vietnamese."""

from __future__ import annotations

import gettext
import io
import os
from pathlib import Path

import pytest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.lib import po
from tests import translations

SAMPLE = r"""
# A comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

msgid "Save"
msgstr "Lưu"

#, python-format
msgid ""
"Two lines: "
"%(name)s \"quoted\""
msgstr "Hai dòng: %(name)s “trích”\n"

msgctxt "day"
msgid "Sun"
msgstr "CN"

msgid "%d year"
msgid_plural "%d years"
msgstr[0] "%d năm"

#, fuzzy
msgid "Guess"
msgstr "Đoán"

msgid "Empty"
msgstr ""
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    path = folder / "django.po"
    path.write_text(SAMPLE)
    return path


def test_what_is_compiled_is_read_by_gettext(source: Path) -> None:
    read = gettext.GNUTranslations(io.BytesIO(po.compiled(po.messages(source))))
    assert read.gettext("Save") == "Lưu"
    assert read.gettext('Two lines: %(name)s "quoted"') == "Hai dòng: %(name)s “trích”\n"
    assert read.pgettext("day", "Sun") == "CN"
    assert read.ngettext("%d year", "%d years", 3) == "%d năm"
    assert read.gettext("Guess") == "Guess"
    assert read.gettext("Empty") == "Empty"


def test_only_stale_files_are_compiled(source: Path, tmp_path: Path) -> None:
    target = source.with_suffix(".mo")
    assert po.compile_stale(tmp_path) == [target]
    assert po.compile_stale(tmp_path) == []
    later = target.stat().st_mtime + 5
    os.utime(source, (later, later))
    assert po.compile_stale(tmp_path) == [target]


def test_a_line_that_is_none_is_named(source: Path) -> None:
    source.write_text('msgid "a"\nmsgstr "b"\nnonsense\n')
    with pytest.raises(po.BadCatalogue) as caught:
        po.messages(source)
    assert str(caught.value) == f"{source}:3: expected msgid, msgstr or a quoted text"


def test_django_has_no_english_left_and_ours_has_no_strangers() -> None:
    assert list(translations.gaps()) == []
    assert list(translations.strangers()) == []


def test_the_words_are_in_force() -> None:
    assert _("This field is required.") == "Bạn chưa điền mục này."
    assert _("Skip to main content") == "Đến nội dung chính"
    assert _("Password reset unsuccessful") == "Chưa đặt lại được mật khẩu"
    assert ngettext("%(num)d day", "%(num)d days", 3) % {"num": 3} == "3 ngày"
    assert pgettext("String to return when truncating text", "%(truncated_text)s…") == "%(truncated_text)s…"
