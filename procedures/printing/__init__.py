"""Forms on paper: blank to write on by hand, or with the answers that were typed."""

from procedures.printing.blocks import Mark
from procedures.printing.files import (
    KINDS,
    STYLESHEET,
    File,
    NoSuchForm,
    blank_form,
    drawing_version,
    filled_form,
    printable_page,
)
from procedures.printing.layout import form_documents

__all__ = [
    "KINDS",
    "STYLESHEET",
    "File",
    "Mark",
    "NoSuchForm",
    "blank_form",
    "drawing_version",
    "filled_form",
    "form_documents",
    "printable_page",
]
