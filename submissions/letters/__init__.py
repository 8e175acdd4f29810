"""Result letters made from a template: wording, names, layout, preview and issue with a number."""

from submissions.letters.issuing import issue, maker
from submissions.letters.layout import compose, digest, page, sample, setting_of
from submissions.letters.templates import Offer, errors, first_trouble, offers, trouble

__all__ = [
    "Offer",
    "compose",
    "digest",
    "errors",
    "first_trouble",
    "issue",
    "maker",
    "offers",
    "page",
    "sample",
    "setting_of",
    "trouble",
]
