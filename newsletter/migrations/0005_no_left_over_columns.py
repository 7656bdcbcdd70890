# What a reader’s row held of the one letter there was stands in its subscription now.
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0004_readers_of_the_one_letter")]

    operations = [
        migrations.RemoveField(
            model_name='subscriber',
            name='consent_text',
        ),
        migrations.RemoveField(
            model_name='subscriber',
            name='left_at',
        ),
        migrations.RemoveField(
            model_name='subscriber',
            name='source',
        ),
        migrations.RemoveField(
            model_name='subscriber',
            name='status',
        ),
    ]
