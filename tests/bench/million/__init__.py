"""A town of a million submissions: a seeded generator, and the work of the staff measured on it."""
