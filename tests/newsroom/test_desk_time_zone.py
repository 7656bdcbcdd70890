"""The desk’s clock: the publication’s own time zone, through daylight saving, and UTC for readers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from articles.publishing import revisions
from core import time_zones
from newsroom.models import Publication

from ..factories import AuthorFactory, DraftArticleFactory, PublishedArticleFactory, member_of

pytestmark = pytest.mark.django_db
BERLIN = "Europe/Berlin"


@pytest.fixture
def berlin():
    return Publication.objects.create(time_zone=BERLIN)


@pytest.fixture
def draft(client):
    client.force_login(member_of("Editors"))
    story = DraftArticleFactory(authors=[AuthorFactory()])
    revisions.keep(story, None)
    return story


def form(story, **more):
    byline = story.bylines.get()
    data = {
        "title": story.title, "slug": story.slug, "standfirst": story.standfirst, "kind": story.kind,
        "section": story.section_id, "body": story.body, "hero": story.hero_id or "",
        "seen_revision": story.revision, "autosave_key": "0" * 32, "comments_open": "on",
        "bylines-TOTAL_FORMS": 1, "bylines-INITIAL_FORMS": 1, "bylines-0-id": byline.pk,
        "bylines-0-article": story.pk, "bylines-0-author": byline.author_id, "bylines-0-position": 0,
        "article_coins-TOTAL_FORMS": 0, "article_coins-INITIAL_FORMS": 0,
    }  # fmt: skip
    address = reverse("admin:articles_article_change", args=[story.pk])
    return address, data | more


@pytest.mark.parametrize(("typed", "meant"), [
    ("2030-01-10T09:00", datetime(2030, 1, 10, 8, 0, tzinfo=UTC)),
    ("2030-07-10T09:00", datetime(2030, 7, 10, 7, 0, tzinfo=UTC)),
])  # fmt: skip
def test_what_is_typed_is_meant_by_that_clock(client, berlin, draft, typed, meant):
    address, data = form(draft, _schedule="1", publish_at=typed, embargoed_until=typed)
    page = client.post(address, data, follow=True).content.decode()
    draft.refresh_from_db()
    assert (draft.published_at, draft.embargoed_until) == (meant, meant)
    assert "at 09:00 CE" in page or ", 09:00 CE" in page
    assert f'value="{typed}"' in page


def test_readers_are_told_utc_wherever_the_desk_is(client, berlin):
    story = PublishedArticleFactory(published_at=datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    client.force_login(member_of("Editors"))
    page = client.get(story.get_absolute_url()).content.decode()
    assert "12:00 UTC" in " ".join(page.split())
    preview = client.get(reverse("admin:articles_article_preview_page", args=[story.pk]))
    assert "12:00 UTC" in " ".join(preview.content.decode().split())
    desk = client.get(reverse("admin:articles_article_change", args=[story.pk])).content.decode()
    assert "14:00 CEST" in " ".join(desk.split())


def test_an_hour_that_is_left_out_is_told_and_changes_nothing(client, berlin, draft):
    """On 31 March 2030 clocks in Berlin go from two to three."""
    address, data = form(draft, embargoed_until="2030-03-31T02:30", title="Typed")
    page = client.post(address, data).content.decode()
    assert "Typed</textarea>" in page
    assert "errorlist" in page
    draft.refresh_from_db()
    assert draft.embargoed_until is None


def test_a_save_without_a_change_moves_no_time(client, berlin, draft):
    at = timezone.now().replace(microsecond=0) + timedelta(days=200)
    Article.objects.filter(pk=draft.pk).update(expires_at=at)
    address, _ = form(draft)
    shown = client.get(address).content.decode().split('name="expires_at"')[1]
    typed = shown.split('value="')[1].split('"')[0]
    assert typed == f"{at.astimezone(ZoneInfo(BERLIN)):%Y-%m-%dT%H:%M:%S}"
    address, data = form(draft, expires_at=typed)
    client.post(address, data)
    draft.refresh_from_db()
    assert draft.expires_at == at


def test_it_is_chosen_on_the_desk_from_what_the_machine_knows(client):
    client.force_login(member_of("Chief editors"))
    publication = Publication.objects.create()
    address = reverse("admin:newsroom_publication_change", args=[publication.pk])
    assert f'<option value="{BERLIN}"' in client.get(address).content.decode()
    with pytest.raises(ValidationError):
        time_zones.is_time_zone("Mars/Olympus")
    for name in ("", "/etc/passwd", "../x", "UTC\x00"):
        with pytest.raises(ValidationError):
            time_zones.is_time_zone(name)


def test_a_zone_that_the_machine_does_not_know_any_more_is_utc(client, draft):
    Publication.objects.create(time_zone="Gone/Away")
    page = client.get(reverse("admin:articles_article_change", args=[draft.pk]))
    assert page.status_code == 200
