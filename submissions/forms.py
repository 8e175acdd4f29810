"""The questions that the portal itself asks, as sections of the same shape as a procedure's form.

So they are drawn, checked, shown and stored by the same code as every other question.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from procedures.spec import Answers, Choice, Condition, Document, Field, ProcedureSpec, Section
from submissions.models import Submission

APPLICANT, PAPERS, DELIVERY, CHECK = "nguoi-nop", "giay-to", "nhan-ket-qua", "kiem-tra"
Channel = Submission.Channel
DeliveryWay = Submission.DeliveryWay
# result.delivery of the catalogue -> the ways of contract section 2; coming to the desk is always possible.
WAYS = {"buu_chinh": DeliveryWay.POST, "truc_tuyen": DeliveryWay.ONLINE}
FULL_LEVEL = 4


def applicant() -> Section:
    """The person who files, and the person it is filed for when that is somebody else."""
    return _applicant(get_language())


@functools.lru_cache(maxsize=4)
def _applicant(_language: str | None) -> Section:
    for_other = Condition("filed_for_other", ("true",))
    return Section(
        APPLICANT,
        _("Người nộp hồ sơ"),
        (
            Field("applicant_name", _("Họ, chữ đệm, tên của bạn"), "person_name", required=True, max_length=120,
                  prefill="applicant.full_name"),
            Field("applicant_id_number", _("Số căn cước hoặc số định danh cá nhân"), "id_number", required=True,
                  help=_("12 chữ số in trên thẻ. Người nước ngoài ghi số hộ chiếu.")),
            Field("applicant_phone", _("Số điện thoại"), "phone", required=True, prefill="applicant.phone",
                  help=_("Cán bộ gọi số này khi cần; tin nhắn báo tiến độ cũng gửi đến đây.")),
            Field("applicant_email", _("Thư điện tử"), "email", prefill="applicant.email",
                  help=_("Để nhận giấy xác nhận và tin báo qua thư.")),
            Field("applicant_address", _("Địa chỉ nơi ở hiện nay"), "address", required=True, max_length=300,
                  prefill="applicant.address", help=_("Số nhà, đường, tổ dân phố hoặc thôn; phường, xã; tỉnh.")),
            Field("filed_for_other", _("Tôi nộp thay người khác"), "checkbox",
                  help=_("Đánh dấu nếu bạn làm giúp người thân, hoặc được ủy quyền.")),
            Field("owner_name", _("Họ, chữ đệm, tên người có hồ sơ"), "person_name", required=True, max_length=120,
                  show_when=for_other),
            Field("owner_relation", _("Bạn là gì của người đó"), "text", required=True, max_length=120,
                  show_when=for_other, help=_("Ví dụ: con, vợ, người được ủy quyền.")),
            Field("owner_id_number", _("Số căn cước của người đó (nếu biết)"), "id_number", show_when=for_other),
            Field("owner_address", _("Địa chỉ của người đó (nếu biết)"), "address", max_length=300,
                  show_when=for_other),
        ),
    )  # fmt: skip


# No key of a catalogue begins with a line below, so that this paper never meets one of a procedure.
AUTHORITY_KEY = "_authority"


def authority_paper() -> Document:
    """What shows that somebody may file for another person; offered, never demanded."""
    name = _("Giấy ủy quyền hoặc giấy tờ chứng minh quan hệ")
    note = _("Có thì đính kèm để cán bộ xem trước; chưa có vẫn gửi được hồ sơ.")
    return Document(AUTHORITY_KEY, name, upload=True, note=note)


def ways_of(spec: ProcedureSpec) -> tuple[DeliveryWay, ...]:
    """How the result may be received: other ways than the counter only for a service of level 4."""
    more = [WAYS[w] for w in spec.result_delivery if w in WAYS] if spec.level >= FULL_LEVEL else []
    return (DeliveryWay.COUNTER, *more)


def delivery(spec: ProcedureSpec, applicant_answers: Answers) -> Section:
    """How the result is received; the address is asked only for the post, proposed from what the applicant said."""
    if not applicant_answers:
        return _delivery_of_nobody(ways_of(spec), get_language())
    known = applicant_answers.get
    return _delivery(ways_of(spec), known("applicant_name"), known("applicant_phone"), known("applicant_address"))


@functools.lru_cache(maxsize=16)
def _delivery_of_nobody(ways: tuple[DeliveryWay, ...], _language: str | None) -> Section:
    return _delivery(ways)


def _delivery(ways: tuple[DeliveryWay, ...], name: Any = None, phone: Any = None, address: Any = None) -> Section:
    by_post = Condition("delivery", (DeliveryWay.POST.value,))
    choices = tuple(Choice(way.value, LABELS[way]()) for way in ways)
    return Section(
        DELIVERY,
        _("Nhận kết quả"),
        (
            Field("delivery", _("Bạn muốn nhận kết quả thế nào?"), "choice", required=True, choices=choices,
                  default=choices[0].value if len(choices) == 1 else None),
            Field("delivery_name", _("Họ tên người nhận"), "person_name", required=True, max_length=120,
                  show_when=by_post, default=name),
            Field("delivery_phone", _("Số điện thoại người nhận"), "phone", required=True, show_when=by_post,
                  default=phone),
            Field("delivery_address", _("Địa chỉ nhận"), "address", required=True, max_length=300, show_when=by_post,
                  default=address, help=_("Số nhà, đường, tổ dân phố hoặc thôn; phường, xã; tỉnh.")),
        ),
    )  # fmt: skip


LABELS = {
    DeliveryWay.COUNTER: lambda: _("Đến nhận tại bộ phận một cửa"),
    DeliveryWay.POST: lambda: _("Nhận qua bưu điện tại nhà (trả cước cho bưu điện)"),
    DeliveryWay.ONLINE: lambda: _("Nhận bản điện tử trên cổng này"),
}


def declaration() -> Section:
    """What the person puts their name to before sending."""
    return _declaration(get_language())


@functools.lru_cache(maxsize=4)
def _declaration(_language: str | None) -> Section:
    label = _("Tôi cam đoan những điều khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật về lời khai.")
    return Section(CHECK, _("Kiểm tra và gửi"), (Field("declare_true", label, "checkbox", required=True),))


def _authority() -> Field:
    return Field("authority", _("Giấy tờ cho thấy được nộp thay"), "text", required=True, max_length=300,
                 show_when=Condition("filed_for_other", ("true",)),
                 help=_("Ví dụ: giấy ủy quyền chứng thực ngày 12/01/2026; giấy khai sinh của con."))  # fmt: skip


def with_authority() -> Section:
    """The applicant's section as it is shown once the counter has seen a representative's paper."""
    section = applicant()
    return replace(section, fields=(*section.fields, _authority()))


# --- the same questions at the counter --------------------------------------------------------------

# On the long page of the counter the portal's own questions stand beside a procedure's, whose keys hold no dash.
APART = "counter-"


def _set_apart(section: Section) -> Section:
    """The section with other input names; answers come back under their own by from_counter()."""

    def moved(condition: Condition | None) -> Condition | None:
        return replace(condition, field=APART + condition.field) if condition else None

    fields = (replace(f, key=APART + f.key, prefill="", show_when=moved(f.show_when)) for f in section.fields)
    return replace(section, fields=tuple(fields))


def from_counter(answers: Answers) -> dict[str, Any]:
    return {key.removeprefix(APART): value for key, value in answers.items()}


def counter_channel(spec: ProcedureSpec) -> Section:
    """How the papers came. By post the clock starts when the hand-over record was signed (QĐ 45/2016 art. 7.4)."""
    by_post = Condition("channel", (Channel.POST.value,))
    ways = (Choice(Channel.COUNTER.value, _("Nộp trực tiếp tại quầy")), Choice(Channel.POST.value, _("Qua bưu chính")))
    section = Section(
        "tiep-nhan",
        _("Cách nộp"),
        (
            Field("channel", _("Hồ sơ đến bằng cách nào?"), "choice", required=True, choices=ways,
                  default=ways[0].value),
            Field("handed_on", _("Ngày ký biên bản giao nhận với bưu điện"), "date", required=True, default="today",
                  max_date="today", show_when=by_post),
            Field("handed_at", _("Giờ ký biên bản"), "text", required=True, max_length=5, show_when=by_post,
                  help=_("Giờ và phút, ví dụ 09:30. Thời hạn giải quyết tính từ lúc này.")),
            Field("sets", _("Số bộ hồ sơ"), "integer", required=True, min=1, max=99, default=spec.number_of_sets),
        ),
    )  # fmt: skip
    return _set_apart(section)


def counter_applicant() -> Section:
    """The person at the desk, as the officer asks; who has no telephone need not name one."""
    return _counter_applicant(get_language())


@functools.lru_cache(maxsize=4)
def _counter_applicant(_language: str | None) -> Section:
    no_phone = Field("no_phone", _("Người nộp không có điện thoại"), "checkbox")
    has_phone = Condition(no_phone.key, ("false",))
    said: dict[str, dict[str, Any]] = {
        "applicant_name": {"label": _("Họ, chữ đệm, tên người nộp")},
        "applicant_phone": {"help": _("Tin nhắn báo tiến độ gửi đến số này."), "show_when": has_phone},
        "applicant_email": {"help": _("Để gửi tin báo qua thư.")},
        "filed_for_other": {"label": _("Nộp thay người khác"), "help": ""},
        "owner_relation": {"label": _("Người nộp là gì của người đó")},
    }
    asked = [replace(f, **said.get(f.key, {})) for f in applicant().fields]
    place = next(i for i, f in enumerate(asked) if f.key == "applicant_phone")
    fields = (*asked[:place], no_phone, *asked[place:], _authority())
    return _set_apart(Section(APPLICANT, _("Người nộp hồ sơ"), fields))


def counter_delivery(spec: ProcedureSpec) -> Section:
    """How the result is received; what is left empty for the post is taken from the applicant."""
    section = delivery(spec, {})
    same = _("Để trống thì lấy theo người nộp.")
    asked = [replace(f, label=_("Cách nhận kết quả")) if f.key == "delivery" else replace(f, help=same)
             for f in section.fields]  # fmt: skip
    return _set_apart(replace(section, fields=tuple(asked)))


# --- from answers to the columns of a submission ---------------------------------------------------

_APPLICANT_TEXTS = "applicant_name applicant_id_number applicant_phone applicant_email applicant_address".split()
_OWNER_TEXTS = ("owner_name", "owner_relation", "owner_id_number", "owner_address", "authority")
RECEIVER = ("name", "phone", "address")
_DELIVERY_TEXTS = tuple(f"delivery_{what}" for what in RECEIVER)


def columns(applicant_answers: Answers, delivery_answers: Answers) -> dict[str, Any]:
    """The applicant and delivery columns of Submission; what was not asked is empty."""
    given: Mapping[str, Any] = {**applicant_answers, **delivery_answers}
    texts = (*_APPLICANT_TEXTS, *_OWNER_TEXTS, *_DELIVERY_TEXTS)
    return {
        **{name: given.get(name) or "" for name in texts},
        "filed_for_other": bool(given.get("filed_for_other")),
        "delivery": given.get("delivery") or DeliveryWay.COUNTER.value,
    }


def prefilled(applicant_answers: Answers) -> dict[str, Any]:
    """What a procedure's form may take over from the applicant: values by the catalogue's `prefill` names."""
    names = {"full_name": "name", "id_number": "id_number", "phone": "phone", "email": "email", "address": "address"}
    given = {f"applicant.{fact}": applicant_answers.get(f"applicant_{name}") for fact, name in names.items()}
    return {fact: value for fact, value in given.items() if value}
