"""An earlier form of 0006 added articles_article.share_image, which nothing writes any more; where it is, it goes.

Left there it would refuse every new story, because it takes no empty value.
"""

from django.db import migrations

TABLE, COLUMN = "articles_article", "share_image"


def drop_left_over(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, TABLE)}
    if COLUMN in columns:
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP COLUMN {COLUMN}")


class Migration(migrations.Migration):
    dependencies = [("articles", "0007_front_places")]
    operations = [migrations.RunPython(drop_left_over, migrations.RunPython.noop)]
