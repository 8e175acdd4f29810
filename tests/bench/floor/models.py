"""Two tables: something to list, something to file."""

from django.db import models


class Row(models.Model):
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    sector = models.CharField(max_length=100)

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return self.code


class Filing(models.Model):
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20)
    file = models.FileField(upload_to="filings/")

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return self.name
