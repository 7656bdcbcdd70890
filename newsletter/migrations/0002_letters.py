# Subscriptions become readers; what they read, its issues and its mails get tables of their own.
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("subscription", "subscription_confirmed_has_a_time"),
        # Its index is named after the table, and a new table takes that name.
        migrations.AlterField("subscription", "key", models.CharField(max_length=64)),
        migrations.RenameModel("Subscription", "Subscriber"),
    ]
