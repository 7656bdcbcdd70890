"""
A change is seen on every page, in every process, within a second, while readers keep asking.

CHANGES is a table of what changes × where it must be seen. A public address that is missing from
SURFACES, or that no change is looked for on, fails the test: whoever adds a page adds it here.
"""

import asyncio
import contextlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.urls import get_resolver

from ..pagecache.test_rules import patterns
from .conftest import ROOT, Site, own_database, running_site

pytestmark = pytest.mark.xdist_group("journeys")
WITHIN = 1.0  # seconds from the commit
ASKED = 8  # times, on a new connection each, so that both processes are asked

# Every public address by its name, with an example of it in the demo; several of one name are told
# apart by a colon.
SURFACES = {
    "home": "/",
    "section": "/policy/",
    "article": "/policy/nine-banks-agree-when-a-payment-is-over/",
    "comments": "/policy/{comments}/",
    "comments-in-order": "/policy/{in_order}/",
    "thread": "/policy/{thread}/",
    "share-card": "{card}",
    "tag": "/tag/stablecoins/",
    "author": "/author/{author}/",
    "coin": "/prices/bitcoin/",
    "prices": "/prices/",
    "price-strip": "/prices/strip/",
    "coin-chart": "/prices/bitcoin/1y/",
    "about": "/about/",
    "page": "/about/standards/",
    "advertise": "/advertise/",
    "newsletter": "/newsletter/",
    "newsletter-asked": "/newsletter/asked/",
    "newsletter-archive": "/newsletter/daily/",
    "newsletter-issue": "/newsletter/daily/1/",
    "feed-newsletter": "/feeds/rss/newsletter/daily/",
    "comment-sent": "/comments/sent/",
    "feeds": "/feeds/",
    "feed": "/feeds/atom/",
    "feed-comments": "/feeds/rss/comments/",
    "feed-comments-on": "/feeds/atom/comments/{long}/",
    "feed-of:section": "/feeds/rss/section/policy/",
    "feed-of:tag": "/feeds/json/tag/stablecoins/",
    "feed-of:author": "/feeds/atom/author/{author}/",
    "feed-of:coin": "/feeds/json/coin/bitcoin/",
    "archive": "/archive/",
    "archive-month": "/archive/{month}/",
    "corrections": "/corrections/",
    "most-read": "/most-read/",
    "feed-corrections": "/feeds/rss/corrections/",
    "sitemap": "/sitemap.xml",
    "sitemap-pages": "/sitemap-pages.xml",
    "sitemap-stories": "/sitemap-stories-0.xml",
    "news-sitemap": "/news-sitemap.xml",
    "robots": "/robots.txt",
    "ads-txt": "/ads.txt",
    "security-txt": "/.well-known/security.txt",
    # Not kept, and asked all the same.
    "search": "/search/?q=agreed",
    # What is not there is kept as well.
    "missing": "/policy/the-quorum-clause/",
}
FEEDS = {name for name in SURFACES if name.split(":")[0] in ("feed", "feed-of")}
COMMENTS = {"feed-comments", "feed-comments-on"}
SITEMAPS = {name for name in SURFACES if "sitemap" in name}
TEXT_FILES = {"robots", "ads-txt", "security-txt"}
WITH_MENU = (
    set(SURFACES)
    - FEEDS
    - SITEMAPS
    - TEXT_FILES
    - COMMENTS
    - {"feed-corrections", "feed-newsletter", "share-card", "price-strip"}
)
STORY = "The quorum clause"
LISTS = {
    "home",
    "archive-month",
    "section",
    "tag",
    "author",
    "coin",
    "search",
    "missing",
    "news-sitemap",
} | FEEDS

PREPARE = """
from articles.models import *
from articles.discovery import metadata
from comments.reading import paging
from comments.models import SiteComment
from django.contrib.contenttypes.models import ContentType
from newsroom.models import AboutPage
first = Article.objects.get(slug="nine-banks-agree-when-a-payment-is-over")
long = Article.objects.get(slug="ask-for-a-date")
kind = ContentType.objects.get_for_model(Article)
for number in range(paging.THREADS_PER_PAGE + 1):
    words = {"user_name": "Tamsin", "comment": f"No. {number}"}
    last = SiteComment(content_type=kind, object_pk=str(long.pk), site_id=1, **words)
    last.save()
result = {
    "author": first.authors.first().slug,
    "tag": first.tags.first().slug,
    "page": AboutPage.objects.first().slug,
    "comments": paging.page_from(long, last.pk),
    "thread": paging.thread_from(long, last.pk),
    "in_order": paging.page_from(long, None, paging.NEWEST),
    "long": long.pk,
    "card": metadata.share_card(first),
}
"""
FIND = """
from articles.models import *
from articles.publishing import workflow as publishing
from comments.models import SiteComment
from comments.moderation import decisions as moderation
from comments.posting import reactions, submission as posting
from django.contrib.auth import get_user_model
from advertising.models import *
from advertising.campaigns import review, running
from newsroom.models import *
from newsletter.composing import drafts as composing
from newsletter.sending import issue_status
from newsletter.models import *
from django.utils import timezone
from ticker.models import Coin
first = Article.objects.get(slug="nine-banks-agree-when-a-payment-is-over")
story = Article.objects.filter(slug="the-quorum-clause").first()
admin = get_user_model().objects.get(username="admin")
"""


@dataclass(frozen=True)
class Change:
    """An action, and the words that appear with it, or go, where."""

    code: str
    words: str
    on: frozenset[str]
    appear: bool = True


def change(code: str, words: str, on: set[str], appear: bool = True) -> Change:
    return Change(FIND + code, words, frozenset(on), appear)


CHANGES = {
    "publish": change(
        """
story = Article(section=first.section, title="The quorum clause", slug="the-quorum-clause", standfirst="Agreed.",
                body="<p>The quorum clause is agreed.</p>", hero=first.hero)
story.save()
Byline.objects.create(article=story, author=first.authors.first())
story.tags.set(first.tags.all())
ArticleCoin.objects.create(article=story, coin=Coin.objects.get(symbol="BTC"))
publishing.publish(story, by=None)
""",
        STORY,
        LISTS | {"article"},
    ),
    "address of what is new": change(
        "", "/policy/the-quorum-clause/", {"sitemap-stories", "news-sitemap"}
    ),
    "comment": change(
        'words = {"name": "Wendeline", "email": "w@readers.example", "comment": "Agreed, twice."}\n'
        "posting.publish(story, words, ip=None)",
        "Agreed, twice.",
        {"missing"},
    ),
    "late comment": change(
        'long = Article.objects.get(slug="ask-for-a-date")\n'
        'words = {"name": "Wendeline", "email": "w@readers.example", "comment": "Late, and agreed."}\n'
        "posting.publish(long, words, ip=None)",
        "Late, and agreed.",
        {"comments", "comments-in-order", "feed-comments", "feed-comments-on"},
    ),
    "vote": change(
        'late = SiteComment.objects.get(comment="Late, and agreed.")\nreactions.react(late, "somebody", agrees=True)',
        "<span data-count>1</span>",
        {"comments", "comments-in-order"},
    ),
    "late reply": change(
        'late = SiteComment.objects.get(comment="No. 50")\n'
        'words = {"name": "Wren", "email": "w@readers.example", "comment": "In one thread.", "reply_to": late.pk}\n'
        'posting.publish(Article.objects.get(slug="ask-for-a-date"), words, ip=None)',
        "In one thread.",
        {"thread", "comments"},
    ),
    "count of comments": change("", "1 comment", {"section", "missing"}),
    "moderation": change(
        'moderation.remove(SiteComment.objects.filter(comment="Agreed, twice."))',
        "Agreed, twice.",
        {"missing"},
        False,
    ),
    "late moderation": change(
        'moderation.remove(SiteComment.objects.filter(comment="Late, and agreed."))',
        "Late, and agreed.",
        {"comments", "comments-in-order", "feed-comments", "feed-comments-on"},
        False,
    ),
    "headline": change(
        'story.title = "The quorum paragraph"; story.save()',
        "The quorum paragraph",
        LISTS | {"article"},
    ),
    "most read": change(
        """
from audience import most_read
from audience.models import DailyViews, Page
page, _ = Page.objects.get_or_create(key=f"story:{story.pk}", defaults={"path": "/x/", "story": story})
DailyViews.objects.create(page=page, day=timezone.now().date(), views=10**6, readers=10**6, seconds=0, measured=0,
                          half=0, whole=0)
most_read.work_out.func()
""",
        "The quorum paragraph",
        {"most-read"},
    ),
    "correction": change(
        'Correction.objects.create(article=first, text="It was sixty-one million.")',
        "It was sixty-one million.",
        {"article", "corrections", "feed", "feed-corrections", "feed-of:section"},
    ),
    "withdrawal": change(
        "publishing.withdraw(story, by=None)",
        "The quorum paragraph",
        LISTS | {"article", "most-read"},
        False,
    ),
    "address of what is gone": change(
        "", "/policy/the-quorum-clause/", {"sitemap-stories", "news-sitemap"}, False
    ),
    "placement": change(
        """
placement = Placement.objects.live().filter(slot="rectangle").first()
placement.pk, placement.status, placement.approved_creative, placement.article = None, "draft", None, None
placement.title = "Ninety keys"
placement.section = None
old = Placement.objects.live().filter(slot="rectangle").first().approved_creative
Placement.objects.filter(slot="rectangle").update(ends_on="2020-01-02", starts_on="2020-01-01")
placement.save()
creative = Creative.objects.create(placement=placement, version=1, headline="Ninety keys", alt="Ninety keys",
                                   target_url="https://palisade.example/")
for picture in old.pictures.all():
    CreativePicture.objects.create(creative=creative, size=picture.size, file=picture.file.name)
review.submit(placement, admin)
review.approve(placement, admin)
""",
        "Ninety keys",
        {"section", "article", "tag", "author", "coin"},
    ),
    "rejection": change(
        'running.stop(Placement.objects.get(title="Ninety keys"), admin, "No.", take_down=True)',
        "Ninety keys",
        {"section", "article", "tag", "author", "coin"},
        False,
    ),
    "front page": change(
        "FrontPick.objects.create(article=Article.objects.published().stories().journalism().last(), position=1)\n"
        'pick = FrontPick.objects.get(); pick.article.title = "From the bottom of the archive"; pick.article.save()',
        "From the bottom of the archive",
        {"home"},
    ),
    "settings": change(
        'site = Publication.objects.get(); site.tagline = "Changed a moment ago."; site.save()',
        "Changed a moment ago.",
        WITH_MENU | {"feed"},
    ),
    "text files": change(
        'site = Publication.objects.get(); site.robots_txt = "User-agent: Holes@bot"; site.ads_txt = "# Holes@"\n'
        'site.security_contact = "Holes@finality.example"; site.save()',
        "Holes@",
        TEXT_FILES,
    ),
    "section": change(
        'section = first.section; section.name = "Statutes"; section.save()',
        "Statutes",
        WITH_MENU | {"feed-of:section"},
    ),
    "coin": change(
        'coin = Coin.objects.get(symbol="BTC"); coin.symbol = "BTX"; coin.save()',
        "BTX",
        WITH_MENU | {"price-strip"},
    ),
    "rate": change(
        'rate = Rate.objects.first(); rate.unit = "for a fortnight"; rate.save()',
        "for a fortnight",
        {"advertise", "home", "article"},
    ),
    "newsletter that goes out": change(
        """
issue = composing.draft(main_newsletter())
Item.objects.create(issue=issue, article=Article.objects.published().journalism().last(), position=1)
issue.subject = "A quorum by mail"
issue.save()
issue_status.schedule(issue, timezone.now())
issue_status.start(issue)
""",
        "A quorum by mail",
        {"newsletter-archive", "newsletter", "feed-newsletter"},
    ),
    "newsletter": change(
        'newsletter = main_newsletter(); newsletter.name = "The quorum newsletter"; newsletter.save()',
        "The quorum newsletter",
        {"newsletter-archive", "newsletter-issue", "newsletter", "feed-newsletter"},
    ),
    "about page": change(
        'page = AboutPage.objects.first(); page.title = "How we keep it"; page.save()',
        "How we keep it",
        {"about", "page"},
    ),
    "subject": change(
        'Tag.objects.create(name="Quorate", slug="quorate")', "/tag/quorate/", {"sitemap-pages"}
    ),
    "author": change(
        'author = first.authors.first(); author.bio = "Writes on quorums."; author.save()',
        "Writes on quorums.",
        {"author", "article"},
    ),
    "tag": change(
        'tag = first.tags.first(); tag.name = "Quorums"; tag.save()',
        "Quorums",
        {"tag", "article", "feed", "feed-of:tag"},
    ),
}


class Elsewhere:
    """Another process at the site’s database."""

    def __init__(self, site: Site) -> None:
        environment = site.environment | {
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("another_process.py"))],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, code: str) -> object:
        """Return once it is committed."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith(('{"result"', '{"error"')):
                answer = json.loads(line)
                assert "error" not in answer, answer["error"]
                return answer["result"]
        raise AssertionError("The other process has ended.")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def busy_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("freshness")
    with (
        own_database("newsroom_freshness") as url,
        running_site(folder / "site", url, WEB_WORKERS="2") as site,
    ):
        yield site


def ask(site: Site, address: str) -> str:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=20)
    connection.request("GET", address)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    assert answer.status in (200, 302, 404, 410), (address, answer.status)
    return text


@contextlib.contextmanager
def readers(site: Site, addresses: list[str], count: int = 3) -> Iterator[None]:
    """Keep asking for all pages meanwhile."""
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            for address in addresses:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    ask(site, address)

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()


def is_late(change: Change, text: str) -> bool:
    return (change.words in text) is not change.appear


def test_the_table_knows_every_public_address():
    public = {
        each.name for _, each in patterns(get_resolver()) if hasattr(each.callback, "public_params")
    }
    assert public | {"search", "missing"} == {name.split(":")[0] for name in SURFACES}
    looked_at = set().union(*(each.on for each in CHANGES.values()))
    # The address of a card holds a digest of its words; the index of sitemaps grows by blocks of
    # thousands.
    assert set(SURFACES) - looked_at == {"sitemap", "share-card"}


def test_every_change_is_seen_on_every_page_within_a_second(busy_site):
    elsewhere = Elsewhere(busy_site)
    try:
        names = elsewhere.do(PREPARE)
        surfaces = SURFACES | {
            "comments": names["comments"],
            "comments-in-order": names["in_order"],
            "thread": names["thread"],
            "feed-comments-on": f"/feeds/atom/comments/{names['long']}/",
            "share-card": names["card"],
            "author": f"/author/{names['author']}/",
            "tag": f"/tag/{names['tag']}/",
            "archive-month": f"/archive/{datetime.now(UTC):%Y/%m}/",
            "feed-of:author": f"/feeds/atom/author/{names['author']}/",
            "feed-of:tag": f"/feeds/json/tag/{names['tag']}/",
            "page": f"/about/{names['page']}/",
        }
        unseen = []
        with readers(busy_site, list(surfaces.values())):
            for name, each in CHANGES.items():
                elsewhere.do(each.code)
                time.sleep(WITHIN)
                asked = sorted(each.on) * ASKED
                # All at once: the last of them has no more time than the first.
                with ThreadPoolExecutor(32) as pool:
                    texts = pool.map(lambda surface: ask(busy_site, surfaces[surface]), asked)
                    late = [
                        surface
                        for surface, text in zip(asked, texts, strict=True)
                        if is_late(each, text)
                    ]
                unseen += [(name, surface) for surface in late]
        assert unseen == []
    finally:
        elsewhere.stop()


def test_five_hundred_readers_of_a_cold_page_cause_one_rendering(busy_site):
    """At once, at two processes. Django logs every page that it makes."""
    address, host = "/technology/", busy_site.url.removeprefix("http://")

    async def ask_once() -> bytes:
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(
            f"GET {address} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
        writer.close()
        return answer.split(b" ", 2)[1]

    async def ask_all() -> list[bytes]:
        return await asyncio.gather(*(ask_once() for _ in range(500)))

    time.sleep(
        1
        # What other tests changed has been heard of: a page that changes while it is made is made
        # anew.
    )
    # In a thread of its own: the browser’s driver may run a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        statuses = pool.submit(lambda: asyncio.run(ask_all())).result(60)
    assert statuses == [b"200"] * 500
    log = (busy_site.data / "log").read_text().splitlines()
    assert len([line for line in log if f'"path": "{address}"' in line]) == 1
