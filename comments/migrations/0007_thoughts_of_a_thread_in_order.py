"""An index by which the first thoughts of a thread, and the last, are found without a look at the others."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0006_known_readers_and_openings"),
        ("django_comments_xtd", "0008_auto_20200920_2037"),
    ]

    operations = [
        migrations.RunSQL(
            'CREATE INDEX comment_in_thread ON django_comments_xtd_xtdcomment (thread_id, "order")',
            "DROP INDEX comment_in_thread",
        ),
    ]
