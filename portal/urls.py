"""Addresses of the portal (contract section 1)."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("procedures.urls")),
    path("", include("submissions.urls")),
]
