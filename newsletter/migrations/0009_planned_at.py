"""When a letter’s hours were set. And of what was asked for again the record says no more that it was confirmed."""

from django.db import migrations, models


FIELDS = ("source", "consent_text", "asked_at", "confirmed_at", "left_at", "left_by")


def forget_times_of_before(apps, schema_editor):
    subscriptions = apps.get_model("newsletter", "Subscription").objects
    asked_again = subscriptions.filter(status="pending")
    # Asked for again before there was a record of what had been had: it is all that is known of that.
    for each in asked_again.filter(confirmed_at__isnull=False, former=[]).iterator(chunk_size=2000):
        former = [{name: str(value) for name in FIELDS if (value := getattr(each, name)) is not None}]
        subscriptions.filter(pk=each.pk).update(former=former)
    asked_again.update(confirmed_at=None, left_at=None, left_by="")
    declined = subscriptions.filter(status="left", confirmed_at__lt=models.F("asked_at")).exclude(former=[])
    declined.update(confirmed_at=None)


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
