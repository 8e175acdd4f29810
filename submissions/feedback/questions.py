"""What the public form asks, as a section like those of the procedures, and what a sender may add later."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from procedures.models import Agency
from procedures.spec import Choice, Field, Section
from submissions.models import Feedback

LONGEST = 4000
KINDS = (Agency.Kind.TOWN, Agency.Kind.WARD, Agency.Kind.COMMUNE)


def agencies() -> list[Agency]:
    """The units that feedback may be sent to: the town, its wards and communes, as long as they exist."""
    return list(Agency.objects.active().filter(kind__in=KINDS).defer("content"))


def section(offices: Sequence[Agency]) -> Section:
    kinds = tuple(Choice(kind.value, str(kind.label).capitalize()) for kind in Feedback.Kind)
    places = tuple(Choice(agency.slug, agency.name) for agency in offices)
    return Section(
        "phan-anh",
        _("Phản ánh, kiến nghị, khiếu nại"),
        (
            Field("kind", _("Bạn muốn gửi gì?"), "choice", required=True, choices=kinds),
            Field("agency", _("Gửi đến cơ quan nào?"), "choice", required=True, choices=places,
                  help=_("Không rõ thì chọn Ủy ban nhân dân thị xã; cán bộ sẽ chuyển đến đúng nơi.")),
            Field("about", _("Mã hồ sơ liên quan (nếu có)"), "text", max_length=80,
                  help=_("Ghi trên trang hồ sơ hoặc giấy tiếp nhận, ví dụ HL7K-QM9Q.")),
            Field("text", _("Nội dung"), "multiline", required=True, min_length=10, max_length=LONGEST,
                  help=_("Việc gì, ở đâu, khi nào, và bạn mong được giải quyết thế nào.")),
            Field("name", _("Họ, chữ đệm, tên của bạn"), "person_name", required=True, max_length=120,
                  prefill="applicant.full_name"),
            Field("phone", _("Số điện thoại"), "phone", prefill="applicant.phone",
                  help=_("Ghi số điện thoại hoặc thư điện tử để cơ quan báo lại; ghi một trong hai là đủ.")),
            Field("email", _("Thư điện tử"), "email", prefill="applicant.email"),
        ),
    )  # fmt: skip
