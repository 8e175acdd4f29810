"""The document of a procedure as inputs: what was not touched is never written back."""
