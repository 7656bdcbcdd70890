"""Prices in a real browser: a strip that is still when it is told to, and current when it is looked
at.
"""

import json

import pytest
from playwright.sync_api import expect

# The journeys share one server, so they run in one process.
pytestmark = pytest.mark.xdist_group("journeys")
STATE = "getComputedStyle(document.querySelector('.ticker__run')).animationPlayState"


def pause(page):
    page.locator("#tick").focus()
    page.keyboard.press("Space")


def test_a_paused_strip_is_still_before_the_page_is_read(page):
    """WCAG 2.2.2: by keyboard, remembered, and without a moment of motion on the next page."""
    page.goto("/")
    assert page.evaluate(STATE) == "running"
    pause(page)
    assert page.evaluate(STATE) == "paused"
    page.route("**/reading*.js", lambda route: route.abort())
    page.goto("/prices/")
    assert page.evaluate(STATE) == "paused"
    page.unroute("**/reading*.js")
    page.goto("/policy/")
    pause(page)
    page.locator("#tick").blur()  # It stands still while somebody is at it.
    assert page.evaluate(STATE) == "running"


def test_the_strip_becomes_current_when_it_is_looked_at_and_announces_nothing(page):
    page.clock.install()
    page.goto("/")
    pause(page)
    page.route(
        "**/prices/strip/", lambda route: route.fulfill(body=FRESH, content_type="text/html")
    )
    page.clock.fast_forward(61_000)
    expect(page.locator(".ticker [data-symbol=BTC]")).to_contain_text("$98,000")
    expect(page.locator(".ticker ul[aria-hidden] li").last).to_contain_text("$98,000")
    assert page.evaluate(STATE) == "paused"
    assert page.locator(".ticker [aria-live], .ticker[aria-live]").count() == 0


FRESH = """<ul><li class="ticker__age">As of <time datetime="2026-11-22T12:00:00Z">12:00 UTC</time></li>
<li data-symbol="BTC"><a href="/prices/bitcoin/"><b>BTC</b>$98,000</a></li></ul>
<ul aria-hidden="true"><li class="ticker__age">As of</li><li data-copy="BTC"><b>BTC</b>$98,000</li></ul>"""


def test_a_strip_that_cannot_be_fetched_stays(page):
    page.clock.install()
    page.goto("/")
    before = page.locator(".ticker ul").first.inner_text()
    page.route("**/prices/strip/", lambda route: route.fulfill(status=503, body="no"))
    page.clock.fast_forward(200_000)
    assert page.locator(".ticker ul").first.inner_text() == before


def test_arrows_lead_from_point_to_point_of_a_chart(page):
    page.goto("/prices/bitcoin/")
    points = page.locator(".chart--large .chart__point")
    points.last.focus()
    label = "document.activeElement.getAttribute('aria-label')"
    last = page.evaluate(label)
    assert "$97,412" in last
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(label) != last
    page.keyboard.press("Home")
    assert page.evaluate(label) == points.first.get_attribute("aria-label")
    page.keyboard.press("End")
    assert page.evaluate(label) == last


def test_what_a_reader_hides_is_gone_before_the_page_is_read_and_comes_back(page):
    page.goto("/prices/choice/")
    page.get_by_label("Dogecoin").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("These are the coins that you chose")).to_be_visible()
    page.route("**/reading*.js", lambda route: route.abort())
    page.goto("/")
    expect(page.locator(".ticker [data-symbol=BTC]")).to_be_visible()
    expect(page.locator(".ticker [data-symbol=DOGE]")).to_be_hidden()
    expect(page.locator(".market [data-symbol=DOGE]")).to_be_hidden()
    page.goto("/prices/choice/")
    page.get_by_label("Hide all prices").check()
    page.get_by_role("button", name="Keep this").click()
    page.goto("/")
    expect(page.locator(".ticker")).to_be_hidden()
    page.goto("/prices/choice/")
    page.get_by_role("button", name="Show everything").click()
    page.goto("/")
    expect(page.locator(".ticker [data-symbol=DOGE]")).to_be_attached()
    expect(page.locator(".ticker")).to_be_visible()


def test_without_javascript_the_prices_page_keeps_to_the_choice(open_context):
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/prices/choice/")
    page.get_by_label("Dogecoin").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.locator(".prices [data-symbol=DOGE]")).to_have_count(0)
    expect(page.locator(".prices [data-symbol=BTC]")).to_have_count(1)


def test_the_choice_splits_no_kept_page(site):
    import urllib.request

    def ask(cookie):
        request = urllib.request.Request(
            site.url + "/prices/", headers={"Cookie": cookie} if cookie else {}
        )
        with urllib.request.urlopen(request) as answer:
            return answer.headers["X-Cache"], answer.headers["Set-Cookie"], answer.read()

    ask("")
    plain, chosen = ask(""), ask("prices=BTC.ETH")
    assert chosen == plain
    assert plain[1] is None


def test_healthz_says_that_the_demo_has_sample_prices(site):
    assert json.loads(site.get("/healthz"))["prices"]["sample"] is True
