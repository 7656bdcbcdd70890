"""What word processors and pages put on the clipboard, pasted with Ctrl+V under the strict policy."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import sign_in

pytestmark = pytest.mark.xdist_group("journeys")
CLIPBOARD = Path(__file__).parent / "clipboard"
NAMES = sorted(
    path.stem for path in CLIPBOARD.glob("*.html") if not path.stem.endswith(".expected")
)


@pytest.fixture
def editor(open_context, site):
    context = open_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    page = context.new_page()
    sign_in(page, "editor")
    page.goto("/admin/articles/article/add/")
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_be_visible()
    return page


def paste(page, html: str, field: str = "#id_body") -> str:
    """What the form would send after Ctrl+V over everything."""
    page.evaluate(
        """html => navigator.clipboard.write([new ClipboardItem({
            'text/html': new Blob([html], {type: 'text/html'}),
            'text/plain': new Blob(['plain'], {type: 'text/plain'})})])""",
        html,
    )
    body = page.locator(".ProseMirror[contenteditable=true]")
    body.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")
    return page.locator(field).input_value()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_pasted_keeps_what_it_means(editor, name):
    pasted = paste(editor, (CLIPBOARD / f"{name}.html").read_text())
    expected = (CLIPBOARD / f"{name}.expected.html").read_text()
    assert bare(pasted) == bare(expected)


def test_a_picture_from_elsewhere_is_not_dropped_in_silence(editor):
    paste(editor, (CLIPBOARD / "google_docs.html").read_text())
    expect(editor.locator("[data-kept]")).to_contain_text("left out of what you pasted")


def test_what_an_advertiser_pastes_keeps_what_it_means(open_context, site):
    context = open_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    page = context.new_page()
    sign_in(page, "advertiser")
    page.goto("/partners/placements/new/sponsored/")
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_be_visible()
    pasted = paste(page, (CLIPBOARD / "google_docs.html").read_text(), "#id_text")
    assert "One <strong>two</strong><em> three</em>" in pasted
    expect(
        page.get_by_role("status").filter(has_text="left out of what you pasted")
    ).to_be_visible()


def test_the_browser_checks_the_spelling(editor):
    expect(editor.locator(".ProseMirror[contenteditable=true]")).not_to_have_attribute(
        "spellcheck", "false"
    )


def bare(html: str) -> str:
    """Without what the editor adds for itself."""
    html = re.sub(
        r' (?:colspan|rowspan)="1"| (?:target|rel|class|title|data-type)="[^"]*"', "", html
    )
    html = re.sub(r"</?colgroup>|<col[^>]*>| style=\"[^\"]*\"", "", html)
    return re.sub(r"\s*\n\s*", "", html).replace("<p></p>", "")
