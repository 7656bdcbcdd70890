from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A relation cannot be given a table of its own afterwards: it is made anew, on the rows that were copied."""

    dependencies = [
        ("advertising", "0006_members_have_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveField(model_name="advertiser", name="members"),
        migrations.AddField(
            model_name="advertiser",
            name="members",
            field=models.ManyToManyField(
                blank=True,
                related_name="advertisers",
                through="advertising.Membership",
                through_fields=("advertiser", "user"),
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
