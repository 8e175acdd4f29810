"""Counter entry: choose the procedure, type the file in on one page, hand over the receipt."""
