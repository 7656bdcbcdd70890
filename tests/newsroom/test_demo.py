"""The demo: complete, repeatable, and kept out of real publications."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from advertising.models import Placement
from articles.models import Article, Author, Image, Section, Tag
from comments.models import SiteComment, comments_on
from newsletter.models import Issue
from newsroom.demo import files, newsletters, people, pictures, stories
from newsroom.demo.accounts import ACCOUNTS
from newsroom.models import Publication
from ticker.models import Quote

from ..factories import AdvertiserFactory, CoinFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _coins():
    for row in files.tables("prices.toml")["coin"]:
        CoinFactory(symbol=row["symbol"], name=row["symbol"].title())


def counts():
    models = (Article, SiteComment, Placement, Author, Tag, Section, Quote, Image, get_user_model())
    return {model.__name__: model._default_manager.count() for model in models}


def test_pictures_of_an_earlier_demo_are_written_over():
    """Its files may lie in the folder when its database is gone."""
    first = pictures.add("figure-1", alt="A chain")
    Image.objects.all().delete()
    second = pictures.add("figure-1", alt="A chain")
    assert second.file.name == first.file.name
    assert set(second.renditions) == {"400", "800", "1280"}
    assert pictures.add("figure-1", alt="A chain") == second


def test_it_holds_what_a_publication_holds_and_loads_twice_without_doubling(capsys):
    call_command("load_demo")
    first = counts()
    stories = Article.objects.stories()
    assert stories.count() >= 30
    assert Article.objects.briefs().published().count() == 60
    assert (Author.objects.count(), Section.objects.count(), Tag.objects.count()) == (5, 6, 20)
    assert Quote.objects.filter(is_sample=True).count() == 17
    assert (Article.objects.in_review().count(), Article.objects.scheduled().count()) == (2, 2)
    long_read = stories.get(slug="a-long-walk-through-one-transaction")
    plain = [story.word_count for story in stories.exclude(pk=long_read.pk)]
    assert min(plain) >= 350
    assert max(plain) <= 800
    for element in (
        "<h2",
        "<h3",
        "<ul",
        "<ol",
        "<blockquote>",
        'class="pull"',
        "<table",
        "<pre",
        "<figure",
        "<hr",
    ):
        assert element in long_read.body, element
    assert {placement.state[0] for placement in Placement.objects.all()} == {
        *("draft", "submitted", "changes", "rejected", "scheduled", "running", "finished")
    }
    sizes = [comments_on(story).count() for story in stories]
    assert (min(sizes), max(sizes)) == (0, 120)
    assert SiteComment.objects.filter(level=3).exists()
    call_command("load_demo")
    assert counts() == first


@pytest.mark.parametrize("day", range(23, 30))
def test_five_issues_of_its_newsletter_have_gone_out_whatever_the_weekday(day):
    """Early on a Monday there had been no issue for three days, and no story was left for the
    newest one.
    """
    with time_machine.travel(datetime(2026, 11, day, 1, tzinfo=UTC), tick=False):
        people.load()
        stories.load(timezone.now(), str)
        AdvertiserFactory(name="Palisade Custody")
        newsletters.load(timezone.now())
    issues = Issue.objects.filter(newsletter__slug="daily", status=Issue.Status.SENT)
    assert [issue.items.count() >= 2 for issue in issues] == [True] * newsletters.ISSUES


def test_it_refuses_a_database_that_is_not_a_demos():
    UserFactory()
    with pytest.raises(CommandError, match="publication of its own"):
        call_command("load_demo")
    assert not Publication.objects.exists()


def test_it_refuses_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="cannot be loaded in production"):
        call_command("load_demo")


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_a_demo_password_opens_nothing_outside_the_demo(account, settings, rf):
    user = UserFactory(username=account.username)
    user.set_password(account.password)
    user.save()
    login = {"username": account.username, "password": account.password}
    assert authenticate(rf.post("/"), **login) == user
    settings.DEMO = False
    assert authenticate(rf.post("/"), **login) is None
    assert authenticate(rf.post("/"), email=user.email, password=account.password) is None


@pytest.mark.drill
def test_scale_adds_plain_stories_and_comments(capsys):
    call_command("load_demo", scale=1)
    assert Article.objects.count() > 1000
    article = Article.objects.get(slug__startswith="plain-", pk=Article.objects.latest("pk").pk)
    assert comments_on(article).count() == article.comment_count == 1


def test_every_text_of_the_demo_names_what_exists():
    people = files.tables("people.toml")
    tags = {row["slug"] for row in people["tag"]}
    authors = {row["slug"] for row in people["author"]}
    slugs = []
    for text in files.texts("stories"):
        slugs.append(text.slug)
        assert set(text.keys["tags"]) <= tags, text.slug
        assert set(text.keys["bylines"]) <= authors, text.slug
    for row in files.tables("briefs/briefs.toml")["brief"]:
        slugs.append(row["slug"])
        assert set(row["tags"]) <= tags, row["slug"]
        assert row["byline"] in authors
    assert len(slugs) == len(set(slugs))
    talked = {path.stem for path in (files.FOLDER / "conversations").glob("*.txt")}
    assert talked <= set(slugs)
