import uuid

from django.db import migrations, models


def give_keys(apps, schema_editor):
    """What was kept for a person and story belongs to a form of its own from now on."""
    autosaves = apps.get_model("articles", "Autosave").objects
    for autosave in autosaves.using(schema_editor.connection.alias).iterator():
        autosave.key = uuid.uuid4().hex
        for name in ("section", "hero"):
            chosen = str(autosave.fields.pop(name, ""))
            if chosen.isdecimal():
                autosave.fields[name] = {"id": int(chosen), "name": ""}
        autosave.save()


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_pictures_and_words")]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="based_on",
            field=models.PositiveIntegerField(
                editable=False,
                help_text="Of a scheduled update: the version that it was made from.",
                null=True,
            ),
        ),
        migrations.RemoveConstraint(model_name="autosave", name="working_copy_once"),
        migrations.RemoveConstraint(
            model_name="autosave", name="working_copy_of_a_new_story_once"
        ),
        migrations.AddField(
            model_name="autosave",
            name="discarded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="autosave",
            name="key",
            field=models.CharField(
                default="", help_text="Of the form, however often it is opened.", max_length=32
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="autosave",
            name="fields",
            field=models.JSONField(
                help_text="What the form says, as articles/publishing/revisions.py writes a version."
            ),
        ),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
    ]
