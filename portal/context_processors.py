"""What every page shows: the town's name and contact."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def town(request: HttpRequest) -> dict[str, Any]:
    return {
        "TOWN_NAME": settings.TOWN_NAME,
        "TOWN_PROVINCE": settings.TOWN_PROVINCE,
        "RESPONSIBLE_PERSON": settings.RESPONSIBLE_PERSON,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "TRIAL": settings.TRIAL,
    }
