"""What the promised days were last counted with."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class RecountedFor(models.Model):
    """One row: the calendar (its digest) that the due dates of all open submissions were last counted with."""

    digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)  # a worker is at it, and was at that moment

    def __str__(self) -> str:
        return f"{self.digest[:12]} {self.at:%d/%m/%Y %H:%M}"
