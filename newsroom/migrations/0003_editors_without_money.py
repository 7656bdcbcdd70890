from django.db import migrations


def take_money_from_editors(apps, schema_editor):
    """Selling is the ad desk’s, and the chief editors’. `ensure` in newsroom/roles.py only adds."""
    for group in apps.get_model("auth", "Group").objects.filter(name="Editors"):
        group.permissions.remove(
            *group.permissions.filter(content_type__app_label="advertising")
        )


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0002_jobs_and_log_ins"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunPython(take_money_from_editors, migrations.RunPython.noop),
    ]
