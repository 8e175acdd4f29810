"""The shell around the apps: settings, users, home, health."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
