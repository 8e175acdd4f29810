"""Home, health and error pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's key was missing or old (cookies off, a page left open too long)."""
    return render(request, "403_csrf.html", status=403)
