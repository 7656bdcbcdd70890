"""A reader reads, comments, answers and asks for the newsletter: with JavaScript, without it, by
keyboard alone.
"""

import re

import pytest
from playwright.sync_api import expect

from .conftest import sign_in, wait_for

# The journeys share one server, so they run in one process.
pytestmark = pytest.mark.xdist_group("journeys")

LEAD = "/policy/nine-banks-agree-when-a-payment-is-over/"


def fill_comment(page, name, text):
    form = page.locator("#comment-form")
    form.get_by_label("Name").fill(name)
    form.get_by_label("E-mail", exact=False).first.fill(f"{name.lower()}@readers.example")
    form.get_by_role("textbox", name="Comment").fill(text)


def test_from_the_front_page_to_a_conversation(page):
    page.goto("/")
    expect(page.locator(".ticker [data-symbol]")).to_have_count(17)
    expect(page.locator(".ticker time[datetime]").first).to_have_text("20 November 2026")
    page.get_by_role(
        "link", name="Nine clearing banks agree on the minute a payment is over"
    ).first.click()
    expect(page.locator("#comments h2").first).to_contain_text("thoughts on “Nine clearing banks")
    expect(page.locator("article[data-sponsored]")).to_have_count(0)
    page.goto("/markets/")
    page.get_by_role("link", name="What an auditor wants to see in a custody report").first.click()
    expect(page.locator("article[data-sponsored]")).to_contain_text("Paid for by Palisade Custody")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_strangers_comment_is_confirmed_from_the_mail_and_appears(open_context, site, javascript):
    page = open_context(java_script_enabled=javascript).new_page()
    name, text = (
        ("Hollis", "Who audits the courier?")
        if javascript
        else ("Perpetua", "Nine is an odd number.")
    )
    page.goto(LEAD)
    fill_comment(page, name, text)
    page.get_by_role("button", name="Post this comment").click()
    if not javascript:
        expect(page.get_by_role("heading", level=1)).to_have_text("Read it once more")
        page.get_by_role("button", name="Post this comment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    assert text not in site.get(LEAD)
    page.goto(site.link_to(f"{name.lower()}@readers.example", "/comments/confirm/"))
    page.get_by_role("button", name="Publish my comment").click()
    expect(page).to_have_url(re.compile(r"#c\d+$"))
    comment = page.locator(f".comment{re.search('#c[0-9]+$', page.url)[0]}")
    expect(comment.locator(".comment-body")).to_have_text(text)
    expect(comment).to_be_in_viewport()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reply_says_whom_it_answers_and_stands_under_it(open_context, javascript):
    page = open_context(java_script_enabled=javascript).new_page()
    sign_in(page, "moderator")
    page.goto(LEAD)
    answered = page.locator(".comment", has_text="quorum_of_one").first
    number = answered.get_attribute("id")[1:]
    answered.get_by_role("link", name="Reply to quorum_of_one").click()
    expect(page.locator("[data-answers]")).to_contain_text("You answer quorum_of_one")
    text = f"A fair price, {javascript}."
    if javascript:
        expect(page.locator(f"li:has(> #c{number}) > #respond")).to_be_in_viewport()
        expect(page.locator("[data-known]")).to_contain_text("You write as moderator.")
        page.locator("#comment-form").get_by_role("textbox", name="Comment").fill(text)
    else:
        fill_comment(page, "Moderator", text)
    page.get_by_role("button", name="Post this comment").click()
    if not javascript:
        page.get_by_role("button", name="Post this comment").click()
    expect(
        page.locator(f"li:has(> #c{number}) > details > ol .comment-body", has_text=text)
    ).to_be_visible()
    expect(page.locator(".comment", has_text=text).locator(".staff").first).to_have_text("Staff")


def test_what_is_wrong_is_said_beside_the_words(open_context):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(LEAD)
    page.locator("#comment-form").evaluate("form => form.noValidate = true")
    page.locator("#comment-form").get_by_role("textbox", name="Comment").fill("My words stay.")
    page.get_by_role("button", name="Post this comment").click()
    expect(page.get_by_role("alert")).to_contain_text("Tell us what to call you.")
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("My words stay.")


LOOKED_AT = 2_200  # milliseconds: as long as a person takes


ROBOTS = """
from django.utils import timezone
from newsletter.models import Subscriber
Subscriber.objects.bulk_create(
    Subscriber(email=f"robot{n}@readers.example", key=f"robot{n}", asked_at=timezone.now()) for n in range(201))
"""


@pytest.mark.parametrize("javascript", [True, False])
def test_the_newsletter_is_asked_for_confirmed_and_left(open_context, site, javascript):
    page = open_context(java_script_enabled=javascript).new_page()
    address = f"newsletter-{javascript}@readers.example".lower()
    page.goto(LEAD)
    page.get_by_role("link", name="Sign up, it’s free").click()
    page.get_by_label("E-mail address").fill(address)
    page.wait_for_timeout(LOOKED_AT)
    page.get_by_role("button", name="Send me the newsletter").click()
    if not javascript:  # One more page has the ticket that a script would have fetched.
        page.wait_for_timeout(LOOKED_AT)
        page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    page.goto(site.link_to(address, "/newsletter/confirm/"))
    page.get_by_role("button", name="Send me the newsletter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")
    page.goto(site.link_to(address, "/newsletter/leave/"))
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have unsubscribed")


def test_the_theme_and_the_paused_strip_are_remembered(page):
    page.goto("/")
    page.get_by_role("link", name="Colour theme").click()
    chosen = page.locator("html").get_attribute("data-theme")
    assert chosen == "dark"
    page.locator("#tick").focus()
    page.keyboard.press("Space")
    page.goto("/prices/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#tick")).to_be_checked()
    running = "getComputedStyle(document.querySelector('.ticker__run')).animationPlayState"
    assert page.evaluate(running) == "paused"


def test_the_strip_stands_still_where_motion_is_reduced(open_context):
    page = open_context(reduced_motion="reduce").new_page()
    page.goto("/")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.ticker__run')).animationName")
        == "none"
    )
    expect(page.locator(".ticker ul[aria-hidden]")).to_be_hidden()


def test_the_strip_runs_without_a_seam(page):
    """The second list begins where the first ends, and a turn moves both by the width of one."""
    page.goto("/")
    edges = page.evaluate(
        "[...document.querySelectorAll('.ticker ul')].map(list => list.getBoundingClientRect())"
        ".map(box => [box.left, box.width])"
    )
    (first, width), (second, other) = edges
    assert abs(width - other) < 0.5
    assert abs(second - first - width) < 0.5
    turn = "new DOMMatrix(getComputedStyle(document.querySelector('.ticker__run')).transform).m41"
    page.evaluate(
        "() => { const [run] = document.querySelector('.ticker__run').getAnimations();"
        " run.pause(); run.currentTime = 69_999.9; }"
    )
    assert abs(page.evaluate(turn) + width) < 1


def test_by_keyboard_alone_from_the_skip_link_to_the_story(page):
    page.goto(LEAD)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the story")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the story")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_everything_reads_without_javascript(open_context):
    page = open_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}
    ).new_page()
    for address in (
        "/",
        "/markets/",
        LEAD,
        "/prices/",
        "/prices/bitcoin/",
        "/search/?q=ledger",
        "/advertise/",
    ):
        assert page.goto(address).status == 200
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("link", name="SUI")).to_have_count(1)
    page.get_by_text("Show all 17 coins").click()
    expect(page.locator(".market").get_by_role("link", name="SUI")).to_be_visible()


def test_reading_sets_no_cookie_and_calls_nobody_else(open_context, site):
    context = open_context()
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/", "/policy/", LEAD, "/prices/bitcoin/", "/search/?q=ledger"):
        page.goto(address, wait_until="networkidle")
    assert context.cookies() == []
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []
    wait_for(lambda: len(asked) > 10)
