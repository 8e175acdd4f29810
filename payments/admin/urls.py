"""Addresses of money and post inside the staff site, below /admin/payments/."""

from django.contrib import admin
from django.urls import path

from payments.admin import book_pages, cash, money, troubles

wrap = admin.site.admin_view
urlpatterns = [
    path("ho-so/<int:pk>/da-thu/<int:attempt>/", wrap(money.taken), name="payments_taken"),
    path("ho-so/<int:pk>/hoan-tien/<int:refund>/", wrap(money.refund_done), name="payments_refund_done"),
    path("ho-so/<int:pk>/<str:act>/", wrap(money.page), name="payments_money"),
    path("tien-mat/", wrap(cash.page), name="payments_cash"),
    path("so-thu/", wrap(book_pages.page), name="payments_book"),
    path("so-thu/tai-ve/", wrap(book_pages.export), name="payments_book_export"),
    path("vuong-mac/", wrap(troubles.page), name="payments_troubles"),
]
