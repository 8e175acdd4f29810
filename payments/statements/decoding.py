"""The bytes of a bank's file as text: UTF-8, UTF-16 and Windows-1258, with or without a byte order mark; always NFC."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib import text

# How other kinds of file begin; banks offer them beside the CSV.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<")
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
LOOKED_AT = 4096
NOT_TEXT = gettext_lazy(
    "Tệp này không phải văn bản CSV hoặc đã hỏng. Bạn tải lại sao kê từ ngân hàng, chọn định dạng CSV, rồi nhập lại."
)


class Unreadable(ValueError):
    """The file as a whole cannot be read; the text is a sentence that says what to do."""


def text_of(data: bytes) -> str:
    """Raises Unreadable."""
    head = data[:LOOKED_AT].lstrip()
    if head.startswith(WORKBOOKS):
        words = _("Tệp này là bảng tính, không phải CSV. Bạn mở bằng Excel, chọn “Lưu thành” CSV UTF-8, rồi nhập lại.")
        raise Unreadable(words)
    if head.startswith(b"%PDF"):
        raise Unreadable(_("Tệp này là PDF. Bạn tải sao kê dạng CSV từ ngân hàng điện tử rồi nhập lại."))
    found = text.nfc(_decoded(data))
    if "\0" in found:
        raise Unreadable(str(NOT_TEXT))
    return found


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    unmarked = _wide(data[:LOOKED_AT])
    if unmarked:
        return _strict(data, unmarked)
    loose = data.decode("utf-8", "replace")
    broken = loose.count("\ufffd")
    whole = sum(sign > "\x7f" for sign in loose) - broken if broken else 0
    # Banks cut their texts by bytes and may break a letter in two; nearly all the rest is UTF-8 then.
    return loose if broken * 10 <= whole else _strict(data, "cp1258")


def _strict(data: bytes, encoding: str) -> str:
    """Windows-1258 writes tone marks behind their letters; NFC puts them together."""
    try:
        return data.decode(encoding, "replace" if encoding == "utf-8" else "strict")
    except UnicodeDecodeError:
        raise Unreadable(str(NOT_TEXT)) from None


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: of the plain signs, which are most, every other byte is nothing."""
    first, second = head[0::2].count(0), head[1::2].count(0)
    if max(first, second) * 3 < len(head) // 2 or min(first, second) * 10 > max(first, second):
        return ""
    return "utf-16-le" if second > first else "utf-16-be"
