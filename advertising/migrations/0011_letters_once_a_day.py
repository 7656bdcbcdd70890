"""Where two placements were approved for the letter of one day, the later ones go back to the desk’s queue."""

from django.db import migrations


def settle(apps, schema_editor):
    Placement = apps.get_model("advertising", "Placement")
    taken = set()
    letters = Placement.objects.filter(product="letter", approved_creative__isnull=False).exclude(status="rejected")
    for placement in letters.order_by("pk"):
        if placement.starts_on in taken:
            placement.status, placement.approved_creative, placement.approved_digest = "submitted", None, ""
            placement.save(update_fields=["status", "approved_creative", "approved_digest"])
        taken.add(placement.starts_on)


class Migration(migrations.Migration):
    dependencies = [("advertising", "0010_said_plainly")]
    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
