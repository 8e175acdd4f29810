"""Demo accounts: three officers for the town and each ward, a cashier and an editor for the town, an operator."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from procedures.models import Agency
from submissions.models import Officer
from submissions.states import Role

FIXED_PASSWORD = "hong-linh-dung-thu"  # noqa: S105 - printed on purpose; only for the trial mode
OPERATOR = "quantri"
DESK = {
    "motcua": (Role.RECEPTION, "Cán bộ một cửa"),
    "chuyenmon": (Role.SPECIALIST, "Cán bộ chuyên môn"),
    "lanhdao": (Role.LEADER, "Lãnh đạo"),
}
TOWN_ONLY = {"thuphi": (Role.CASHIER, "Cán bộ thu phí"), "bientap": (Role.EDITOR, "Biên tập viên")}


@dataclass(frozen=True)
class Place:
    """Which short word stands in the user names, and where reception and the others sit."""

    word: str
    desk: Agency
    office: Agency


def places() -> list[Place]:
    """Every active town ("thixa") with its one-stop centre, every active ward ("bachong")."""
    found = [Place("thixa", town.desk(), town) for town in Agency.objects.active().of_tier("town")[:1]]
    wards = Agency.objects.active().of_tier("ward")
    return [*found, *(Place(w.slug.replace("-", ""), w, w) for w in wards)]


def _officer(username: str, full_name: str, agency: Agency, role: str, hashed: str) -> bool:
    user, is_new = get_user_model().objects.get_or_create(
        username=username,
        defaults={"full_name": full_name, "email": f"{username}@example.vn", "is_staff": True, "password": hashed},
    )
    Officer.objects.get_or_create(user=user, defaults={"agency": agency, "roles": [str(role)]})
    return is_new


def create(password: str) -> list[str]:
    """Makes the accounts that are missing and returns their names; those that exist keep password and roles."""
    made = []
    hashed = make_password(password)  # once: it takes half a second on purpose
    for place in places():
        titles = {**DESK, **(TOWN_ONLY if place.word == "thixa" else {})}
        for word, (role, title) in titles.items():
            agency = place.desk if role in (Role.RECEPTION, Role.CASHIER) else place.office
            username = f"{word}-{place.word}"
            if _officer(username, f"{title} {place.office.plain_place}", agency, role, hashed):
                made.append(username)
    if not get_user_model().objects.filter(username=OPERATOR).exists():
        get_user_model().objects.create_superuser(
            OPERATOR, f"{OPERATOR}@example.vn", password, full_name="Quản trị hệ thống"
        )
        made.append(OPERATOR)
    return made
