from django.db import migrations, models


class Migration(migrations.Migration):
    # Apart from the one before: PostgreSQL does not make an index on rows with changes to come.
    dependencies = [("articles", "0003_autosaves_of_forms")]

    operations = [
        migrations.AddConstraint(
            model_name="autosave",
            constraint=models.UniqueConstraint(
                fields=("user", "key"), name="autosave_once_a_form"
            ),
        ),
    ]
