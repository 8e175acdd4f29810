"""Columns that lists and figures ask, for the submissions that were filed before they were kept: out of their log.

The moment until which an online filing is answered (reply_by) needs the calendar and is filled by the next recount.
"""

from django.db import migrations
from django.utils import timezone

CHUNK = 1000
# As they were when this was written (submissions/states.py, workflow/marks.py).
SIDE_VERBS = ("take", "assign", "note", "papers", "export", "import", "control_slip", "rate", "recount")
ENDED = ("RESULT_READY", "DECLINED", "STOPPED", "WITHDRAWN")
COLUMNS = ["is_back", "rounds", "asked_at", "ended_on", "replied_at"]


def fill(apps, schema_editor):
    rows = apps.get_model("submissions", "Submission").objects.exclude(state="DRAFT").order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last).only("state", "channel", "received_at", *COLUMNS)[:CHUNK]):
        events, requests = (
            by_submission(apps, "Event", chunk, "number"),
            by_submission(apps, "SupplementRequest", chunk, "round"),
        )
        for row in chunk:
            fill_row(row, events.get(row.pk, []), requests.get(row.pk, []))
        rows.bulk_update(chunk, COLUMNS)
        last = chunk[-1].pk


def by_submission(apps, model, chunk, order):
    columns = {"Event": ("verb", "from_state", "to_state", "at"), "SupplementRequest": ("requested_at", "answered_at")}
    rows = apps.get_model("submissions", model).objects.filter(submission__in=[row.pk for row in chunk])
    found = {}
    for row in rows.order_by("submission", order).only("submission", *columns[model]):
        found.setdefault(row.submission_id, []).append(row)
    return found


def fill_row(row, events, requests):
    steps = [e for e in events if e.verb not in SIDE_VERBS]
    row.is_back = bool(steps) and steps[-1].verb == "supplement"
    row.rounds = len(requests)
    waits = row.state == "AWAITING_SUPPLEMENT" and requests and requests[-1].answered_at is None
    row.asked_at = requests[-1].requested_at if waits else None
    ends = [e for e in steps if e.to_state in ENDED and e.from_state != e.to_state]
    row.ended_on = timezone.localdate(ends[-1].at) if ends and row.received_at else None
    row.replied_at = replied_at(steps) if row.channel == "online" else None


def replied_at(steps):
    """The first answer to the filing, or to its last supplement before receipt."""
    answer = None
    for step in steps:
        if step.to_state == "SUBMITTED":
            answer = None
        elif step.from_state == "SUBMITTED" and step.verb != "withdraw":
            answer = step.at
    return answer


class Migration(migrations.Migration):
    dependencies = [("submissions", "0004_search")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
