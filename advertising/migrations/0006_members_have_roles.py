"""Whoever was a member stays one, the first of each advertiser as its owner; what was sent is known to have been."""

from django.db import migrations
from django.db.models import F


def copy_members(apps, schema_editor):
    Advertiser = apps.get_model("advertising", "Advertiser")
    Membership = apps.get_model("advertising", "Membership")
    for advertiser in Advertiser.objects.all():
        users = advertiser.members.order_by("pk").values_list("pk", flat=True)
        Membership.objects.bulk_create(
            Membership(advertiser=advertiser, user_id=user, role="member" if place else "owner")
            for place, user in enumerate(users)
        )


def note_what_was_sent(apps, schema_editor):
    """Also a version that was stored while an older one waited: its advertiser pressed the same button."""
    sent = apps.get_model("advertising", "Creative").objects.exclude(placement__status="draft")
    sent.update(submitted_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("advertising", "0005_drafts_roles_and_rates")]
    operations = [
        migrations.RunPython(copy_members, migrations.RunPython.noop),
        migrations.RunPython(note_what_was_sent, migrations.RunPython.noop),
    ]
