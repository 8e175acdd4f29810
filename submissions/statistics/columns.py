"""The columns of the public tables, once for the page and the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from submissions.statistics.rows import Figures


@dataclass(frozen=True)
class Column:
    """`name` is an attribute of Figures."""

    name: str
    title: object

    @property
    def is_share(self) -> bool:
        return self.name in SHARES

    def of(self, figures: Figures) -> int | Decimal | None:
        value: int | Decimal | None = getattr(figures, self.name)
        return value


@dataclass(frozen=True)
class Group:
    title: object
    columns: Sequence[Column]


SHARES = frozenset({"on_time_share", "supplement_rate", "online_share", "online_payment_share", "satisfaction"})

# How many, and where each stands.
COUNTED: tuple[Group, ...] = (
    Group(_("Hồ sơ tính trong kỳ"), (
        Column("carried_over", _("Kỳ trước chuyển sang")),
        Column("received_online", _("Nhận trực tuyến")),
        Column("received_counter", _("Nhận trực tiếp")),
        Column("received_post", _("Nhận qua bưu chính")),
        Column("total", _("Tổng số")),
    )),
    Group(_("Đã giải quyết"), (
        Column("early", _("Sớm hẹn")),
        Column("on_time", _("Đúng hẹn")),
        Column("late", _("Trễ hẹn")),
        Column("on_time_share", _("Tỷ lệ đúng hẹn")),
    )),
    Group(_("Đang giải quyết"), (
        Column("open_in_time", _("Trong hạn")),
        Column("open_overdue", _("Quá hạn")),
        Column("waiting_citizen", _("Chờ bổ sung")),
    )),
)  # fmt: skip

# How well it goes.
QUALITY: tuple[Group, ...] = (
    Group(_("Tỷ lệ"), (
        Column("supplement_rate", _("Phải bổ sung")),
        Column("online_share", _("Nộp trực tuyến")),
        Column("online_payment_share", _("Thanh toán trực tuyến")),
    )),
    Group(_("Người dân đánh giá"), (
        Column("satisfaction", _("Mức hài lòng")),
        Column("very_content", _("Rất hài lòng")),
        Column("content", _("Hài lòng")),
        Column("not_content", _("Chưa hài lòng")),
    )),
    Group(_("Nêu riêng"), (
        Column("not_received", _("Chờ tiếp nhận")),
        Column("refused", _("Từ chối tiếp nhận")),
    )),
)  # fmt: skip

ALL: tuple[Column, ...] = tuple(column for group in (*COUNTED, *QUALITY) for column in group.columns)


def cells(figures: Figures, columns: Sequence[Column] = ALL) -> list[int | Decimal | None]:
    return [column.of(figures) for column in columns]
