from django.conf import settings
from django.db import migrations, models

import articles.media.images
from articles import body
from articles.discovery import search_terms

LETTERS = "łŁøØđĐħĦŧıßæÆœŒþÞðÐ"


def fold_letters(apps, schema_editor):
    """Stories with letters that search reads in another way now are indexed anew."""
    stories = apps.get_model("articles", "Article").objects.using(schema_editor.connection.alias)
    condition = models.Q()
    for letter in (*LETTERS, ".S.", ",000"):
        condition |= models.Q(title__contains=letter) | models.Q(body__contains=letter)
    for story in stories.filter(condition).iterator(500):
        text = f"{story.standfirst}\n{body.plain_text(story.body)}"
        words = search_terms.search_text(story.title, text)
        if words != story.search_text:
            stories.filter(pk=story.pk).update(search_text=words)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="image",
            name="file",
            field=models.ImageField(
                height_field="height",
                help_text="JPEG, PNG or WebP, at least 600 pixels wide, 10 MB at most.",
                max_length=255,
                upload_to=articles.media.images.library_path,
                validators=[articles.media.images.validate_library_picture],
                width_field="width",
            ),
        ),
        migrations.AddField(
            model_name="image",
            name="uploaded_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(fold_letters, migrations.RunPython.noop),
    ]
