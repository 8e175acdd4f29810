"""Addresses of acts on many submissions, inside the staff site."""

from django.contrib import admin
from django.urls import path

from submissions.admin.batches import asking, results

wrap = admin.site.admin_view
urlpatterns = [
    path("", wrap(results.recent), name="submissions_batches"),
    path("moi/", wrap(asking.new), name="submissions_batch_new"),
    path("<int:pk>/", wrap(results.show), name="submissions_batch"),
    path("<int:pk>/in/", wrap(results.file), name="submissions_batch_file"),
    path("<int:pk>/dung/", wrap(results.cancel), name="submissions_batch_cancel"),
]
