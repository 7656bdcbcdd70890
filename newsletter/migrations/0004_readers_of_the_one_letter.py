# Whoever had, asked for or left the one letter there was does so with the daily letter.
import secrets
from datetime import time

from django.db import migrations

DAILY = {
    "name": "The daily letter",
    "description": "The day’s stories on one screen, Monday to Friday.",
    "carries_placement": True,
    "position": 10,
    "rhythm": "weekdays",
    "send_at": time(6, 30),
}


def carry_over(apps, schema_editor):
    Subscriber = apps.get_model("newsletter", "Subscriber")
    Subscription = apps.get_model("newsletter", "Subscription")
    if not Subscriber.objects.exists():
        return
    daily, _ = apps.get_model("newsletter", "Letter").objects.get_or_create(slug="daily", defaults=DAILY)
    readers = Subscriber.objects.order_by("pk")
    rows = (
        Subscription(
            subscriber=reader,
            letter=daily,
            key=reader.key,  # The links to leave of mails that were sent go on working.
            status=reader.status,
            source=reader.source,
            consent_text=reader.consent_text,
            asked_at=reader.asked_at,
            confirmed_at=reader.confirmed_at,
            left_at=reader.left_at,
            left_by="link" if reader.left_at else "",
        )
        for reader in readers.iterator(chunk_size=2000)
    )
    Subscription.objects.bulk_create(rows, batch_size=500)
    for reader in readers.only("pk").iterator(chunk_size=2000):
        Subscriber.objects.filter(pk=reader.pk).update(key=secrets.token_urlsafe(32))


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0003_tables")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
