"""A publication that release 1.0 began is migrated with what is in it, on either database."""

import os
import subprocess
import sys

import pytest

from ..journeys.conftest import ROOT, empty_database

# The last migration of each app in release 1.0, and what that release wrote.
UPGRADE = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

executor = MigrationExecutor(connection)
OURS = ("pagecache", "ticker", "articles", "comments", "advertising", "audience", "newsletter", "newsroom")
models = executor.migrate([(app, "0001_initial") for app in OURS]).apps
section = models.get_model("articles", "Section").objects.create(name="Policy", slug="policy")
story = models.get_model("articles", "Article").objects.create(
    section=section, title="The clause", slug="the-clause", standfirst="It was short.", body="<p>It was short.</p>",
    status="published", published_at=timezone.now())
kind, _ = models.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="articles", model="article")
site, _ = models.get_model("sites", "Site").objects.get_or_create(pk=1, defaults={"domain": "a", "name": "a"})
models.get_model("django_comments_xtd", "XtdComment").objects.create(
    content_type=kind, object_pk=str(story.pk), site=site, comment="Was it?", user_name="Tamsin",
    user_email="tamsin@readers.example", thread_id=1, parent_id=1, submit_date=timezone.now())

now = timezone.now()
newsletter = models.get_model("newsletter", "Newsletter").objects.create(
    name="The daily newsletter", slug="daily", description="Daily.", rhythm="weekdays", send_at="06:30")
subscriber = models.get_model("newsletter", "Subscriber").objects.create(
    email="hollis@readers.example", key="s" * 43, asked_at=now, confirmed_at=now)
models.get_model("newsletter", "Subscription").objects.create(
    subscriber=subscriber, newsletter=newsletter, status="confirmed", key="k" * 43, source="strip",
    consent_text="Yes.", asked_at=now, confirmed_at=now)

# A site has these once `migrate` has run; SQLite remakes no table that they speak of.
from articles.discovery import search_index
from articles.reading import listing_index
search_index.create(lambda text: None)
listing_index.create(lambda text: None)

call_command("migrate", verbosity=0)

from newsletter.models import Subscription
had = Subscription.objects.get(key="k" * 43)
kept = (had.subscriber.email, had.status, had.newsletter.slug, had.consent_text)
from django.test import Client
from articles.models import Article
story = Article.objects.get()
story.title = "The longer clause"
story.save()
Article.objects.create(section=story.section, title="Another", slug="another")
reader = Client(headers={"host": "127.0.0.1"})
page = reader.get("/policy/the-clause/").content.decode()
found = reader.get("/search/?q=longer").content.decode()
print([words in page for words in ("The longer clause", "Was it?")], "/policy/the-clause/" in found, *kept)
"""


@pytest.fixture
def database():
    with empty_database("newsroom_upgrade") as url:
        yield url


@pytest.mark.drill
def test_what_an_earlier_release_wrote_is_shown_searched_and_saved(database, tmp_path):
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "DATA_DIR": str(tmp_path),
        "DEBUG": "1",
    }
    if database:
        environment["DATABASE_URL"] = database
    done = subprocess.run(
        [sys.executable, "-c", UPGRADE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == (
        "[True, True] True hollis@readers.example confirmed daily Yes."
    )
