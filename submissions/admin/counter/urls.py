"""Addresses of counter entry, inside the staff site."""

from django.contrib import admin
from django.urls import path

from submissions.admin.counter import desk, entry

wrap = admin.site.admin_view
urlpatterns = [
    path("", wrap(desk.choose), name="submissions_counter"),
    path("<str:code>/", wrap(entry.entry), name="submissions_counter_form"),
    path("<int:pk>/xong/", wrap(desk.done), name="submissions_counter_done"),
]
