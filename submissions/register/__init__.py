"""The register of a year (Sổ theo dõi hồ sơ): a book a desk, numbered from the first dossier of the year on."""

from submissions.register.book import Book, book_of, books, may_keep, years
from submissions.register.closing import check_open, close, close_past, closed, closes_on, is_intact, may_close
from submissions.register.paper import drawn
from submissions.register.workbook import file_name, write, write_answers

__all__ = [
    "Book",
    "book_of",
    "books",
    "check_open",
    "close",
    "close_past",
    "closed",
    "closes_on",
    "drawn",
    "file_name",
    "is_intact",
    "may_close",
    "may_keep",
    "write",
    "write_answers",
    "years",
]
