"""What carriers' codes mean, to begin with; the operator completes them from the contract with the carrier."""

from __future__ import annotations

from typing import Any

from django.apps import apps as all_apps

from payments.states import Step

# Those that EMS's public documents name, and those of the make-believe carrier of trials, which no real parcel bears.
START: dict[str, tuple[tuple[str, str, Step], ...]] = {
    "ems": (
        ("1", "Đã tạo, chờ duyệt", Step.READY),
        ("2", "Đã duyệt, chờ lấy hàng", Step.READY),
        ("4", "Đang vận chuyển", Step.MOVING),
        ("11000", "Đã giao cho bưu tá", Step.MOVING),
    ),
    "ems-test": (
        ("3", "Bưu điện đã nhận hàng", Step.HANDED),
        ("12000", "Phát thành công", Step.DELIVERED),
        ("13000", "Phát không thành công", Step.FAILED),
        ("14000", "Đang chuyển hoàn", Step.MOVING),
        ("15000", "Đã chuyển hoàn về người gửi", Step.RETURNED),
    ),
}


def enter(apps: Any = all_apps, **_more: Any) -> None:
    """After every migrate: carriers that have no row at all get these. What the operator keeps is left alone."""
    try:
        table = apps.get_model("payments", "CarrierStatus").objects
    except LookupError:
        return  # migrated back to before there was one
    for carrier, rows in START.items():
        if not table.filter(carrier=carrier).exists():
            table.bulk_create(
                [table.model(carrier=carrier, code=c, name=n, step=s) for c, n, s in rows], ignore_conflicts=True
            )
