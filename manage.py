#!/usr/bin/env python
"""Operator commands of the portal: python manage.py help."""

import os
import sys

DETAILS = "--traceback"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - settings first
    from django.core.management import execute_from_command_line  # noqa: PLC0415
    from django.db import Error  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except (Error, ImproperlyConfigured) as error:
        if DETAILS in sys.argv:
            raise
        sys.exit(_sentence(error))


def _sentence(error: Exception) -> str:
    """What an operator can do about a database or settings that do not let any command work."""
    said = str(error).strip()
    first = said.splitlines()[0] if said else type(error).__name__
    if type(error).__name__ == "ImproperlyConfigured":
        return f"Cấu hình chưa đúng: {first}"
    if type(error).__name__ == "ProgrammingError" or "no such " in said:  # PostgreSQL, SQLite
        what = "Cơ sở dữ liệu chưa có đủ bảng. Bạn chạy manage.py migrate rồi chạy lại lệnh"
    else:
        what = "Không dùng được cơ sở dữ liệu. Bạn kiểm tra DATABASE_URL và máy chủ cơ sở dữ liệu rồi chạy lại lệnh"
    return f"{what} (thêm {DETAILS} để xem chi tiết).\n  {first}"


if __name__ == "__main__":
    main()
