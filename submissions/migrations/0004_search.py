"""What submissions are searched by, written anew, and the indexes that only PostgreSQL has."""

from django.db import migrations

from portal.lib import text
from submissions import indexes

CHUNK = 2000


def refill(apps, schema_editor):
    rows = apps.get_model("submissions", "Submission").objects.exclude(search_text="").order_by("pk")
    columns = "applicant_name owner_name reference dossier_code applicant_id_number applicant_phone search_text".split()
    last = 0
    while chunk := list(rows.filter(pk__gt=last).only(*columns)[:CHUNK]):
        for row in chunk:
            names = (row.applicant_name, row.owner_name)
            numbers = (row.reference, row.dossier_code, row.applicant_id_number, row.applicant_phone)
            row.search_text = text.searchable(names, numbers)
        rows.bulk_update(chunk, ["search_text"])
        last = chunk[-1].pk


def build(apps, schema_editor):
    indexes.build(schema_editor.connection)


def remove(apps, schema_editor):
    indexes.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("submissions", "0003_promise")]
    operations = [
        migrations.RunPython(refill, migrations.RunPython.noop),
        migrations.RunPython(build, remove),
    ]
