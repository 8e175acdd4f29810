"""The user and the few rows of the shell itself."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person with an account: staff, and citizens who want one."""

    full_name = models.CharField(_("họ và tên"), max_length=150, blank=True)
    phone = models.CharField(_("số điện thoại"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("tài khoản")
        verbose_name_plural = _("tài khoản")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name or super().get_full_name() or self.username


class SiteNotice(models.Model):
    """A line on top of every page: planned stops (7 working days ahead, NĐ 224/2026 art. 13), holidays."""

    text = models.CharField(_("nội dung"), max_length=400)
    show_from = models.DateTimeField(_("hiện từ"))
    show_until = models.DateTimeField(_("hiện đến"))

    class Meta:
        verbose_name = _("thông báo trên trang")
        verbose_name_plural = _("thông báo trên trang")
        ordering = ["show_from"]

    def __str__(self) -> str:
        return self.text


class Heartbeat(models.Model):
    """When a background process last said it was alive; read by /healthz."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
