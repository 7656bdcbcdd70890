"""Pictures on the desk: chosen by looking at them, and their focal point by clicking."""

import re

import pytest
from playwright.sync_api import expect

from ..factories import png
from .conftest import not_on_the_second_database, sign_in
from .test_desk import choose, upload

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("journeys"),
    not_on_the_second_database,
]
PICK = """words => {
  const found = document.querySelector(`[data-pick][data-alt="${words}"]`);
  setTimeout(() => found.click());
}"""
NEW_STORY = "/admin/articles/article/add/"


def shown(page):
    return page.locator("[data-picture-field=id_hero] img")


def library(page):
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Choose or upload a picture").click()
    popup.value.wait_for_load_state("load")
    return popup.value


def test_the_picture_of_a_story_is_chosen_by_looking_at_it(page):
    sign_in(page, "editor")
    upload(page, "A lighthouse at dusk")
    page.goto(NEW_STORY)
    expect(shown(page)).to_be_hidden()
    pictures = library(page)
    expect(pictures.locator('[data-pick][data-alt="A lighthouse at dusk"]')).to_be_visible()
    with pictures.expect_event("close"):
        # The click closes the window; a driver that still waits for its end would complain.
        pictures.evaluate(PICK, "A lighthouse at dusk")
    expect(shown(page)).to_be_visible()
    expect(page.locator("#id_hero")).to_have_value(re.compile(r"^\d+$"))
    expect(page.locator("#id_hero + .select2")).to_contain_text("A lighthouse at dusk")
    assert page.evaluate("document.querySelector('[data-picture-field] img').naturalWidth") > 0
    # Chosen from the list with search, it is shown, too; taken away, it is not.
    first = shown(page).get_attribute("src")
    choose(page, "hero", "engraving")
    expect(shown(page)).not_to_have_attribute("src", first)
    page.locator("#id_hero + .select2 .select2-selection__clear").click()
    expect(shown(page)).to_be_hidden()


def test_one_is_uploaded_on_the_way_and_saved_with_the_story(page):
    sign_in(page, "editor")
    page.goto(NEW_STORY)
    page.get_by_label("Headline").press_sequentially("The lamp was lit at four")
    page.locator("#id_section").select_option(label="Technology")
    pictures = library(page)
    pictures.locator("#id_file").set_input_files(
        {"name": "lamp.png", "mimeType": "image/png", "buffer": png(900, 600)}
    )
    pictures.locator("#id_alt").fill("A lamp behind glass")
    with pictures.expect_event("close"):
        pictures.get_by_role("button", name="Upload and use").click()
    expect(shown(page)).to_be_visible()
    page.locator("button[name=_continue]").click()
    expect(page.locator("#id_hero + .select2")).to_contain_text("A lamp behind glass")
    expect(shown(page)).to_be_visible()


def test_what_must_never_be_cut_off_is_clicked_on(page):
    sign_in(page, "editor")
    upload(page, "A pier in fog")
    page.goto("/admin/articles/image/?q=pier")
    page.locator("#result_list tbody a").first.click()
    whole = page.locator("[data-focal] img")
    box = whole.bounding_box()
    whole.click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.1})
    expect(page.locator("#id_focal_x")).to_have_value(re.compile("^(89|90|91)$"))
    expect(page.locator("#id_focal_y")).to_have_value(re.compile("^(9|10|11)$"))
    square = "document.querySelector('[data-crop=\"1200x1200\"]').style.objectPosition"
    assert page.evaluate(square).startswith("100% ")
    # By the keyboard the two numbers do the same.
    page.locator("#id_focal_x").fill("0")
    assert page.evaluate(square).startswith("0% ")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator("#id_focal_x")).to_have_value("0")
