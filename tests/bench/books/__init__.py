"""Thousands of payments with faults on every way, and whether the books are exact afterwards."""
