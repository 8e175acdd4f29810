"""The catalogue as staff see it: its tables, and the pages on which procedures are edited."""

from procedures.admin import catalogue, lists, procedure

__all__ = ["catalogue", "lists", "procedure"]
