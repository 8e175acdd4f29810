"""The catalogue as staff see it: its tables, and the pages on which procedures are edited."""

from procedures.admin import calendar, catalogue, hours, lists, procedure

__all__ = ["calendar", "catalogue", "hours", "lists", "procedure"]
