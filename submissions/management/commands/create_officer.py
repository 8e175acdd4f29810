"""create_officer: an account that may log in to the staff side, with its agency and roles."""

from __future__ import annotations

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from portal.lib import text
from procedures.models import Agency
from submissions.models import Officer
from submissions.states import Role


class Command(BaseCommand):
    help = (
        "Tạo cán bộ, hoặc đổi cơ quan và vai trò của cán bộ đã có. Không có --password-stdin thì sinh mật khẩu và in "
        "ra một lần. Ví dụ: manage.py create_officer motcua1 --agency bac-hong --role reception cashier"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="Tên đăng nhập.")
        parser.add_argument("--agency", required=True, metavar="SLUG", help="Khóa của cơ quan, ví dụ bac-hong.")
        parser.add_argument(
            "--role", required=True, nargs="+", action="extend", metavar="ROLE",
            help="Một hoặc nhiều vai trò: " + " ".join(Role.values),
        )  # fmt: skip
        parser.add_argument("--full-name", default="", help="Họ và tên.")
        parser.add_argument("--email", default="", help="Thư điện tử để nhận lời nhắc.")
        parser.add_argument("--password-stdin", action="store_true", help="Đọc mật khẩu từ dòng đầu của đầu vào chuẩn.")

    def handle(self, *args: Any, username: str, agency: str, role: list[str], **options: Any) -> None:
        place, roles = _agency(agency), _roles(role)
        details = {"full_name": text.tidy(options["full_name"]), "email": _email(options["email"])}
        users = get_user_model().objects
        user = users.filter(username=username).first()
        is_new = user is None
        user = user or users.model(username=username)
        for name, value in details.items():
            if value:
                setattr(user, name, value)
        password = _given_password(user) if options["password_stdin"] else secrets.token_urlsafe(12) if is_new else ""
        with transaction.atomic():
            self._store(user, password, place, roles)
        if is_new and not options["password_stdin"]:
            self.stdout.write(_("Mật khẩu (chỉ in một lần này): %s") % password)
        words = _("Đã tạo cán bộ %(who)s") if is_new else _("Đã cập nhật cán bộ %(who)s")
        labels = ", ".join(str(Role(r).label) for r in roles)
        self.stdout.write(words % {"who": username} + f": {place}, {labels}.")

    def _store(self, user: Any, password: str, agency: Agency, roles: list[str]) -> None:
        user.is_staff = user.is_active = True
        if password:
            user.set_password(password)
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user.save()
        Officer.objects.update_or_create(user=user, defaults={"agency": agency, "roles": roles, "is_active": True})


def _agency(slug: str) -> Agency:
    found = Agency.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Agency.objects.values_list("slug", flat=True)) or _("(chưa nạp danh mục)")
        raise CommandError(
            _("--agency: không có cơ quan “%(slug)s”. Các cơ quan: %(known)s") % {"slug": slug, "known": known}
        )
    return found


def _roles(given: list[str]) -> list[str]:
    wrong = [r for r in given if r not in Role.values]
    if wrong:
        known = ", ".join(Role.values)
        raise CommandError(
            _("--role: không có vai trò %(wrong)s. Các vai trò: %(known)s")
            % {"wrong": ", ".join(wrong), "known": known}
        )
    return list(dict.fromkeys(given))


def _email(given: str) -> str:
    try:
        if given:
            validate_email(given)
    except ValidationError:
        raise CommandError(_("--email: “%s” không phải địa chỉ thư điện tử.") % given) from None
    return given


def _given_password(user: Any) -> str:
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise CommandError(_("--password-stdin: không đọc được mật khẩu. Hãy đưa mật khẩu vào dòng đầu tiên."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password
