"""Names as they are in Hà Tĩnh, with how often they come."""

from __future__ import annotations

import random

SURNAMES = {
    "Nguyễn": 34, "Trần": 14, "Lê": 11, "Phạm": 6, "Phan": 6, "Hoàng": 5, "Võ": 4, "Đặng": 4, "Bùi": 3, "Hồ": 3,
    "Đậu": 2, "Thái": 2, "Dương": 2, "Cao": 1, "Hà": 1, "Đinh": 1, "Đỗ": 1,
}  # fmt: skip
MIDDLE = {
    "Thị": 30, "Văn": 24, "Đình": 7, "Xuân": 6, "Hữu": 5, "Thị Thanh": 4, "Đức": 4, "Thị Ngọc": 4, "Quang": 3,
    "Minh": 3, "Thị Hồng": 3, "Viết": 2, "Ngọc": 2, "Thị Thu": 2, "Trọng": 1,
}  # fmt: skip
GIVEN = (
    "An Anh Ánh Ân Bảo Bắc Bích Bình Ca Cảnh Châu Chiến Chung Cúc Cường Cừ Danh Diễm Diệp Dung Dũng Duy Dương Đạt "
    "Điệp Định Đông Đức Giang Hà Hải Hạnh Hảo Hằng Hậu Hiền Hiếu Hoa Hòa Hoài Hoàn Hồng Huệ Hùng Huy Huyền Hương "
    "Hưng Khang Khánh Khoa Kiên Kiều Lam Lan Lâm Liên Linh Loan Long Lộc Lợi Luân Lương Ly Mai Mạnh Minh My Mỹ Nam "
    "Nga Ngân Nghĩa Ngọc Nguyệt Nhàn Nhân Nhung Oanh Phong Phú Phúc Phương Phượng Quân Quang Quế Quốc Quyên Quyết "
    "Quỳnh Sâm Sang Sinh Sơn Sương Tài Tâm Tân Thái Thảo Thắm Thắng Thanh Thành Thịnh Thoa Thơ Thủy Thư Thương "
    "Tiến Tình Toàn Trang Trâm Trí Trinh Trung Tú Tuấn Tuyết Tùng Vân Viễn Việt Vinh Vũ Vượng Xoan Yên Yến"
).split()


def crowd(size: int, rng: random.Random) -> list[str]:
    """That many full names; the same name comes more than once, as in life."""
    surnames = rng.choices(list(SURNAMES), list(SURNAMES.values()), k=size)
    middles = rng.choices(list(MIDDLE), list(MIDDLE.values()), k=size)
    # Some given names are many times as frequent as others.
    given = rng.choices(GIVEN, [1 / (1 + place % 29) for place in range(len(GIVEN))], k=size)
    return [" ".join(parts) for parts in zip(surnames, middles, given, strict=True)]
