"""The front page on the desk: arranged with the mouse, with keys, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from .conftest import not_on_the_second_database, sign_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("journeys"),
    not_on_the_second_database,
]
BOARD = "/admin/articles/frontpick/"


def title(page, place):
    return page.locator(f"[data-place='{place}'] [data-title]")


def clear(page):
    """Let every place fill itself again."""
    page.goto(BOARD)
    for place in range(1, 9):
        page.locator(f"[data-place='{place}'] details").evaluate(
            "details => { details.open = true }"
        )
        page.locator(f"#place-{place}").select_option("")
    page.get_by_role("button", name="Publish changes").click()
    expect(page.get_by_text("The front page is changed")).to_be_visible()


def test_a_story_is_dragged_to_the_top_and_undone(page):
    sign_in(page, "editor")
    page.goto(BOARD)
    before = title(page, 1).text_content()
    second = title(page, 2).text_content()
    page.locator("[data-place='2'] .board-handle").hover()
    page.mouse.down()
    page.locator("[data-place='1'] h2").hover()
    page.mouse.up()
    expect(title(page, 1)).to_have_text(second)
    # The newest, which led, fills the first place that is free.
    expect(title(page, 2)).to_have_text(before)
    expect(page.locator("[data-changes]")).to_have_text("Changed, not live yet.")
    assert lead_text(page) == before
    page.goto(BOARD)
    page.locator("[data-place='2'] .board-handle").focus()
    for key in ("Space", "ArrowUp", "Space"):
        page.keyboard.press(key)
    expect(page.locator("[data-said]")).to_contain_text("is on Lead")
    page.get_by_role("button", name="Publish changes").click()
    expect(page.get_by_text("The front page is changed")).to_be_visible()
    assert lead_text(page) == second
    page.goto(BOARD)
    page.get_by_role("button", name="Undo the last change").click()
    expect(title(page, 1)).to_have_text(before)


def lead_text(page):
    reader = page.context.browser.new_context(base_url=page.url.split("/admin")[0])
    opened = reader.new_page()
    opened.goto("/")
    text = opened.locator(".front h2").first.text_content().strip()
    reader.close()
    return text


def test_without_javascript_it_is_chosen_from_a_list(page, browser):
    sign_in(page, "editor")
    plain = browser.new_context(
        base_url=page.url.split("/admin")[0],
        java_script_enabled=False,
        storage_state=page.context.storage_state(),
    )
    opened = plain.new_page()
    opened.goto(BOARD)
    opened.locator("[data-place='3'] summary").click()
    chosen = opened.locator("#place-3 option").nth(5)
    value, words = chosen.get_attribute("value"), chosen.text_content()
    opened.locator("#place-3").select_option(value)
    opened.get_by_role("button", name="Publish changes").click()
    expect(opened.locator("[data-place='3'] [data-title]")).to_have_text(words)
    plain.close()
    clear(page)
