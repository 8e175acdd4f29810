"""The sentences of a printed form."""

from __future__ import annotations

from django.utils.translation import gettext as _

from procedures import spec as documents


def condition(form: documents.FormSpec, when: documents.Condition, is_nearest: bool) -> str:
    """For whom the questions below are: "(nếu mục “Cha mẹ đã đăng ký kết hôn” chọn “Có”)".

    The deciding question goes without saying when it is the nearest one above.
    """
    asked = form.field(when.field)
    if asked is None:
        return ""
    if asked.kind == "checkbox":
        return _ticked(asked.label, "true" in when.values, is_nearest)
    answers = _(" hoặc ").join(f"“{asked.label_of(v)}”" for v in when.values)
    if is_nearest:
        return _("(nếu chọn %s thì khai tiếp)") % answers
    return _("(nếu mục “%(question)s” chọn %(answers)s)") % {"question": asked.label.rstrip("?"), "answers": answers}


def _ticked(label: str, wanted: bool, is_nearest: bool) -> str:
    if is_nearest:
        return _("(nếu chọn thì khai tiếp)") if wanted else _("(nếu không chọn thì khai tiếp)")
    return (_("(nếu chọn “%s”)") if wanted else _("(nếu không chọn “%s”)")) % label


def amount(paper: documents.Document) -> str:
    """How many of each: "01 bản chính, 02 bản sao"."""
    parts = []
    if paper.originals:
        parts.append(_("%(count)02d bản chính") % {"count": paper.originals})
    if paper.copies:
        parts.append(_("%(count)02d bản sao") % {"count": paper.copies})
    return ", ".join(parts)


def when_needed(paper: documents.Document) -> str:
    """That it is only shown, and for whom it is needed when it is not for all."""
    parts = [_("xuất trình để đối chiếu")] if paper.how == "show" else []
    if not paper.required:
        parts.append(_in_a_sentence(paper.condition) or _("nếu có"))
    return "; ".join(parts)


def _in_a_sentence(text: str) -> str:
    """Without the capital of its own sentence; names in capitals (UBND) stay."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def kept_as() -> str:
    return _("Mã tờ khai:")


def kept_until(day: str) -> str:
    return _("Đưa mã này cho cán bộ một cửa để khỏi nhập lại. Cổng giữ nội dung đã khai đến hết ngày %s rồi xóa.") % day


def read_by_phone(reference: str) -> str:
    """The words behind the QR code."""
    return _("Mã QR của tờ khai %s") % reference


def signer(title: str) -> str:
    """What the one who signs is called on such a form."""
    kind = title.casefold()
    for start, name in (
        ("tờ khai", _("Người khai")),
        ("đơn", _("Người làm đơn")),
        ("thông báo", _("Người thông báo")),
        ("đăng ký", _("Người đăng ký")),
    ):
        if kind.startswith(start):
            return name
    return _("Người đề nghị")
