"""{% load post %}: the post of a submission on its own page, and the counts of the post on the officer's desk."""

from __future__ import annotations

from typing import Any

from django import template

from payments import handover, posted, shelves
from submissions.models import Officer, Submission

register = template.Library()


@register.simple_tag
def post_of(s: Submission) -> posted.Post:
    return posted.of(s)


@register.simple_tag
def todo_with_post(post: posted.Post, todo: str) -> str:
    return posted.to_do(post, todo)


@register.inclusion_tag("payments/post/_box.html")
def post_box(post: posted.Post) -> dict[str, Any]:
    """Where the result and the originals are, with what may be chosen; nothing where there is no post."""
    return {"post": post, "s": post.submission}


@register.inclusion_tag("admin/payments/post/desk.html")
def post_desk(officer: Officer | None) -> dict[str, Any]:
    """The shelves that have something, with their counts, in one query; for the reception."""
    found = shelves.counts(officer) if officer is not None and handover.keeps(officer) else []
    return {"some": [shelf for shelf in found if shelf.count]}
