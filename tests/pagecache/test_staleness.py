"""Ways in which an old page once came back, or a new one was missing: none of them opens again."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from articles import cache_tags
from articles.models import Article, ArticleCoin, Listing, Section
from articles.publishing import workflow
from articles.reading import front_page, page_lifetime
from pagecache import invalidation, page_cache, tags
from pagecache.cached_page import CachedPage, make_cached_page
from pagecache.context import RenderContext, collecting
from pagecache.models import Invalidation
from pagecache.page_cache import PageCache
from pagecache.tags import EVERYTHING

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SectionFactory,
    TagFactory,
    UserFactory,
    comment_on,
)
from .conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite writes one after the other."
)


@pytest.fixture
def settled(front):
    """Everything that happened so far has been read."""
    return lambda: front.watcher.poll()


def test_a_tag_that_is_added_or_taken_off_changes_its_list(reader, settled):
    story, tag = PublishedArticleFactory(title="The quorum"), TagFactory(slug="custody")
    settled()
    assert "The quorum" not in reader.text("/tag/custody/")
    for change, is_there in (
        (lambda: story.tags.add(tag), True),
        (lambda: story.tags.remove(tag), False),
        (lambda: tag.articles.add(story), True),
        (lambda: tag.articles.clear(), False),
        (lambda: story.tags.set([tag]), True),
        (lambda: story.tags.clear(), False),
    ):
        change()
        settled()
        assert ("The quorum" in reader.text("/tag/custody/")) is is_there
        assert (tag.name in reader.text(story.get_absolute_url())) is is_there


def test_a_renamed_section_changes_the_addresses_in_sitemaps(reader, settled):
    story = PublishedArticleFactory()
    sitemaps = (f"/sitemap-stories-{cache_tags.sitemap_block(story.pk)}.xml", "/news-sitemap.xml")
    settled()
    assert all(f"/policy/{story.slug}/" in reader.text(sitemap) for sitemap in sitemaps)
    section = story.section
    section.slug = "statutes"
    section.save()
    settled()
    assert all(f"/statutes/{story.slug}/" in reader.text(sitemap) for sitemap in sitemaps)


def test_names_and_badges_of_account_holders_follow_their_accounts(reader, settled):
    story = PublishedArticleFactory()
    user = UserFactory(first_name="Dead", last_name="Name", is_staff=True)
    comment_on(story, user=user)
    settled()
    address = story.get_absolute_url()
    assert "Dead Name" in reader.text(address)
    user.first_name, user.last_name, user.is_staff = "New", "Person", False
    user.save()
    settled()
    assert "New Person" in reader.text(address)
    assert ">Staff<" not in reader.text(address)
    author = AuthorFactory(user=user)
    settled()
    assert ">Staff<" in reader.text(address)
    author.user = None
    author.save()
    user.delete()
    settled()
    assert "New Person" not in reader.text(address)


def test_signing_in_changes_no_page():
    user = UserFactory()
    comment_on(PublishedArticleFactory(), user=user)
    before = Invalidation.objects.count()
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    assert Invalidation.objects.count() == before


def test_what_was_withdrawn_does_not_come_back_from_the_files_while_the_database_is_away(
    reader, front, monkeypatch
):
    story = PublishedArticleFactory(title="Withdrawn secret")
    address = story.get_absolute_url()
    front.watcher.poll()
    assert reader.get(address).status == 200
    workflow.withdraw(story, by=None)
    front.watcher.poll()
    with monkeypatch.context() as away:
        away.setattr(Invalidation.objects, "filter", _no_database)
        front.watcher.poll()
        assert "Withdrawn secret" not in reader.text(address)
    front.watcher.poll()
    assert reader.get(address).status == 410


def test_a_new_process_without_a_database_shows_what_there_is_and_asks_as_soon_as_it_can(
    reader, open_front, monkeypatch
):
    story = PublishedArticleFactory(title="Shown before")
    reader.get(story.get_absolute_url())
    other = open_front()
    with monkeypatch.context() as away:
        away.setattr(Invalidation.objects, "filter", _no_database)
        other.watcher.poll()
        assert "Shown before" in Reader(other).text(story.get_absolute_url())
    workflow.withdraw(story, by=None)
    other.watcher.poll()
    assert Reader(other).get(story.get_absolute_url()).status == 410


def test_a_page_of_another_process_is_shown_and_marked_while_the_database_is_away(
    reader, open_front, monkeypatch
):
    """However old it is: nobody can make it anew."""
    address = PublishedArticleFactory(title="Shown before").get_absolute_url()
    reader.get(address)
    other = open_front()
    with monkeypatch.context() as away:
        away.setattr(Invalidation.objects, "filter", _no_database)
        other.watcher.poll()
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            page = Reader(other).get(address)
    assert "Shown before" in page.bodies[""].decode()
    assert page.is_unverified


def test_a_page_of_another_process_that_was_withdrawn_is_not_shown_while_the_database_is_away(
    reader, open_front, monkeypatch
):
    """The process that shows it never had it in its own memory."""
    story = PublishedArticleFactory(title="Withdrawn secret")
    reader.get(story.get_absolute_url())
    third = open_front()
    workflow.withdraw(story, by=None)
    third.watcher.poll()
    other = open_front()
    with monkeypatch.context() as away:
        away.setattr(Invalidation.objects, "filter", _no_database)
        away.setattr(page_cache, "render", _broken)
        other.watcher.poll()
        assert Reader(other).get(story.get_absolute_url()).status == 503


def test_a_page_that_cannot_be_made_is_taken_from_the_files(reader, open_front, monkeypatch):
    address = PublishedArticleFactory(title="Shown before").get_absolute_url()
    reader.get(address)
    other = open_front()
    with monkeypatch.context() as broken, time_machine.travel(timezone.now() + timedelta(hours=1)):
        broken.setattr(page_cache, "render", _broken)
        page = Reader(other).get(address)
    assert (page.status, page.is_unverified) == (200, True)


def test_pages_of_a_newer_database_are_forgotten_when_an_older_one_was_put_back(reader, open_front):
    """What was published after the backup is not shown by a process that starts on the backup."""
    invalidation.invalidate("of the backup")
    newest = Invalidation.objects.latest("id").id
    story = PublishedArticleFactory()
    reader.front.watcher.poll()
    assert reader.get(story.get_absolute_url()).status == 200
    story.delete()
    Invalidation.objects.filter(id__gt=newest).delete()
    other = PageCache(reader.front.application)
    other.watcher.poll()
    assert Reader(other).get(story.get_absolute_url()).status == 404


def _broken(*args: Any, **kwargs: Any) -> CachedPage:
    return make_cached_page(503, [], b"away")


def _no_database(*args: Any, **kwargs: Any) -> None:
    raise OperationalError("gone")


def test_a_story_that_comes_out_while_a_page_is_made_is_on_the_next_one(
    open_front, application, monkeypatch
):
    PublishedArticleFactory()
    with time_machine.travel(
        timezone.now().replace(hour=10, minute=0, second=0), tick=False
    ) as clock:
        ScheduledArticleFactory(
            title="The ten o’clock story", published_at=timezone.now() + timedelta(seconds=5)
        )
        reader = Reader(open_front(application))
        compose = front_page.compose

        def slowly() -> Any:
            found = compose()
            clock.shift(1)
            return found

        monkeypatch.setattr(front_page, "compose", slowly)
        clock.shift(4.5)
        assert "The ten o’clock story" not in reader.text("/")
        monkeypatch.setattr(front_page, "compose", compose)
        assert "The ten o’clock story" in reader.text("/")


def test_a_page_that_began_before_an_hour_ends_at_it_whatever_another_read_since():
    with time_machine.travel(
        timezone.now().replace(hour=10, minute=0, second=0), tick=False
    ) as clock:
        hour = timezone.now() + timedelta(seconds=5)
        for at in (hour, hour + timedelta(hours=1)):
            ScheduledArticleFactory(published_at=at)
        early = RenderContext()
        clock.shift(6)
        late = RenderContext()
        for page in (late, early):
            with collecting(page):
                page_lifetime.until_next_change()
        assert (early.changes_at, late.changes_at) == (hour, hour + timedelta(hours=1))


def test_a_change_while_a_page_is_made_drops_that_page_alone(open_front, application):
    stories = PublishedArticleFactory.create_batch(5)
    address, key = stories[0].get_absolute_url(), tags.row_tag(stories[0])
    is_first = [True]

    def django(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = b"".join(application(environ, start_response))
        if environ["PATH_INFO"] == address and is_first.pop() if is_first else False:
            invalidation.invalidate(key)
            front.watcher.poll()
        return [body]

    front = open_front(django)
    reader = Reader(front)
    for story in stories[1:]:
        reader.get(story.get_absolute_url())
    reader.get(address)
    assert front.counts.renders == 6
    for story in stories:
        reader.get(story.get_absolute_url())
        assert reader.state == "HIT"


def test_most_discussed_knows_of_expiry_and_of_renamed_sections(reader, settled, noon):
    story = PublishedArticleFactory(
        title="Talked about", expires_at=timezone.now() + timedelta(minutes=5)
    )
    comment_on(story)
    page = PublishedArticleFactory(section=SectionFactory(name="Markets")).get_absolute_url()
    settled()
    assert f"href={story.get_absolute_url()}" in reader.text(page)
    section = story.section
    section.slug = "statutes"
    section.save()
    settled()
    assert f"href=/statutes/{story.slug}/" in reader.text(page)
    noon.shift(301)
    assert "Talked about" not in reader.text(page)


def test_expired_stories_that_the_clock_has_not_seen_yet_cut_no_list_short(client):
    tag = TagFactory(slug="custody")
    now = timezone.now()
    for number in range(30):
        story = PublishedArticleFactory(published_at=now - timedelta(hours=number + 1))
        story.tags.add(tag)
        if number < 3:
            Article.objects.filter(pk=story.pk).update(expires_at=now)
    for address in ("/tag/custody/", "/search/?q=clause&order=newest"):
        page = client.get(address).context["page"]
        assert (len(page.items), page.has_older) == (20, True)


# --- The watcher --------------------------------------------------------------------------


def listening() -> tuple[invalidation.InvalidationListener, list[str]]:
    """A watcher that has begun, and what it is told from then on."""
    told: list[str] = []
    watcher = invalidation.InvalidationListener(told.extend, lambda: None)
    watcher.poll()
    told.clear()
    return watcher, told


@only_postgresql
def test_a_change_that_was_on_its_way_when_the_process_began_is_told():
    invalidation.invalidate("start")
    last = Invalidation.objects.latest("id").id
    Invalidation.objects.create(id=last + 2, key="quick")
    watcher, told = listening()
    Invalidation.objects.create(id=last + 1, key="slow")
    watcher.poll()
    assert told == ["slow"]


def test_one_late_change_among_many_missing_numbers_is_told():
    invalidation.invalidate("start")
    watcher, told = listening()
    last = Invalidation.objects.latest("id").id
    Invalidation.objects.create(id=last + 900, key="quick")
    watcher.poll()
    Invalidation.objects.create(id=last + 850, key="slow")
    watcher.poll()
    assert told == ["quick", "slow"]


@only_postgresql
def test_a_change_on_its_way_when_nothing_had_changed_before_is_told():
    Invalidation.objects.all().delete()
    watcher, told = listening()
    number = 10 + max(watcher.mark()[1], 0)
    Invalidation.objects.create(id=number + 1, key="quick")
    watcher.poll()
    Invalidation.objects.create(id=number, key="slow")
    watcher.poll()
    assert told == ["quick", "slow"]


def test_after_an_older_database_was_put_back_changes_are_told_again():
    invalidation.invalidate("a", "b", "c")
    watcher, told = listening()
    newest = Invalidation.objects.latest("id").id
    Invalidation.objects.filter(id__gt=newest - 2).delete()
    watcher._is_blind = True
    watcher.poll()
    assert told == [tags.EVERYTHING]
    Invalidation.objects.create(id=newest - 1, key="new")
    watcher.poll()
    assert told == [tags.EVERYTHING, "new"]


def test_a_database_that_hangs_is_one_that_is_away(monkeypatch):
    watcher, _ = listening()
    watcher._thread = threading.current_thread()
    assert not watcher.is_blind
    monkeypatch.setattr(invalidation, "SILENT_AFTER", 0)
    assert watcher.is_blind


# --- Two at once ------------------------------------------------------------------------------


def meanwhile(work: Callable[[], Any]) -> Callable[[], None]:
    """Start `work` in a transaction of its own; returns what lets it commit."""
    done, may_commit, errors = threading.Event(), threading.Event(), []

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                done.set()
                may_commit.wait(10)
        except Exception as error:
            errors.append(error)
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    done.wait(10)

    def commit() -> None:
        may_commit.set()
        thread.join(10)
        assert errors == []

    return commit


@only_postgresql
def test_what_all_pages_share_follows_commits_that_come_late(reader, front):
    one, other, third = (
        PublishedArticleFactory(title="Old headline"),
        PublishedArticleFactory(),
        PublishedArticleFactory(),
    )
    for story in (one, other):
        comment_on(story)
    front.watcher.poll()
    address = third.get_absolute_url()
    assert "Old headline" in reader.text(address)

    def edit() -> None:
        story = Article.objects.get(pk=one.pk)
        story.title = "New headline"
        story.save()

    commit = meanwhile(edit)
    comment_on(other)
    front.watcher.poll()
    reader.text(address)
    commit()
    front.watcher.poll()
    assert "Old headline" not in reader.text(address)


@only_postgresql
def test_a_tag_and_publishing_at_once_leave_the_story_in_the_list():
    story, tag = DraftArticleFactory(), TagFactory()
    commit = meanwhile(lambda: Article.objects.get(pk=story.pk).tags.add(tag))
    publish = threading.Thread(
        target=lambda: (workflow.publish(story, by=None), connection.close())
    )
    publish.start()
    publish.join(1)
    commit()
    publish.join(10)
    assert Listing.objects.filter(article=story, subject=tags.row_tag(tag)).exists()


@only_postgresql
def test_a_price_that_is_noted_while_the_desk_saves_disturbs_nobody():
    story, tag = PublishedArticleFactory(), TagFactory()
    about = ArticleCoin.objects.create(article=story, coin=CoinFactory())

    def save() -> None:
        story.save()
        story.tags.add(tag)

    commit = meanwhile(save)
    about.price_at_publication = 5
    about.save(update_fields=["price_at_publication"])
    commit()
    assert Listing.objects.filter(article=story).count() == 3


def test_a_comment_that_was_posted_while_a_story_was_edited_is_counted():
    story = PublishedArticleFactory()
    opened = Article.objects.get(pk=story.pk)
    comment_on(story)
    opened.standfirst = "Rewritten."
    opened.save()
    assert Article.objects.get(pk=story.pk).comment_count == 1


def test_what_pages_share_is_read_anew_after_everything_changed(reader, settled):
    """Rows that come in by themselves, as an import brings them, tell of no table."""
    section = PublishedArticleFactory().section
    assert section.name in reader.text("/")
    Section.objects.filter(pk=section.pk).update(name="Another name")
    invalidation.invalidate(EVERYTHING)
    settled()
    assert "Another name" in reader.text("/")
