"""Writing on the desk in a real browser: nothing typed is lost, two editors are told apart, a draft
is shown around.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from ..factories import png
from .conftest import sign_in, wait_for
from .test_freshness import FIND, WITHIN, Elsewhere

# The journeys share one server, so they run in one process.
pytestmark = pytest.mark.xdist_group("journeys")

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><!--StartFragment-->
<p class="MsoNormal" style="margin:0cm"><b><span style="font-family:Calibri;color:red">The clause</span></b>
<span style="mso-spacerun:yes"> </span>was short.<o:p></o:p></p><h2 style="color:#2E74B5">A gap</h2>
<ul><li class="MsoListParagraph">One</li><li>Two</li></ul><script>alert(1)</script><!--EndFragment--></body></html>"""


@pytest.fixture
def draft(site) -> Iterator[int]:
    """A draft of two sentences; its number."""
    elsewhere = Elsewhere(site)
    code = """
import uuid
slug = f"draft-{uuid.uuid4().hex[:8]}"
story = Article.objects.create(section=first.section, title="The evening clause", slug=slug, standfirst="Agreed.",
                               body="<p>It is short. It was agreed.</p>", hero=first.hero)
Byline.objects.create(article=story, author=first.authors.first())
from articles.publishing import revisions
revisions.keep(story, None)
result = story.pk
"""
    yield elsewhere.do(FIND + code)
    elsewhere.stop()


def editor_of(page, draft, typed=""):
    page.goto(f"/admin/articles/article/{draft}/change/{typed}")
    body = page.locator(".ProseMirror[contenteditable=true]")
    expect(body).to_be_visible()
    return body


def test_what_was_typed_survives_the_browser(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    expect(page.locator("[data-words]")).to_have_text("6 words, 1 min read.")
    body.press("Control+End")
    page.keyboard.type(" And then the power went.")
    page.locator("#id_standfirst").focus()  # On leaving a field it is kept.
    expect(page.locator("[data-kept]")).to_contain_text("Autosaved")
    page.context.close()

    again = open_context().new_page()
    sign_in(again, "editor")
    editor_of(again, draft)
    expect(again.get_by_role("heading", name="Unsaved text")).to_be_visible()
    again.get_by_role("link", name="Restore").click()
    expect(again.locator(".ProseMirror[contenteditable=true]")).to_contain_text(
        "And then the power went."
    )
    again.locator("button[name=_continue]").click()
    expect(again.locator(".ProseMirror[contenteditable=true]")).to_contain_text(
        "And then the power went."
    )
    assert again.get_by_role("heading", name="Unsaved text").count() == 0


def test_signed_out_while_writing_nothing_is_lost(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    body.press("Control+End")
    page.keyboard.type(" A zebra crossed.")
    page.locator("#id_standfirst").focus()
    expect(page.locator("[data-kept]")).to_contain_text("You are signed out.")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in a new window").click()
    sign_in(opened.value, "editor")  # With it comes another token.
    opened.value.close()
    page.locator("#id_standfirst").fill("It was seen.")
    page.locator("#id_title").focus()
    expect(page.locator("[data-kept]")).to_contain_text("Autosaved")
    page.locator("button[name=_continue]").click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_contain_text("A zebra crossed.")
    assert cookies


def test_saved_while_signed_out_it_is_sent_again(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    page.context.clear_cookies(name="sessionid")
    body.press("Control+End")
    page.keyboard.type(" A zebra crossed.")
    page.locator("button[name=_continue]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="sign in in a new window").click()
    sign_in(opened.value, "editor")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This form has expired")
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_contain_text("A zebra crossed.")


def test_what_only_the_browser_has_is_offered_when_it_comes_back(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    page.route("**/autosave/", lambda route: route.abort())
    body.press("Control+End")
    page.keyboard.type(" A zebra crossed.")
    page.locator("#id_standfirst").focus()
    expect(page.locator("[data-kept]")).to_contain_text("The server does not answer.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/admin/")
    page.unroute("**/autosave/")
    editor_of(page, draft)
    page.get_by_role("link", name="Restore it").click()
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_contain_text("A zebra crossed.")
    page.locator("button[name=_continue]").click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    editor_of(page, draft)
    page.wait_for_timeout(500)
    expect(page.get_by_role("link", name="Restore it")).to_have_count(0)
    expect(page.get_by_role("heading", name="Unsaved text")).to_have_count(0)


def test_two_new_stories_in_two_tabs_are_kept_apart_and_a_key_discards_neither(open_context, site):
    context = open_context()
    alpha, beta = context.new_page(), context.new_page()
    sign_in(alpha, "admin")
    for page, title in ((alpha, "Alpha"), (beta, "Beta")):
        page.goto("/admin/articles/article/add/")
        page.keyboard.type(title)  # The headline has the focus.
        page.locator("#id_standfirst").focus()
        expect(page.locator("[data-kept]")).to_contain_text("Autosaved")
    alpha.goto("/admin/articles/article/add/")
    alpha.keyboard.type("Two words")
    expect(alpha.locator("#id_title")).to_have_value("Two words")
    for title in ("Alpha", "Beta"):
        expect(alpha.locator(".desk-typed")).to_contain_text(f"“{title}”")
    alpha.get_by_role("button", name="Discard").first.click()
    alpha.locator(".desk-typed").get_by_role("button", name="Undo").click(timeout=30_000)
    expect(alpha.locator(".desk-typed").get_by_role("button", name="Undo")).to_have_count(
        0, timeout=20_000
    )
    for title in ("Alpha", "Beta"):
        expect(alpha.locator(".desk-typed")).to_contain_text(f"“{title}”")


def test_control_s_saves(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    body.press("Control+End")
    page.keyboard.type(" Saved by a key.")
    page.keyboard.press("Control+s")
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_contain_text("Saved by a key.")


def test_the_second_of_two_editors_is_told_and_chooses(open_context, draft):
    first, second = open_context().new_page(), open_context().new_page()
    sign_in(first, "editor")
    sign_in(second, "admin")
    for page in (first, second):
        editor_of(page, draft)
    first.get_by_label("Headline").fill("The evening paragraph")
    first.locator("button[name=_continue]").click()
    expect(first.locator(".messagelist")).to_contain_text("was changed successfully")
    second.get_by_label("Headline").fill("The evening sentence")
    second.locator("button[name=_continue]").click()
    alert = second.get_by_role("alert").filter(has_text="Two people changed the same")
    expect(alert.locator(".desk-difference del")).to_have_text(["clause", "clause"])
    expect(alert.locator(".desk-difference ins")).to_have_text(["paragraph", "sentence"])
    expect(second.get_by_label("Headline")).to_have_value("The evening sentence")
    alert.get_by_role("button", name="Save mine over version 2").click()
    second.goto(f"/admin/articles/article/{draft}/versions/")
    expect(second.locator(".desk-table tbody tr")).to_have_count(3)
    second.locator(".desk-table").get_by_role("link", name="2", exact=True).click()
    expect(second.locator(".desk-difference ins")).to_have_text("paragraph")


def test_a_draft_is_shown_around_by_a_link_that_can_be_revoked(open_context, site, draft):
    page = open_context().new_page()
    problems = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    sign_in(page, "editor")
    page.goto(f"/admin/articles/article/{draft}/preview/")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("The evening clause")
    wide = page.locator("iframe").bounding_box()["width"]
    page.get_by_label("Phone, 390").check()
    assert page.locator("iframe").bounding_box()["width"] < wide / 3
    page.get_by_role("button", name="Make a link").click()
    address = page.locator(".desk-links input[readonly]").input_value()
    assert [problem for problem in problems if "Content Security Policy" in problem] == []

    stranger = open_context().new_page()
    stranger.goto(address)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("The evening clause")
    expect(stranger.get_by_role("note")).to_contain_text("This story is not out.")
    assert stranger.context.cookies() == []
    page.get_by_role("button", name="Revoke").click()
    assert stranger.goto(address).status == 404


def test_the_preview_follows_what_is_typed(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Preview and share").click()
    preview = opened.value
    expect(preview.frame_locator("iframe").locator(".prose")).to_contain_text("It was agreed.")
    body.press("Control+End")
    page.keyboard.type(" And seen at once.")
    page.locator("#id_standfirst").focus()
    expect(preview.frame_locator("iframe").locator(".prose")).to_contain_text("And seen at once.")


def test_what_is_pasted_from_word_arrives_clean(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    body.press("Control+A")
    body.evaluate(
        """(editor, html) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            editor.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        WORD,
    )
    expect(body.locator("h2")).to_have_text("A gap")
    page.locator("button[name=_continue]").click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    stored = page.locator("#id_body").input_value()
    assert "<strong>The clause</strong>" in stored
    assert "<h2>A gap</h2>" in stored
    assert stored.count("<li>") == 2
    assert [
        word for word in ("Mso", "style", "<o:", "span", "alert", "font") if word in stored
    ] == []


def test_a_story_goes_from_draft_to_correction(open_context, site, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    editor_of(page, draft)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.locator(".messagelist")).to_contain_text("The story is now in review.")
    page.goto("/admin/")
    expect(page.get_by_role("link", name=re.compile("stories in review"))).to_be_visible()
    editor_of(page, draft)
    page.get_by_text("Schedule…").click()
    page.get_by_label("Publish at (UTC)").fill("2030-01-01T09:00")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text(
        "Scheduled for 01 January 2030, 09:00 UTC."
    )
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator(".messagelist")).to_contain_text("The story is now published.")
    page.get_by_text("Add another Correction").click()
    page.locator("#id_corrections-0-text").fill("It was agreed twice.")
    page.locator("button[name=_continue]").click()
    page.get_by_role("link", name="View on site").click()
    expect(page.locator("#corrections")).to_contain_text("It was agreed twice.")
    wait_for(lambda: "It was agreed twice." in site.get("/corrections/"), WITHIN)


def test_a_picture_is_found_and_uploaded_without_leaving_the_text(open_context, site, draft):
    page = open_context().new_page()
    problems = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    sign_in(page, "editor")
    body = editor_of(page, draft)
    body.press("Control+End")
    page.keyboard.press("Enter")
    page.locator(".prose-menubar").get_by_title("figure").first.click()
    dialog = page.locator("dialog")
    with page.expect_popup() as popup:
        dialog.get_by_role("button", name="Browse").click()
    picker = popup.value
    picker.locator("#id_file").set_input_files(
        {"name": "field.png", "mimeType": "image/png", "buffer": png(900, 600)}
    )
    picker.locator("#id_alt").fill("A field at noon")
    picker.locator("#id_caption").fill("The field.")
    with picker.expect_event("close"):
        picker.get_by_role("button", name="Upload and use").click()
    expect(dialog.locator("input[name=altText]")).to_have_value("A field at noon")
    dialog.get_by_role("button", name="Insert").click()
    expect(body.locator("figure img")).to_have_attribute("alt", "A field at noon")
    page.locator("button[name=_continue]").click()
    expect(page.locator(".ProseMirror figure figcaption")).to_have_text("The field.")
    elsewhere = Elsewhere(site)
    stored = elsewhere.do(FIND + f"result = Article.objects.get(pk={draft}).body")
    elsewhere.stop()
    assert re.search(r'<img [^>]*data-file="\d+"', stored)
    assert [problem for problem in problems if "Content Security Policy" in problem] == []


def test_quotes_are_set_as_they_are_printed_but_in_code(open_context, draft):
    page = open_context().new_page()
    sign_in(page, "editor")
    body = editor_of(page, draft)
    body.press("Control+End")
    page.keyboard.type(""" "It's the banks' own," she said ('so be it').""")
    expect(body).to_contain_text("“It’s the banks’ own,” she said (‘so be it’).")
    page.keyboard.press("Enter")
    page.keyboard.type('"New" line')
    expect(body).to_contain_text("“New” line")
    page.keyboard.press("Enter")
    page.keyboard.type("``` ")
    page.keyboard.type('say "it"')
    expect(body).to_contain_text('say "it"')
    headline = page.get_by_label("Headline")
    headline.fill("")
    headline.press_sequentially('"Slow" isn\'t free')
    expect(headline).to_have_value("“Slow” isn’t free")
    page.locator("[name=_continue]").click()
    expect(page.get_by_label("Headline")).to_have_value("“Slow” isn’t free")
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_contain_text("“It’s the banks’")
