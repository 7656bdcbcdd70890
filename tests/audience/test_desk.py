"""The audience on the desk: the screens, who may see them, and that they say what was counted."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from advertising.measurement import audience as media_kit
from advertising.models import DailyAudience
from articles.models import ArticleCoin, Author, Redirect
from audience import most_read, weekly_report
from audience.models import DailyViews, DailyVisitors, MailedWeek, MostRead, Page
from audience.reports import realtime, stories, story
from audience.reports.periods import Days
from newsletter.models import Issue, Link, main_newsletter

from ..factories import (
    CoinFactory,
    PublishedArticleFactory,
    QuoteFactory,
    SectionFactory,
    UserFactory,
    member_of,
)
from ..pages import squeezed
from .conftest import ROBOT, Browser, figures

pytestmark = pytest.mark.django_db
NOW = reverse("admin:audience_dailyvisitors_changelist")
SCREENS = ("", "stories/", "sections/", "sources/", "searches/", "missing/")


def read(client: Any, article: Any, readers: int, source: str = "", **words: Any) -> None:
    """So many readers, each of a network of their own."""
    for number in range(readers):
        browser = Browser(client, network=f"203.0.113.{number}")
        key = browser.open(article.get_absolute_url(), r=source)
        if words:
            browser.tell(article.get_absolute_url(), key, **words)


@pytest.fixture
def editor(client: Any) -> Any:
    person = member_of("Editors")
    client.force_login(person)
    return person


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(
    ("group", "status"),
    [("Authors", 200), ("Editors", 200), ("Chief editors", 200), ("Ad desk", 200),
     ("Moderators", 403), ("Finance", 403)],
)  # fmt: skip
def test_who_may_see_what_is_read(client, screen, group, status):
    client.force_login(member_of(group))
    assert client.get(NOW + screen).status_code == status
    assert client.get(f"{NOW}{screen}?csv=1").status_code == status


def test_now_says_what_is_read_and_where_from(client, noon):
    one, other = PublishedArticleFactory(title="Nine banks"), PublishedArticleFactory()
    read(client, other, 3)
    noon.shift(timedelta(minutes=31))
    read(client, one, 3, "https://www.google.com/", n=0, s=90, d=3)
    read(client, other, 1)
    found = realtime.now(timezone.now())
    assert (found.readers, found.views, found.usual) == (3, 4, None)
    assert [(each.story, each.readers, each.views, each.change) for each in found.stories] == [
        (one, 3, 3, 3), (other, 1, 1, -2),
    ]  # fmt: skip
    assert found.stories[0].source == "Search"
    assert (found.seconds, found.finished) == (90, 100)
    client.force_login(member_of("Editors"))
    page = client.get(NOW).content.decode()
    assert "Nine banks" in page
    assert "rising" in page


def test_what_is_usual_is_the_same_hour_of_other_weeks(client, noon):
    article = PublishedArticleFactory(published_at=timezone.now() - timedelta(days=40))
    noon.shift(timedelta(days=-7))
    read(client, article, 8)
    noon.shift(timedelta(days=7))
    read(client, article, 6)
    found = realtime.now(timezone.now())
    assert (found.usual, found.against_usual) == (4, 50)


def test_stories_of_a_period_by_what_they_are_about(client, editor, noon):
    markets, policy = SectionFactory(name="Markets"), SectionFactory(name="Policy")
    long_ago = timezone.now() - timedelta(days=30)
    one = PublishedArticleFactory(title="=SUM(1)", section=markets, published_at=long_ago)
    two = PublishedArticleFactory(section=policy)
    client.logout()
    noon.shift(timedelta(days=-7))
    read(client, one, 1)
    noon.shift(timedelta(days=7))
    read(client, one, 3, n=0, s=60, d=1)
    read(client, two, 2, n=0, s=600, d=3)
    days = Days.until(timezone.now().date(), 7)
    rows = stories.of_period(days)
    assert [(row.story, row.views, row.views_before, row.change) for row in rows] == [
        (one, 3, 1, 200), (two, 2, 0, None),
    ]  # fmt: skip
    assert [row.story for row in stories.of_period(days, order="end")] == [two, one]
    assert [row.story for row in stories.of_period(days, {"section": policy.pk})] == [two]
    writer = one.authors.get()
    assert [row.story for row in stories.of_period(days, {"author": writer.pk})] == [one]
    assert [(row.label, row.views) for row in stories.by("section", days)] == [
        ("Markets", 3), ("Policy", 2),
    ]  # fmt: skip
    client.force_login(editor)
    table = client.get(f"{NOW}stories/?csv=1")
    text = b"".join(table.streaming_content).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["Headline"] == "'=SUM(1)"


@pytest.mark.parametrize(
    "query", ["days=0", "days=x", "days=999999999999999999999", "section=x", "section=99",
              "order=x", "author=-1", "days=365&csv=1"],
)  # fmt: skip
def test_nothing_that_is_asked_breaks_a_screen(client, editor, query):
    for screen in SCREENS:
        assert client.get(f"{NOW}{screen}?{query}").status_code == 200


def test_a_story_has_its_curve_beside_the_median_of_its_section(client, noon):
    section = SectionFactory()
    start = timezone.now()
    others = [
        PublishedArticleFactory(section=section, published_at=start + timedelta(minutes=number))
        for number in range(3)
    ]
    noon.shift(timedelta(minutes=10))
    for number, each in enumerate(others, start=1):
        read(client, each, number)
    noon.shift(timedelta(hours=50))
    article = PublishedArticleFactory(section=section, published_at=timezone.now())
    read(client, article, 2, "https://t.co/", n=0, s=45, d=3)
    noon.shift(timedelta(hours=1))
    read(client, article, 3)
    found = story.report(article, timezone.now())
    assert found.curve == [2, 5]
    assert found.usual == [2.0] * 48
    assert (found.views, found.readers, found.minutes, found.finished) == (5, 3, "0:45", 100)
    assert found.sources == [("Direct", 3), ("Social", 2)]
    client.force_login(member_of("Editors"))
    page = client.get(reverse("admin:audience_story", args=[article.pk])).content.decode()
    assert "audience__usual" in page


def test_a_story_that_nobody_read_and_one_that_is_not_there(client, editor):
    draft = PublishedArticleFactory(status="draft", published_at=None)
    assert client.get(reverse("admin:audience_story", args=[draft.pk])).status_code == 200
    assert client.get(reverse("admin:audience_story", args=[99_999])).status_code == 404


def test_addresses_of_nothing_that_readers_meet_can_be_led_on(client):
    browser = Browser(client)
    for _ in range(3):
        browser.open("/old/story/")
    key = browser.open("/old/story/")
    browser.open("/old/story/", key=key)
    browser.open(f"/{'x' * 150}/")
    browser.agent = ROBOT
    browser.open("/robots-only/")
    assert figures("missing") == {"/old/story/": 4}
    assert not DailyViews.objects.exists()
    client.force_login(member_of("Chief editors"))
    page = client.get(f"{NOW}missing/").content.decode()
    assert "/admin/articles/redirect/add/?old_path=/old/story/" in page
    Redirect.objects.create(old_path="/old/story/", new_path="/markets/")
    assert "is there" in client.get(f"{NOW}missing/").content.decode()
    client.force_login(member_of("Authors"))
    assert "redirect/add" not in client.get(f"{NOW}missing/").content.decode()


def test_the_front_of_the_desk_says_what_is_read_now(client, editor):
    article = PublishedArticleFactory(title="Nine banks")
    client.logout()
    read(client, article, 2)
    client.force_login(editor)
    page = client.get("/admin/").content.decode()
    assert "Read in the last half hour" in page
    assert reverse("admin:audience_story", args=[article.pk]) in page
    client.force_login(member_of("Moderators"))
    assert "Read in the last half hour" not in client.get("/admin/").content.decode()


def test_the_media_kit_speaks_of_the_same_visitors(noon):
    today = timezone.now().date()
    for ago in range(1, 5):
        day = today - timedelta(days=ago)
        DailyAudience.objects.create(day=day, browsers=50)
        assert media_kit.audience(today) is None or ago >= media_kit.FEWEST_DAYS
    assert media_kit.audience(today).browsers == 50
    for ago in range(1, 5):
        DailyVisitors.objects.create(day=today - timedelta(days=ago), visitors=80, views=200)
    assert media_kit.audience(today).browsers == 80


# --- Most read ------------------------------------------------------------------------------------


def test_most_read_is_ranked_by_readers_without_what_was_paid_for(client, noon):
    first, second, third = (PublishedArticleFactory() for _ in range(3))
    paid = PublishedArticleFactory(kind="sponsored", paid_by="Acme")
    for article, readers in ((first, 5), (second, 3), (third, 1), (paid, 9)):
        read(client, article, readers)
    # One machine that calls itself many.
    for number in range(40):
        Browser(client, f"Mozilla/5.0 (X) AppleWebKit/537.36 {number}").open(
            second.get_absolute_url()
        )
    most_read.work_out.func()
    rows = MostRead.objects.filter(period="day").values_list("story", "readers")
    assert list(rows) == [(second.pk, 8), (first.pk, 5)]
    page = client.get("/most-read/").content.decode()
    assert page.index(second.title) < page.index(first.title)
    assert paid.title not in page


def test_what_is_taken_down_is_on_no_list(client, noon):
    article = PublishedArticleFactory()
    read(client, article, 3)
    most_read.work_out.func()
    article.status = "withdrawn"
    article.save()
    assert article.title not in client.get("/most-read/").content.decode()
    most_read.work_out.func()
    assert not MostRead.objects.exists()


def test_of_yesterday_counts_what_lies_within_a_day(client, noon):
    article = PublishedArticleFactory()
    read(client, article, 8)
    noon.shift(timedelta(hours=18))
    most_read.work_out.func()
    assert MostRead.objects.get(period="day").readers == 6
    noon.shift(timedelta(days=1))
    most_read.work_out.func()
    assert not MostRead.objects.filter(period="day").exists()
    assert MostRead.objects.get(period="week").readers == 8


def test_pages_show_the_list_once_it_is_long_enough(client, noon):
    articles = [PublishedArticleFactory() for _ in range(3)]
    assert ">Most read<" not in client.get(articles[0].get_absolute_url()).content.decode()
    for article in articles:
        read(client, article, 2)
    most_read.work_out.func()
    page = client.get(articles[0].get_absolute_url()).content.decode()
    assert ">Most read<" in page


# --- The mail of a week ---------------------------------------------------------------------------


def test_editors_and_authors_are_mailed_on_mondays_once(client, noon, committed):
    writer = UserFactory(is_staff=True)
    writer.groups.set(member_of("Authors").groups.all())
    editor = member_of("Editors")
    article = PublishedArticleFactory(title="Nine banks")
    article.bylines.all().delete()
    article.bylines.create(
        author=Author.objects.create(name="W", slug="w", user=writer), position=0
    )
    read(client, article, 3, n=0, s=60, d=3)
    with committed():
        assert weekly_report.mail_week.func() == 0  # It is Sunday.
    noon.shift(timedelta(hours=20))
    for _ in range(2):
        with committed():
            weekly_report.mail_week.func()
    by = {message.to[0]: message.body for message in mail.outbox}
    assert "All pages: 3 views" in by[editor.email]
    assert "Nine banks" in by[editor.email]
    assert "Your stories:" in by[writer.email]
    assert "All pages" not in by[writer.email]
    assert len(mail.outbox) == len(by)
    assert MailedWeek.objects.filter(address=editor.email).count() == 1


def test_no_mail_where_nothing_was_read_or_the_operator_wants_none(noon, settings):
    member_of("Editors")
    noon.shift(timedelta(hours=20))
    assert weekly_report.mail_week.func() == 0
    settings.WEEKLY_AUDIENCE_MAIL = False
    assert not weekly_report.is_due()


def test_the_list_of_stories_has_its_views_and_sorts_by_them(client, editor):
    unread, most, some = (
        PublishedArticleFactory(title=title) for title in ("Unread", "Most read", "Some read")
    )
    client.logout()
    read(client, some, 1)
    read(client, most, 3)
    client.force_login(editor)
    address = reverse("admin:articles_article_changelist")
    column = list(client.get(address).context["cl"].list_display).index("views")
    rows = client.get(f"{address}?o=-{column}").context["cl"].result_list
    assert [(row, row.views) for row in rows] == [(most, 3), (some, 1), (unread, None)]
    assert Page.objects.get(story=most).views == 3
    client.force_login(member_of("Moderators"))
    assert "views" not in client.get(address).context["cl"].list_display


def test_a_storys_page_has_clicks_of_newsletters_and_prices_of_its_coins(client, editor):
    bitcoin, unpriced = CoinFactory(), CoinFactory(name="Nimbus", symbol="NMB")
    article = PublishedArticleFactory()
    ArticleCoin.objects.create(article=article, coin=bitcoin, price_at_publication=Decimal(40_000))
    ArticleCoin.objects.create(article=article, coin=unpriced)
    QuoteFactory(coin=bitcoin, price=Decimal(50_000))
    for number, people in ((1, 3), (2, 4)):
        issue = Issue.objects.create(newsletter=main_newsletter(), number=number)
        Link.objects.create(issue=issue, kind="story", url="/x/", story=article, people=people)
        Link.objects.create(issue=issue, kind="other", url="/", people=9)
    page = squeezed(client.get(reverse("admin:audience_story", args=[article.pk])).content.decode())
    assert "<dt>Newsletter clicks</dt><dd>7</dd>" in page
    assert "$40,000" in page
    assert "+25.0" in page
    assert '<th scope="row">Bitcoin</th>' in page
    assert "Nimbus" not in page
