"""Credits from before credit notes get a number of their year and their share of the tax; nobody is
mailed of the start of what runs already.
"""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from django.db import migrations
from django.utils import timezone

CENT = Decimal("0.01")


def number_credits(apps, schema_editor):
    Credit = apps.get_model("advertising", "Credit")
    last = Counter()
    for credit in Credit.objects.filter(number=None).select_related("order").order_by("at", "pk"):
        last[credit.at.year] += 1
        percent = Decimal(credit.order.terms.get("tax_percent") or 0)
        net = (credit.amount * 100 / (100 + percent)).quantize(CENT, ROUND_HALF_UP)
        Credit.objects.filter(pk=credit.pk).update(
            number=f"CN-{credit.at.year}-{last[credit.at.year]:05}", tax=credit.amount - net
        )
    sequence = apps.get_model("advertising", "CreditNoteSequence")
    for year, number in last.items():
        sequence.objects.update_or_create(year=year, defaults={"last": number})


def note_starts(apps, schema_editor):
    today = timezone.now().date()
    apps.get_model("advertising", "Placement").objects.filter(starts_on__lte=today).update(
        start_told=True
    )


class Migration(migrations.Migration):
    dependencies = [("advertising", "0004_money")]

    operations = [
        migrations.RunPython(number_credits, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(note_starts, migrations.RunPython.noop, elidable=True),
    ]
