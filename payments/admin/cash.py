"""The cash of a day: one list an officer, to be counted, printed and signed."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments import books, cashier
from payments.admin import desk
from portal.lib.money import in_words
from submissions.models import Officer
from submissions.states import Role


def day_of(request: HttpRequest, name: str, otherwise: datetime.date) -> datetime.date:
    """A day from the address; another one, with a sentence, when it cannot be read."""
    typed = request.GET.get(name, "")
    if not typed:
        return otherwise
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            found = datetime.datetime.strptime(typed[:10], form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        if 2000 <= found.year <= 2200:
            return found
    messages.warning(request, _("Ngày “%s” không đọc được. Bạn hãy chọn lại ngày, ví dụ 24/02/2026.") % typed[:20])
    return otherwise


def _chosen(request: HttpRequest, officer: Officer, people: list[Officer]) -> Officer:
    """Leaders and cashiers may look at a colleague's list; everybody else has the own one."""
    if not officer.has_role(Role.LEADER, Role.CASHIER):
        return officer
    typed = request.GET.get("can-bo", "")
    named = next((one for one in people if str(one.pk) == typed), None)
    if named is not None:
        return named
    return officer if officer in people or officer.has_role(Role.CASHIER) or not people else people[0]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    officer = desk.reader(request, *cashier.READERS)
    agencies = [agency.pk for agency in desk.agencies_of(officer)]
    day = day_of(request, "ngay", timezone.localdate())
    sums = books.cash_sums(agencies, day)
    chosen = _chosen(request, officer, [row.officer for row in sums])
    found = books.cash(agencies, day, chosen)
    context = {
        "title": _("Bảng kê thu tiền mặt"),
        "day": day,
        "today": timezone.localdate(),
        "found": found,
        "chosen": chosen,
        "sums": sums if officer.has_role(Role.LEADER, Role.CASHIER) else [],
        "words": in_words(max(found.kept, 0)),
        "is_test": any(row.attempt and row.attempt.is_test for row in found.rows),
        "town": settings.TOWN_NAME,
    }
    return desk.page(request, "cash", context)
