"""An editor writes and publishes; an advertiser submits and an editor approves."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from ..factories import png
from .conftest import sign_in, wait_for
from .test_freshness import WITHIN

# The journeys share one server, so they run in one process.
pytestmark = pytest.mark.xdist_group("journeys")


def picture(width, height, name="picture.png"):
    return {"name": name, "mimeType": "image/png", "buffer": png(width, height)}


def upload(page, words):
    page.goto("/admin/articles/image/add/")
    page.locator("#id_file").set_input_files(picture(1280, 800))
    page.get_by_label("Description").fill(words)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")


def choose(page, field, text):
    """Pick from one of the admin’s searching lists."""
    page.locator(f"#id_{field} + .select2, select[name='{field}'] + .select2").first.click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option", has_text=text).first.click()


def test_a_story_is_written_illustrated_and_published_and_is_there_at_once(page, site):
    problems = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    sign_in(page, "editor")
    upload(page, "A green field")
    page.goto("/admin/articles/article/add/")
    page.get_by_label("Headline").press_sequentially("The editor’s own test of the evening press")
    expect(page.locator("#id_slug")).to_have_value(re.compile("test-of-the-evening-press"))
    page.locator("#id_standfirst").fill(
        "It went through on the first attempt, which surprised nobody."
    )
    page.locator("#id_section").select_option(label="Technology")
    body = page.locator(".ProseMirror[contenteditable=true]")
    body.click()
    page.keyboard.type("The first paragraph was typed in the rich editor.")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Alt+2")
    page.keyboard.type("A heading")
    page.keyboard.press("Enter")
    page.keyboard.type("And [[BTC]] has its price.")
    choose(page, "hero", "A green field")
    choose(page, "bylines-0-author", "Ines Kalloway")
    page.locator("#id_article_coins-0-coin").select_option(label="Bitcoin (BTC)")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("The story is now published.")
    page.get_by_role("link", name="View on site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "The editor’s own test of the evening press"
    )
    expect(page.locator(".prose h2")).to_have_text("A heading")
    expect(page.locator(".prose .chip")).to_contain_text("BTC $97,412")
    expect(page.locator("figure img").first).to_have_attribute("alt", "A green field")
    wait_for(lambda: "test of the evening press" in site.get("/"), WITHIN)
    assert [problem for problem in problems if "Content Security Policy" in problem] == []


def test_a_placement_is_submitted_approved_and_shown(page, open_context, site):
    sign_in(page, "advertiser")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your placements")
    page.get_by_role("link", name="New placement").click()
    page.get_by_role("link", name=re.compile("Choose.*Banner")).click()
    page.get_by_label("Name of this placement").fill("The evening vault")
    page.get_by_label("Headline").fill("The evening vault")
    page.get_by_label("Landing page").fill("https://palisade.example/evening")
    page.get_by_label("Picture description").fill("A plain green vault door")
    page.get_by_label("Position").select_option(label="Rectangle, in and beside stories")
    page.get_by_label("300\u00a0×\u00a0250").set_input_files(picture(300, 250))
    page.get_by_label("Start date").fill(str(date.today()))
    page.get_by_label("End date").fill(str(date.today() + timedelta(days=7)))
    page.get_by_label("Viewable impressions").fill("20000")
    page.locator("#id_section").select_option(label="Opinion")
    expect(page.get_by_role("complementary", name="Preview and price")).to_contain_text("$308.00")
    page.get_by_label("We own or may use everything").check()
    page.get_by_role("button", name="Continue to preview and price").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_alt_text("A plain green vault door").first).to_be_attached()
    expect(page.get_by_role("main")).to_contain_text("$308.00")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.locator(".badge").first).to_have_text("In review")
    assert "A plain green vault door" not in site.get("/opinion/")

    desk = open_context().new_page()
    sign_in(desk, "adops")
    desk.goto("/admin/advertising/placement/?status__exact=submitted")
    desk.get_by_role("row", name=re.compile("The evening vault")).get_by_role(
        "link", name="Review"
    ).click()
    expect(desk.locator("img.creative-picture")).to_be_visible()
    desk.get_by_role("button", name="Approve this version").click()
    expect(desk.locator(".messagelist")).to_contain_text("approved")

    page.goto("/partners/placements/")
    expect(page.get_by_role("row", name=re.compile("The evening vault"))).to_contain_text("Running")
    reader = open_context(java_script_enabled=False).new_page()
    found = False
    for address in re.findall(r'href="?(/opinion/[a-z-]+/)', site.get("/opinion/")):
        reader.goto(address)
        if reader.get_by_alt_text("A plain green vault door").count():
            banner = reader.locator(
                "[data-slot=rectangle]", has=reader.get_by_alt_text("A plain green vault door")
            ).first
            expect(banner).to_contain_text("Advertisement, paid for by Palisade Custody")
            expect(banner.get_by_role("link")).to_have_attribute(
                "rel", "sponsored nofollow noopener"
            )
            found = True
            break
    assert found
    assert site.mail_to("advertiser@finality.example", says="approved")


def test_a_moderator_takes_a_comment_off_the_page(page, site):
    sign_in(page, "moderator")
    page.goto("/admin/comments/sitecomment/?q=barley")
    row = page.get_by_role("row", name=re.compile("In shipping, nobody will wait"))
    row.get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(label="Remove")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".messagelist")).to_contain_text("1 comment removed.")
    story = "/policy/nine-banks-agree-when-a-payment-is-over/"
    wait_for(lambda: "In shipping, nobody will wait" not in site.get(story), WITHIN)
