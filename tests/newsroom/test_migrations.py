import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_new_site_has_its_groups_and_its_coins(django_db_serialized_rollback):
    from django.contrib.auth.models import Group

    assert set(Group.objects.values_list("name", flat=True)) >= {"Authors", "Editors", "Moderators"}


def test_a_column_that_an_earlier_form_left_behind_goes():
    from importlib import import_module

    from django.db import connection

    left_over = import_module("articles.migrations.0008_no_left_over_column")

    def columns() -> set[str]:
        with connection.cursor() as cursor:
            return {each.name for each in connection.introspection.get_table_description(cursor, left_over.TABLE)}

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE articles_article ADD COLUMN share_image varchar(200) NOT NULL DEFAULT ''")
    assert "share_image" in columns()
    for _ in range(2):
        left_over.drop_left_over(None, connection.schema_editor())
    assert "share_image" not in columns()
