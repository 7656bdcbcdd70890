"""Removed thoughts are few among many: the desk lists them without reading the rest."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0001_initial"),
        ("django_comments", "0004_add_object_pk_is_removed_index"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX comment_removed_by_time ON django_comments (submit_date, id) WHERE is_removed",
            "DROP INDEX comment_removed_by_time",
        )
    ]
