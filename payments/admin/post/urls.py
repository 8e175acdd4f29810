"""Addresses of the post inside the staff site, below /admin/payments/buu-chinh/."""

from django.contrib import admin
from django.urls import path, re_path

from payments.admin.post import lists, page, parcel, scan

wrap = admin.site.admin_view
ACTS = "|".join(parcel.ACTS)
urlpatterns = [
    path("", wrap(page.page), name="payments_post"),
    path("chon/", wrap(page.many), name="payments_post_many"),
    path("nhan/", wrap(page.labels_pdf), name="payments_post_labels"),
    path("quet/", wrap(scan.scan), name="payments_post_scan"),
    path("bang-ke/", wrap(lists.overview), name="payments_post_lists"),
    path("bang-ke/<int:pk>/", wrap(lists.page), name="payments_post_list"),
    path("bang-ke/<int:pk>/in/", wrap(lists.sheet), name="payments_post_list_sheet"),
    path("bang-ke/<int:pk>/quet/", wrap(lists.scan), name="payments_post_list_scan"),
    path("bang-ke/<int:pk>/bo/<int:parcel>/", wrap(lists.remove), name="payments_post_list_remove"),
    path("bang-ke/<int:pk>/giao/", wrap(lists.close), name="payments_post_list_close"),
    path("<int:pk>/", wrap(parcel.page), name="payments_parcel"),
    re_path(rf"^(?P<pk>\d+)/(?P<act>{ACTS})/$", wrap(parcel.act), name="payments_parcel_act"),
]
