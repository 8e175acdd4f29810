"""Addresses of the portal (contract section 1)."""

from django.contrib import admin
from django.urls import include, path

from portal import health, views
from portal.guide import views as guide

urlpatterns = [
    path("", views.home, name="home"),
    path("gioi-thieu/", guide.intro, name="intro"),
    path("huong-dan/", guide.guide, name="guide"),
    path("huong-dan/to-roi.pdf", guide.handout, name="handout"),
    path("hoi-dap/", views.faq, name="faq"),
    path("tro-nang/", views.accessibility, name="accessibility"),
    path("rieng-tu/", views.privacy, name="privacy"),
    path("so-do-trang/", views.sitemap_page, name="sitemap-page"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("", include("procedures.urls")),
    path("", include("submissions.urls")),
    path("", include("payments.urls")),
]
