"""The register of a year (Sổ theo dõi hồ sơ): a book a desk, numbered from the first dossier of the year on."""

from submissions.register.book import Book, book_of, books, may_keep, years
from submissions.register.paper import drawn
from submissions.register.workbook import file_name, write, write_answers

__all__ = ["Book", "book_of", "books", "drawn", "file_name", "may_keep", "write", "write_answers", "years"]
