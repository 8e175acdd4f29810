"""Filters of the work list kept under a name: own ones, and those that colleagues share with a role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib import text
from submissions import worklist
from submissions.errors import Incomplete, NotPossible
from submissions.models import Officer, SavedView
from submissions.states import Role

LONGEST_NAME, LONGEST_QUERY = 80, 1000
# More would be a list of lists, not a short way.
MOST = 30


def visible_to(officer: Officer | None) -> QuerySet[SavedView]:
    """An officer's own, and those that officers of the same desk share with a role that he or she holds."""
    if officer is None or not officer.has_role(*worklist.DESK_ROLES):
        return SavedView.objects.none()
    shared = Q(shared_with__in=[r for r in officer.roles if r in Role.values], officer__agency__in=officer.scope)
    return SavedView.objects.filter(Q(officer=officer) | shared & Q(officer__is_active=True))


def own(officer: Officer | None) -> QuerySet[SavedView]:
    """What this officer may rename, share and delete."""
    return visible_to(officer).filter(officer=officer)


def read(officer: Officer, query: str, at: worklist.Clock) -> worklist.Chosen:
    """A kept or offered query string, checked against what the list knows now."""
    return worklist.choose(officer, parse_qsl(query.removeprefix("?")), at)


def keep(officer: Officer, name: str, chosen: worklist.Chosen, shared_with: str = "") -> SavedView:
    """Keeps what is chosen under a name. The same name with the same filters is the same view, pressed twice.

    Raises Incomplete (no name, nothing chosen), NotPossible (the name is taken, too many).
    """
    name, query = _checked_name(name), chosen.query
    if not query:
        raise Incomplete(_("Chưa có bộ lọc nào để lưu. Bạn hãy chọn hàng việc hoặc bộ lọc trong danh sách hồ sơ."))
    if len(query) > LONGEST_QUERY:
        raise NotPossible(_("Bộ lọc quá dài nên không lưu được. Bạn hãy bỏ bớt."))
    try:
        with transaction.atomic():
            view, is_new = SavedView.objects.get_or_create(
                officer=officer, name=name, defaults={"query": query, "shared_with": _checked_role(shared_with)}
            )
    except IntegrityError:
        raise NotPossible(_taken(name)) from None
    if not is_new and view.query != query:
        raise NotPossible(_taken(name))
    if is_new and SavedView.objects.filter(officer=officer).count() > MOST:
        view.delete()
        raise NotPossible(_("Bạn đã lưu %d bộ lọc. Bạn hãy xóa bớt trước khi lưu thêm.") % MOST)
    return view


def change(view: SavedView, name: str, shared_with: str) -> SavedView:
    """Renames or shares it. Raises Incomplete, NotPossible."""
    view.name, view.shared_with = _checked_name(name), _checked_role(shared_with)
    if SavedView.objects.filter(officer=view.officer_id, name=view.name).exclude(pk=view.pk).exists():
        raise NotPossible(_taken(view.name))
    try:
        with transaction.atomic():
            view.save(update_fields=["name", "shared_with"])
    except IntegrityError:
        raise NotPossible(_taken(view.name)) from None
    return view


def _checked_name(name: str) -> str:
    tidy = " ".join(text.tidy(name).split())
    if not tidy:
        raise Incomplete(_("Bạn hãy đặt tên cho bộ lọc."))
    if len(tidy) > LONGEST_NAME:
        words = _("Tên bộ lọc dài tối đa %(most)d ký tự. Bạn đã nhập %(count)d ký tự.")
        raise Incomplete(words % {"most": LONGEST_NAME, "count": len(tidy)})
    return tidy


def _checked_role(role: str) -> str:
    if role and role not in Role.values:
        raise NotPossible(_("Bạn hãy chọn vai trò trong danh sách."))
    return role


def _taken(name: str) -> str:
    return _("Bạn đã có bộ lọc tên “%s”. Bạn hãy đặt tên khác.") % name


@dataclass(frozen=True)
class ViewLink:
    """A saved view above the list and on the desk; `of` is the colleague who shares it."""

    pk: int
    name: str
    address: str
    of: str
    shared: str
    current: bool


def links(officer: Officer, query: str = "") -> list[ViewLink]:
    """Own ones first, then shared ones. One query, no counts."""
    list_address = reverse("admin:submissions_submission_changelist")
    rows = visible_to(officer).select_related("officer__user")
    found = [_link(v, officer, f"{list_address}?{v.query}", v.query == query) for v in rows]
    return sorted(found, key=lambda v: (bool(v.of), text.fold(v.name)))


def _link(view: SavedView, officer: Officer, address: str, current: bool) -> ViewLink:
    of = "" if view.officer_id == officer.pk else str(view.officer)
    shared: Any = Role(view.shared_with).label if view.shared_with in Role.values else ""
    return ViewLink(view.pk, view.name, address, of, str(shared), current)
