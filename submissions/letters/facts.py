"""Facts that every template may name beside the answers: the submission, its people, the agency, the letter itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from submissions.models import Officer, Submission


@dataclass(frozen=True)
class Matter:
    """What a letter is about and when it is made; `number` is in words: "12/GXN-UBND"."""

    submission: Submission
    officer: Officer
    now: datetime.datetime
    number: str

    @property
    def day(self) -> datetime.date:
        """The day of issue in Việt Nam."""
        return timezone.localdate(self.now)


@dataclass(frozen=True)
class Fact:
    name: str
    label: str | Promise
    value: Callable[[Matter], str]


def day_words(value: datetime.date | datetime.datetime | None) -> str:
    """d/m/Y in Việt Nam; "" when there is none."""
    if value is None:
        return ""
    local = timezone.localdate(value) if isinstance(value, datetime.datetime) else value
    return f"{local:%d/%m/%Y}"


def long_day(value: datetime.date) -> str:
    """ "ngày 05 tháng 02 năm 2026": days below 10 and the months 1 and 2 take a nought (NĐ 30/2020 annex I)."""
    month = f"{value.month:02d}" if value.month < 3 else str(value.month)
    return f"ngày {value.day:02d} tháng {month} năm {value.year}"


def _owner(s: Submission, own: str, applicant: str) -> str:
    """A fact of the person whose matter it is: the one it was filed for, else the applicant."""
    return own if s.filed_for_other and s.owner_name else applicant


FACTS: tuple[Fact, ...] = (
    Fact("so", _("Số của văn bản này, kèm ký hiệu"), lambda m: m.number),
    Fact("ngay_ban_hanh", _("Ngày lập văn bản này"), lambda m: long_day(m.day)),
    Fact("ho_so.ma", _("Mã hồ sơ"), lambda m: m.submission.dossier_code or m.submission.reference or ""),
    Fact("ho_so.ngay_nop", _("Ngày nộp hồ sơ"), lambda m: day_words(m.submission.submitted_at)),
    Fact("ho_so.ngay_tiep_nhan", _("Ngày tiếp nhận hồ sơ"), lambda m: day_words(m.submission.received_at)),
    Fact("ho_so.ngay_hen_tra", _("Ngày hẹn trả kết quả"), lambda m: day_words(m.submission.due_on)),
    Fact("ho_so.ket_qua", _("Kết quả do cán bộ ghi khi lập văn bản"), lambda m: m.submission.result_note),
    Fact("thu_tuc.ten", _("Tên thủ tục"), lambda m: m.submission.revision.spec.name),
    Fact("thu_tuc.ma", _("Mã thủ tục"), lambda m: m.submission.procedure.code),
    Fact("nguoi_nop.ten", _("Họ tên người nộp"), lambda m: m.submission.applicant_name),
    Fact("nguoi_nop.so_can_cuoc", _("Số căn cước người nộp"), lambda m: m.submission.applicant_id_number),
    Fact("nguoi_nop.dia_chi", _("Địa chỉ người nộp"), lambda m: m.submission.applicant_address),
    Fact("nguoi_nop.dien_thoai", _("Điện thoại người nộp"), lambda m: m.submission.applicant_phone),
    Fact("chu_ho_so.ten", _("Họ tên chủ hồ sơ (người nộp, hoặc người được nộp thay)"), lambda m: m.submission.owner),
    Fact(
        "chu_ho_so.so_can_cuoc",
        _("Số căn cước chủ hồ sơ"),
        lambda m: _owner(m.submission, m.submission.owner_id_number, m.submission.applicant_id_number),
    ),
    Fact(
        "chu_ho_so.dia_chi",
        _("Địa chỉ chủ hồ sơ"),
        lambda m: _owner(m.submission, m.submission.owner_address, m.submission.applicant_address),
    ),
    Fact("co_quan.ten", _("Tên cơ quan ban hành"), lambda m: m.submission.agency.name),
    Fact("co_quan.dia_danh", _("Địa danh, ví dụ phường Bắc Hồng"), lambda m: m.submission.agency.place),
    Fact("co_quan.dia_chi", _("Địa chỉ cơ quan"), lambda m: m.submission.agency.address),
    Fact("co_quan.dien_thoai", _("Điện thoại cơ quan"), lambda m: m.submission.agency.phone),
    Fact("can_bo.ten", _("Cán bộ lập văn bản"), lambda m: str(m.officer)),
)


def values(matter: Matter) -> dict[str, str]:
    return {fact.name: fact.value(matter) for fact in FACTS}
