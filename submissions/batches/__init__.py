"""One act on many submissions: started by an officer, done row by row, each row with a result of its own.

table.py says what can be done so and what stands in the way, starting.py writes the rows as the officer saw them,
running.py does them, printing.py puts the papers of a batch that prints into one PDF.
"""

from submissions.batches.running import cancel, claim, run, run_waiting
from submissions.batches.starting import Seen, checked, start
from submissions.batches.table import JOBS, Job, job_of, jobs_for
from submissions.batches.tidying import forget
from submissions.rules import is_held as holds

__all__ = [
    "JOBS",
    "Job",
    "Seen",
    "cancel",
    "checked",
    "claim",
    "forget",
    "holds",
    "job_of",
    "jobs_for",
    "run",
    "run_waiting",
    "start",
]
