"""A whole year at the desks, lived through the real workflow under frozen time, and checked from its log alone.

    python -m tests.bench.year --submissions 20000 --seed 1

What the portal says (due dates, figures, numbers) is compared with a second computation that shares no code with it:
plain loops over the event log (dates.py, figures.py). The same seed lives the same year.
"""
