"""Addresses of money and post (contract section 1)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from payments.views import carrier, gateway, pay, post

urlpatterns: list[URLPattern | URLResolver] = [
    path("thanh-toan/vnpay/ipn", gateway.notice, name="payment-notice"),
    path("thanh-toan/vnpay/ve", gateway.came_back, name="payment-return"),
    path("thanh-toan/<str:reference>/", pay.payment, name="payment"),
    path("thanh-toan/<str:reference>/luot/<int:number>/", pay.state, name="payment-state"),
    path("thanh-toan/<str:reference>/chuyen-khoan/", pay.by_transfer, name="payment-transfer"),
    path("ho-so/<str:reference>/buu-dien/dia-chi/", post.address, name="post-address"),
    path("ho-so/<str:reference>/buu-dien/den-nhan/", post.pickup, name="post-pickup"),
    path("ho-so/<str:reference>/buu-dien/ban-chinh/", post.originals, name="post-originals"),
    path("ho-so/<str:reference>/buu-dien/nhan.pdf", post.label, name="post-label"),
    path("bao-chi/ems/<str:token>/", carrier.notice, name="carrier-notice"),
]
