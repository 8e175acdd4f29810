"""Who works at the desks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from procedures.models import Agency
from submissions.states import Role


class Officer(models.Model):
    """A member of staff at one agency, with the roles held there."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("tài khoản"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="officers", verbose_name=_("cơ quan"))
    roles = models.JSONField(_("vai trò"), default=list)
    is_active = models.BooleanField(_("đang làm việc"), default=True)

    class Meta:
        verbose_name = _("cán bộ")
        verbose_name_plural = _("cán bộ")
        ordering = ["agency", "pk"]

    def __str__(self) -> str:
        return str(self.user)

    def has_role(self, *roles: str) -> bool:
        return self.is_active and any(r in self.roles for r in roles)

    @cached_property
    def scope(self) -> set[int]:
        """Keys of the agencies whose submissions this officer may see."""
        return self.agency.scope()

    @property
    def role_labels(self) -> str:
        return ", ".join(str(Role(r).label) for r in self.roles if r in Role.values)
