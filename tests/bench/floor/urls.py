"""A small template, a list of 30 rows, a one-page filing with a file."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from tests.bench.floor.models import Filing, Row


class FilingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Filing
        fields = ("name", "phone", "file")


def small(request: HttpRequest) -> HttpResponse:
    return render(request, "page.html", {"title": "Trang nhỏ"})


def rows(request: HttpRequest) -> HttpResponse:
    return render(request, "page.html", {"title": "Danh sách", "rows": Row.objects.order_by("code")[:30]})


def filing(request: HttpRequest) -> HttpResponse:
    form = FilingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect(f"/done/{form.save().pk}/")
    return render(request, "page.html", {"title": "Nộp", "form": form})


def done(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "page.html", {"title": Filing.objects.get(pk=pk).name})


urlpatterns = [path("", small), path("list/", rows), path("file/", filing), path("done/<int:pk>/", done)]
