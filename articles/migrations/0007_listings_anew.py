"""The triggers of the listings lock the story now: they are dropped here and made anew after the migrations."""

from django.db import migrations


def drop(apps, schema_editor):
    from articles import listings

    listings.drop()


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_versions_corrections_and_moves")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
