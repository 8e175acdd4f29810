"""What every page may show: the town's name and contact, the state of the site, head and foot, the main links.

What costs something is a function, called by the template that shows it.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal import frame, site_state


def town(request: HttpRequest) -> dict[str, Any]:
    site: Any = SimpleLazyObject(site_state.current)
    return {
        "TOWN_NAME": settings.TOWN_NAME,
        "TOWN_PROVINCE": settings.TOWN_PROVINCE,
        "RESPONSIBLE_PERSON": settings.RESPONSIBLE_PERSON,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "TRIAL": settings.TRIAL,
        "SITE": site,
        "SITE_HEAD": lambda: frame.head(request.path, site),
        "SITE_FOOT": lambda: frame.foot(site),
        "SITE_NAV": lambda: frame.links(frame.MAIN_LINKS),
        "SITE_FOOT_NAV": lambda: frame.links(frame.FOOT_LINKS),
    }
