"""Filing, look-up and the pages of a submission."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
