from django.db import migrations, models

from core.email_addresses import inbox


def fill_in(apps, schema_editor):
    waiting = apps.get_model("comments", "Confirmation").objects
    for each in waiting.using(schema_editor.connection.alias).iterator():
        each.inbox = inbox(each.email)
        each.save(update_fields=["inbox"])


class Migration(migrations.Migration):
    dependencies = [("comments", "0002_answers_beside")]

    operations = [
        migrations.AddField(
            model_name="confirmation",
            name="inbox",
            field=models.CharField(
                db_index=True,
                default="",
                help_text="Of the address, however it was spelled.",
                max_length=254,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
