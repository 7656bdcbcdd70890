"""What search reads of a story is words only; stories from before get it here. The index itself is made afterwards."""

from django.db import migrations

BATCH = 1000


def rewrite(apps, schema_editor):
    from articles.words import search_text

    Article = apps.get_model("articles", "Article")
    last = 0
    while batch := list(Article.objects.filter(pk__gt=last).order_by("pk").only("title", "search_text")[:BATCH]):
        for article in batch:
            _, _, text = article.search_text.partition("\n")
            article.search_text = search_text(article.title, text)
        Article.objects.bulk_update(batch, ["search_text"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_walk_the_archive_by_key")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop, elidable=True)]
