"""Public pages of the catalogue."""

from django.urls import URLPattern, path, re_path

from procedures.views import downloads, pages

urlpatterns: list[URLPattern] = [
    path("thu-tuc/", pages.catalogue, name="catalogue"),
    path("thu-tuc/<str:code>/", pages.procedure, name="procedure"),
    re_path(
        r"^thu-tuc/(?P<code>[^/]+)/bieu-mau/(?P<key>[-\w]+)\.(?P<extension>pdf|docx)$",
        downloads.blank_form,
        name="blank-form",
    ),
    path("muc-do/<int:level>/", pages.level, name="level"),
]
