"""Addresses with letters of other alphabets in the domain are kept as they stand on the wire, like all that come now."""

from django.core.exceptions import ValidationError
from django.db import migrations

from articles.email_addresses import one_spelling


def spell(apps, schema_editor):
    readers = apps.get_model("newsletter", "Subscriber").objects
    for pk, email in readers.values_list("pk", "email").iterator(chunk_size=2000):
        if email.isascii():
            continue
        try:
            spelled = one_spelling(email)
        except ValidationError:
            continue
        # Who is there in both spellings stays two readers, until one of them leaves.
        if spelled != email and not readers.filter(email=spelled).exists():
            readers.filter(pk=pk).update(email=spelled)


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0007_runs_and_inboxes")]

    operations = [migrations.RunPython(spell, migrations.RunPython.noop)]
