"""What was approved before copies were pinned is pinned as it is now."""

import hashlib
import json

from django.db import migrations

FIELDS = (
    *("version", "headline", "text", "target_url", "alt", "disclosure"),
    *("about_token", "markets", "approver", "white_paper_url", "issuer_phone", "issuer_email"),
)


def pin(apps, schema_editor):
    for picture in apps.get_model("advertising", "CreativePicture").objects.filter(digest="").iterator():
        try:
            with picture.file.open("rb") as file:
                picture.digest = hashlib.sha256(file.read()).hexdigest()
        except FileNotFoundError:
            continue
        picture.save(update_fields=["digest"])
    placements = apps.get_model("advertising", "Placement").objects.exclude(approved_creative=None)
    for placement in placements.select_related("approved_creative").iterator():
        creative = placement.approved_creative
        pictures = sorted(creative.pictures.values_list("size", "digest"))
        words = {name: getattr(creative, name) for name in FIELDS}
        digest = hashlib.sha256(json.dumps([words, pictures], sort_keys=True).encode()).hexdigest()
        creative.digest = placement.approved_digest = digest
        creative.save(update_fields=["digest"])
        placement.save(update_fields=["approved_digest"])


class Migration(migrations.Migration):
    dependencies = [("advertising", "0003_checks_and_pinning")]
    operations = [migrations.RunPython(pin, migrations.RunPython.noop)]
