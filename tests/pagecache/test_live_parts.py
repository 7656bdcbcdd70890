"""Prices in kept pages: new ones without a new page, and never another page than one made anew."""

import gzip
from datetime import timedelta
from decimal import Decimal
from typing import Any

import brotli
import pytest
from django.db import OperationalError
from django.utils import timezone

from articles.models import Article, ArticleCoin
from pagecache import invalidation, live_parts
from pagecache.cached_page import CachedPage
from pagecache.live_parts import PlacedPart, marked, placed, replaced
from pagecache.render import render, renewed
from ticker.models import Coin, Quote
from ticker.polling.quotes import DELAYED_AFTER, HIDDEN_AFTER

from ..factories import (
    CoinFactory,
    PublishedArticleFactory,
    QuoteFactory,
    ScheduledArticleFactory,
    comment_on,
)
from .conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(minutes=3)


@pytest.fixture
def story(noon: Any) -> Article:
    """With a chip in its text, two coins beside it, and a price at its publication."""
    ether = CoinFactory(name="Ether", symbol="ETH", slug="ether", position=20)
    for coin, price in ((CoinFactory(), 90_000), (ether, 3_000)):
        soon = timezone.now() + timedelta(minutes=1)
        QuoteFactory(coin=coin, price=price, expected_at=soon)
    article = PublishedArticleFactory(
        body="<p>Now [[BTC]], and [[ETH]].</p><p>Twice [[BTC]].</p>",
        published_at=timezone.now() - timedelta(days=1),
    )
    for coin in Coin.objects.filter(symbol__in=["BTC", "ETH"]):
        ArticleCoin.objects.create(article=article, coin=coin, price_at_publication=Decimal(80_000))
    return article


def prices_change(price: int) -> None:
    """As the poller does it: no change is told, for pages ask by themselves."""
    now = timezone.now()
    Quote.objects.filter(coin__symbol="BTC").update(
        price=price, quoted_at=now, fetched_at=now, expected_at=now + timedelta(minutes=1)
    )


def body(page: CachedPage | None) -> str:
    assert page is not None
    return page.bodies[""].decode()


# --- Marks ----------------------------------------------------------------------------------------


def test_parts_stand_where_their_marks_stood_and_are_replaced_there():
    x = marked("a", "x")
    plain, parts = placed(f"<p>ä{x}–{marked('b:1', '')}{x}</p>".encode())
    assert plain == "<p>äx–x</p>".encode()
    assert [plain[part.begins : part.ends] for part in parts] == [b"x", b"", b"x"]
    longer, moved = replaced(plain, parts, {"a": "éé".encode(), "b:1": b"<b>!</b>"})
    assert longer == "<p>äéé–<b>!</b>éé</p>".encode()
    back, again = replaced(longer, moved, {"a": b"x", "b:1": b""})
    assert (back, again) == (plain, parts)


def test_a_page_without_parts_is_as_it_was():
    assert placed(b"<p>x</p>") == (b"<p>x</p>", ())


@pytest.mark.parametrize("name", ["", "a b", "a?>", "<x>", "a" * 5000])
def test_no_name_of_a_part_can_break_a_mark(name):
    with pytest.raises(ValueError, match="no name"):
        live_parts.show(name)


@pytest.mark.parametrize(
    "name",
    [
        "<?live z?>x<?/live?>",
        "<?live chip:BTC?>x<?/live?><a href=//evil.example>",
        "<?live strip?>",
    ],
)
def test_nothing_that_a_reader_writes_becomes_a_mark(reader, story, noon, name):
    """The minifier writes out what stands in attributes."""
    comment_on(story, user_name=name)
    page = reader.get(story.get_absolute_url())
    assert {part.name for part in page.parts} >= {"strip"}
    assert not {part.name for part in page.parts} & {"z"}
    noon.shift(SOON)
    prices_change(95_000)
    new = body(reader.get(story.get_absolute_url()))
    assert "<a href=//evil.example>" not in new.replace(" data-name=", "").partition('"')[0]
    assert body(page).count("evil.example") == new.count("evil.example")
    assert reader.front.counts.renewals == 1


# --- Kept pages -----------------------------------------------------------------------------------


def test_new_prices_come_without_making_the_page_anew(reader, story, noon):
    first = reader.get(story.get_absolute_url())
    assert "90,000" in body(first)
    assert {part.name.partition(":")[0] for part in first.parts} == {
        "strip", "chip", "market", "since",
    }  # fmt: skip
    noon.shift(SOON)
    prices_change(95_000)
    second = reader.get(story.get_absolute_url())
    assert "95,000" in body(second)
    assert "90,000" not in body(second)
    assert (reader.front.counts.renders, reader.front.counts.renewals) == (1, 1)
    assert second.digest != first.digest
    assert gzip.decompress(second.bodies["gzip"]) == second.bodies[""]
    assert brotli.decompress(second.bodies["br"]) == second.bodies[""]
    assert ("Content-Length", str(len(second.bodies["br"]))) in second.headers_for("br")
    assert not second.is_known_by(first.etag("br"))
    assert second.last_modified > first.last_modified


@pytest.mark.parametrize(
    "path", ["/", "story", "section", "/prices/bitcoin/", "/about/", "/archive/"]
)
def test_a_page_with_new_parts_is_the_page_made_anew(application, reader, story, noon, path):
    path = {"story": story.get_absolute_url(), "section": story.section.get_absolute_url()}.get(path, path)  # fmt: skip
    first = reader.get(path)
    noon.shift(SOON)
    prices_change(95_000)
    anew = render(reader.front.application, path, 0)
    if path == "/prices/bitcoin/":
        assert not first.can_be_renewed(timezone.now().timestamp())
    else:
        assert renewed(first).bodies[""] == anew.bodies[""]
        assert renewed(first).refresh_at == pytest.approx(anew.refresh_at, abs=1)


def test_what_is_sent_has_no_marks(client, reader, story):
    for path in ("/", story.get_absolute_url(), "/prices/", "/prices/bitcoin/"):
        assert "<?live" not in body(reader.get(path))
        assert "<?live" not in client.get(path).content.decode()


def test_a_changed_story_is_made_anew(reader, story, noon):
    reader.get(story.get_absolute_url())
    noon.shift(SOON)
    prices_change(95_000)
    story.title = "Another headline"
    story.save()
    reader.front.watcher.poll()
    page = body(reader.get(story.get_absolute_url()))
    assert "Another headline" in page
    assert (reader.front.counts.renders, reader.front.counts.renewals) == (2, 0)


def test_a_change_while_the_parts_are_made_is_not_lost(reader, story, noon, monkeypatch):
    reader.get(story.get_absolute_url())
    noon.shift(SOON)
    real = live_parts.new

    def and_then_it_changes(name: str) -> Any:
        story.title = "Another headline"
        story.save()
        reader.front.watcher.poll()
        return real(name)

    monkeypatch.setattr(live_parts, "new", and_then_it_changes)
    assert "Another headline" in body(reader.get(story.get_absolute_url()))
    assert reader.front.counts.renewals == 0


def test_when_the_rest_is_over_the_page_is_made_anew(reader, story, noon):
    reader.get(story.get_absolute_url())
    noon.shift(timedelta(minutes=11))
    prices_change(95_000)
    assert "95,000" in body(reader.get(story.get_absolute_url()))
    assert (reader.front.counts.renders, reader.front.counts.renewals) == (2, 0)


def test_prices_that_grow_old_say_so_and_go(reader, story, noon):
    """Whether or not anything else makes the page anew."""

    def strip() -> str:
        return body(reader.get(story.get_absolute_url())).partition("</section>")[0]

    assert "Delayed" not in strip()
    noon.shift(DELAYED_AFTER + timedelta(seconds=1))
    assert "Delayed" in strip()
    noon.shift(HIDDEN_AFTER)
    assert "90,000" not in strip()


def test_the_rest_of_a_page_becomes_untrue_when_it_did(reader, story, noon):
    """A story that comes out between two refreshes of prices."""
    soon = timezone.now() + timedelta(minutes=4)
    ScheduledArticleFactory(title="Out soon", section=story.section, published_at=soon)
    first = reader.get("/")
    assert first.rest_changes_at == pytest.approx(soon.timestamp(), abs=1)
    noon.shift(SOON)
    prices_change(95_000)
    second = reader.get("/")
    assert reader.front.counts.renewals == 1
    assert second.changes_at <= soon.timestamp() + 1
    noon.shift(timedelta(minutes=2))
    assert "Out soon" in body(reader.get("/"))


def test_a_failure_while_prices_are_put_in_is_no_failure_of_the_page(
    reader, story, noon, monkeypatch
):
    reader.get(story.get_absolute_url())
    noon.shift(SOON)
    prices_change(95_000)

    def fail(name: str) -> Any:
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(live_parts, "new", fail)
    page = reader.get(story.get_absolute_url())
    assert (page.status, reader.front.counts.renders) == (200, 2)
    assert "95,000" in body(page)


def test_another_process_takes_the_stored_page_and_its_new_prices(open_front, story, noon):
    one = Reader(open_front())
    one.get(story.get_absolute_url())
    noon.shift(SOON)
    prices_change(95_000)
    other = Reader(open_front())
    assert "95,000" in body(other.get(story.get_absolute_url()))
    assert (other.front.counts.renders, other.front.counts.store_hits) == (0, 1)


def test_a_kept_page_as_bytes_knows_its_parts(reader, story):
    page = reader.get(story.get_absolute_url())
    again = CachedPage.from_bytes(page.to_bytes())
    assert (again.parts, again.lasts_until) == (page.parts, page.lasts_until)
    assert isinstance(again.parts[0], PlacedPart)


def test_a_cdn_is_told_how_long_the_new_prices_hold(open_front, story, noon, settings):
    settings.CDN, settings.CDN_SITE, settings.CDN_TOKEN = "fastly", "site", "token"
    reader = Reader(open_front())
    reader.get(story.get_absolute_url())
    noon.shift(SOON)
    prices_change(95_000)
    page = reader.get(story.get_absolute_url())
    shared = int(dict(page.headers)["Cache-Control"].partition("s-maxage=")[2].partition(",")[0])
    assert shared <= page.refresh_at - timezone.now().timestamp() + 1


# --- Parts that pages share -----------------------------------------------------------------------


@pytest.fixture
def listening(front: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """This process hears of changes, as one that serves readers does."""
    monkeypatch.setattr(invalidation, "_listening", front.watcher)
    return front


def test_a_part_is_made_once_for_all_pages(listening, story, noon, django_assert_num_queries):
    first, made_of = live_parts.new("strip")
    with django_assert_num_queries(0):
        assert live_parts.new("strip") == (first, made_of)
    noon.shift(SOON)
    prices_change(95_000)
    second, _ = live_parts.new("strip")
    assert b"95,000" in second
    with django_assert_num_queries(0):
        live_parts.new("strip")


def test_a_coin_that_changes_its_name_changes_the_part_at_once(listening, story):
    assert b">BTC<" in live_parts.new("strip")[0]
    coin = Coin.objects.get(symbol="BTC")
    coin.is_on_strip = False
    coin.save()
    listening.watcher.poll()
    assert b">BTC<" not in live_parts.new("strip")[0]
