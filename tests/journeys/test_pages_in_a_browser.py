"""Weight, stillness, width and accessibility of every kind of page, as a browser sees them."""

import gzip
import re
import urllib.request
from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .barriers import dark, has_no_barrier, looks_right
from .conftest import not_on_the_second_database, noting_what_moves, sign_in, what_moved
from .slow_line import slow_line
from .test_freshness import Elsewhere

# A group of its own: it takes as long as all other journeys together.
pytestmark = pytest.mark.xdist_group("pages")

ARTICLE = "/policy/nine-banks-agree-when-a-payment-is-over/"
LONG_READ = "/technology/a-long-walk-through-one-transaction/"
PAGES = {
    "front": "/",
    "section": "/markets/",
    "article": ARTICLE,
    "long read": LONG_READ,
    "sponsored": "/markets/what-an-auditor-wants-to-see-in-a-custody-report/",
    "author": "/author/maren-oduya/",
    "tag": "/tag/custody/",
    "prices": "/prices/",
    "coin": "/prices/bitcoin/",
    "coin, a year": "/prices/bitcoin/1y/",
    "prices, sorted": "/prices/?sort=-change&shown=falling",
    "price choice": "/prices/choice/",
    "search": "/search/?q=settlement",
    "nothing found": "/search/?q=zebra",
    "newest comments": f"{ARTICLE}comments/newest/",
    "report": "/comments/1/report/",
    "write": "/comments/write/1/",
    "feeds": "/feeds/",
    "corrections": "/corrections/",
    "archive": "/archive/",
    "newsletter": "/newsletter/",
    "archive of a newsletter": "/newsletter/daily/",
    "issue of a newsletter": "/newsletter/daily/4/",
    "newsletter that is none": "/newsletter/leave/none/",
    "rate card": "/advertise/",
    "about": "/about/privacy/",
    "not found": "/nothing/here/",
    "sign in": "/accounts/login/",
}
DESK = {
    "front": "/admin/",
    "stories": "/admin/articles/article/",
    "new story": "/admin/articles/article/add/",
    "story calendar": "/admin/articles/article/calendar/",
    "story": "{story}change/",
    "preview": "{story}preview/",
    "versions": "{story}versions/",
    "history": "{story}history/",
    "pictures": "/admin/articles/image/",
    "picker": "/admin/articles/image/pick/",
    "front page": "/admin/articles/frontpick/",
    "corrections": "/admin/articles/correction/",
    "sections": "/admin/articles/section/",
    "coins": "/admin/ticker/coin/",
    "find a coin": "/admin/ticker/coin/find/?q=bit",
    "price sources": "/admin/ticker/pricesource/",
    "comments": "/admin/comments/sitecomment/",
    "queue": "/admin/comments/sitecomment/queue/",
    "statistics": "/admin/comments/sitecomment/statistics/",
    "person": "/admin/newsroom/privacyrequest/person/",
    "rules": "/admin/comments/rule/",
    "rule": "/admin/comments/rule/add/",
    "ban": "/admin/comments/ban/add/",
    "placements": "/admin/advertising/placement/",
    "calendar": "/admin/advertising/placement/calendar/",
    "review": "/admin/advertising/placement/7/review/",
    "order": "/admin/advertising/order/1/change/",
    "newsletters": "/admin/newsletter/newsletter/",
    "newsletter": "/admin/newsletter/newsletter/1/change/",
    "sender": "/admin/newsletter/newsletter/sender/",
    "issues": "/admin/newsletter/issue/",
    "issue": "/admin/newsletter/issue/6/change/",
    "sent issue": "/admin/newsletter/issue/4/change/",
    "preview of an issue": "/admin/newsletter/issue/6/preview/",
    "readers": "/admin/newsletter/subscriber/",
    "publication": "/admin/newsroom/publication/",
    "password": "/admin/password_change/",
}
ADVERTISER = {
    "placements": "/partners/placements/?period=all",
    "report": "/partners/placements/1/report/",
    "choice": "/partners/placements/new/",
    "new banner": "/partners/placements/new/banner/",
    "new article": "/partners/placements/new/sponsored/",
    "new newsletter": "/partners/placements/new/newsletter/",
    "placement": "/partners/placements/8/",
    "checks": "/partners/placements/8/check/",
    "company": "/partners/company/",
    "orders": "/partners/orders/",
    "invoice": "/partners/orders/{year}-00002/",
}
PREFERENCES = """
from newsletter.subscribing import signed_links
from newsletter.models import Subscriber
result = signed_links.link(signed_links.PREFERENCES, Subscriber.objects.get(email="hollis@subscribers.example"))
"""
STILL = {"reduced_motion": "reduce"}
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 800}


@not_on_the_second_database
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_a_barrier_or_is_wider_than_the_screen(open_context, width):
    page = open_context(viewport={"width": width, "height": 800}, **STILL).new_page()
    for name, address in PAGES.items():
        page.goto(address, wait_until="load")
        has_no_barrier(page, name)
        with dark(page):
            looks_right(page, f"{name}, dark")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_the_page_of_a_readers_newsletters_and_a_newsletter_itself_have_no_barrier(
    open_context, site, width, scheme
):
    page = open_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, **STILL
    ).new_page()
    elsewhere = Elsewhere(site)
    page.goto(urlsplit(elsewhere.do(PREFERENCES)).path)
    elsewhere.stop()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your newsletters")
    has_no_barrier(page, "preferences")
    sign_in(page, "editor")
    page.goto(f"/admin/newsletter/issue/6/mail/{scheme}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    has_no_barrier(page, "mail")


def at_both_widths(page: Page, name: str) -> None:
    """Wide and light, then as narrow as a phone and dark: as somebody sees it who turns it."""
    has_no_barrier(page, name)
    page.set_viewport_size(NARROW)
    with dark(page):
        looks_right(page, f"{name}, narrow and dark")
    page.set_viewport_size(WIDE)


@not_on_the_second_database
def test_the_desk_has_no_barrier_and_is_no_wider_than_a_phone(open_context):
    page = open_context(viewport=WIDE, **STILL).new_page()
    sign_in(page, "admin")
    page.goto("/admin/articles/article/?q=nine+clearing+banks")
    story = page.locator("#result_list tbody th a").first.get_attribute("href").split("change/")[0]
    for name, address in DESK.items():
        page.goto(address.format(story=story), wait_until="load")
        if name in ("story", "new story"):
            page.locator(".ProseMirror[contenteditable=true]").wait_for()
        at_both_widths(page, name)


@not_on_the_second_database
def test_the_advertisers_pages_have_no_barrier_and_are_no_wider_than_a_phone(open_context):
    page = open_context(viewport=WIDE, **STILL).new_page()
    sign_in(page, "advertiser")
    for name, address in ADVERTISER.items():
        page.goto(address.format(year=date.today().year), wait_until="load")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        at_both_widths(page, name)


def compressed(site, path: str) -> int:
    """Bytes on the wire of a text, by gzip."""
    request = urllib.request.Request(site.url + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        body = response.read()
        if response.headers.get("Content-Encoding") == "gzip" or path.endswith(".woff2"):
            return len(body)
        return len(gzip.compress(body))


def test_the_first_load_of_an_article_is_light(page, site):
    """Without its images 90 kB at most, 15 of them HTML, 8 JavaScript."""
    asked = []
    page.on("request", lambda request: asked.append(request))
    page.goto(ARTICLE, wait_until="networkidle")
    kinds: dict[str, int] = {}
    for request in asked:
        if request.resource_type != "image":
            path = request.url.removeprefix(site.url)
            # A beacon is what it says: it is answered with nothing.
            weight = len(request.post_data) if request.method == "POST" else compressed(site, path)
            kinds[request.resource_type] = kinds.get(request.resource_type, 0) + weight
    print(kinds)
    assert kinds["document"] <= 15_000
    assert kinds["script"] <= 8_000
    assert sum(kinds.values()) <= 90_000


@pytest.mark.parametrize("address", ["/", ARTICLE, "/prices/bitcoin/"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_loads(open_context, address, width):
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    page.route(
        re.compile(r"\.(webp|png|woff2)$"),
        lambda route: (page.wait_for_timeout(120), route.continue_()),
    )
    noting_what_moves(page)
    page.goto(address, wait_until="networkidle")
    assert page.evaluate("window.moved") == []


@not_on_the_second_database
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_arrives_piece_by_piece(open_context, site, width):
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    noting_what_moves(page)
    moved = {}
    with slow_line(site.url) as slow:
        for name in ("front", "article", "prices", "coin", "search", "feeds"):
            page.goto(slow + PAGES[name], wait_until="networkidle")
            moved[name] = what_moved(page)
    assert not any(moved.values()), moved


@pytest.mark.parametrize("coins", [1, 4, 17])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_price_strip_stays_where_it_is_while_it_arrives(open_context, site, width, coins):
    """A page may be painted when half of its strip is here: what follows must not push what is
    read.
    """
    html = site.get(ARTICLE)
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    # One of the two that are compared could be in the font that came too late for the other.
    page.route("**/*.woff2", lambda route: route.abort())

    def first_coin(arrived: str) -> float:
        page.route(
            f"**{ARTICLE}",
            lambda route: route.fulfill(body=arrived, content_type="text/html; charset=utf-8"),
        )
        page.goto(ARTICLE)
        page.evaluate(
            "document.querySelector('.ticker__run').getAnimations()"
            ".forEach(each => { each.pause(); each.currentTime = 0; })"
        )
        return page.locator(".ticker [data-symbol]").first.bounding_box()["x"]

    ends = [found.end() for found in re.finditer(r"<li data-symbol.*?</li>", html)]
    assert first_coin(html[: ends[coins - 1]]) == first_coin(html)


def test_static_files_last_and_pages_are_asked_for_again(site):
    html = site.get("/")
    stylesheet = re.search(r'href="?(/static/newsroom/css/site\.[0-9a-f]{12}\.css)', html)[1]
    with urllib.request.urlopen(site.url + stylesheet) as response:
        assert "immutable" in response.headers["Cache-Control"]
    for encoding in ("br", "gzip"):
        request = urllib.request.Request(
            site.url + stylesheet, headers={"Accept-Encoding": encoding}
        )
        with urllib.request.urlopen(request) as response:
            assert response.headers["Content-Encoding"] == encoding
