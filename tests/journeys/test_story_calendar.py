"""The calendar of stories in a browser: dragged with the mouse, moved by its field with keys."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from .conftest import not_on_the_second_database, sign_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("journeys"),
    not_on_the_second_database,
]


def test_a_plan_is_dragged_to_another_day_and_moved_on_with_keys(page):
    sign_in(page, "editor")
    monday = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    day = [f"{monday + timedelta(days=ahead):%Y-%m-%d}" for ahead in range(7)]
    page.goto(f"/admin/articles/article/calendar/?from={day[0]}")
    page.get_by_label("Headline").fill("The walrus that was planned")
    page.get_by_label("Section").select_option(label="Markets")
    page.get_by_label("Day").fill(day[1])
    page.get_by_role("button", name="Plan", exact=True).click()
    story = page.get_by_role("article").filter(has_text="The walrus that was planned")
    expect(page.locator(f"[data-day='{day[1]}']").filter(has=story)).to_be_visible()
    story.drag_to(page.locator(f"[data-day='{day[4]}']"))
    expect(page.locator(f"[data-day='{day[4]}'] .event a")).to_have_text(
        "The walrus that was planned"
    )
    story.locator("summary").focus()
    page.keyboard.press("Enter")
    story.get_by_label("Move to").fill(day[2])
    story.get_by_role("button", name="Move").press("Enter")
    expect(page.locator(f"[data-day='{day[2]}'] .event a")).to_have_text(
        "The walrus that was planned"
    )
