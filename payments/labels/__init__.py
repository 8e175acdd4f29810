"""Labels of parcels as PDF: from the desk to a person, and from a person to the desk."""

from payments.labels.content import Label, Party, label, postage, spoken
from payments.labels.drawing import MOST, SIZES, STYLESHEET, Size, sheet

__all__ = ["MOST", "SIZES", "STYLESHEET", "Label", "Party", "Size", "label", "postage", "sheet", "spoken"]
