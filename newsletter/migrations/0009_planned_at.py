"""When a letter’s hours were set. And of what was asked for again the record says no more that it was confirmed."""

from django.db import migrations, models


def forget_times_of_before(apps, schema_editor):
    asked_again = apps.get_model("newsletter", "Subscription").objects.filter(status="pending")
    asked_again.update(confirmed_at=None, left_at=None, left_by="")


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0008_one_spelling")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="planned_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When its days and hour were set: no turn before that is made up for.",
                null=True,
            ),
        ),
        migrations.RunPython(forget_times_of_before, migrations.RunPython.noop),
    ]
