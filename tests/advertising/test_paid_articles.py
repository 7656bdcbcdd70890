"""Sponsored articles and press releases, as an advertiser submits them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advertising.campaigns import copy_text, review
from advertising.models import Placement, Rate

from ..factories import (
    SectionFactory,
)

pytestmark = pytest.mark.django_db


def article(**changes):
    today = timezone.now().date()
    data = {
        "section": SectionFactory().pk,
        "starts_on": str(today),
        "ends_on": str(today + timedelta(days=30)),
        "headline": "What an auditor wants",
        "text": "Every December an e-mail arrives.\n\n## What it asks\n\n" + "word " * 130,
        "target_url": "https://palisade.example/",
        "alt": "",
        "payer": "Palisade",
        "payment": "money",
        "rights": "on",
    }
    return {**data, **changes}


def test_a_sponsored_article_says_who_paid_and_how_much_by_its_price(client, advertiser):
    """Whatever amount somebody sends: the one of the order is what readers are told."""
    Rate.objects.create(product="sponsored", price="1800", unit="for 30 days", days=31)
    answer = client.post("/partners/placements/new/sponsored/", article(amount="$5"))
    creative = Placement.objects.get().latest_creative
    assert creative.disclosure == "Palisade paid $1,800 for this article."
    preview = client.get(answer["Location"].replace("check", "preview")).content.decode()
    assert "Palisade paid $1,800 for this article." in preview
    assert "<h2>What it asks</h2>" in preview
    assert 'data-slot="story"' not in preview


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"payment": ""}, "Choose the form of payment"),
        ({"payer": ""}, "Say who pays."),
        ({"section": ""}, "Choose the section it stands in."),
        ({"text": "Too short"}, "Write 120 to 1,200 words; this has 2."),
        ({"text": "word " * 1201}, "this has 1201."),
        ({"about_token": "Ledgercoin"}, "Choose the countries whose readers this is for"),
        ({"about_token": "Ledgercoin", "markets": ["uk"]}, "Name the firm authorised by the FCA"),
        ({"about_token": "Ledgercoin", "markets": ["eu"]}, "Add the address of the white paper"),
        ({"about_token": "Ledgercoin", "markets": ["mars"]}, "Select a valid choice"),
    ],
)
def test_what_a_paid_article_lacks_is_said(client, advertiser, changes, sentence):
    response = client.post("/partners/placements/new/sponsored/", article(**changes))
    assert response.status_code == 400
    assert sentence in response.content.decode()


@pytest.mark.parametrize(
    ("payment", "agreed", "sentence"),
    [
        ("money", None, "Palisade paid $450 for this press release."),
        ("tokens", None, "Palisade paid $450 in tokens for this press release."),
        ("money", "99.50", "Palisade paid $99.50 for this press release."),
        ("money", "0", "Palisade supplied this press release. Nobody paid for it."),
    ],
)
def test_what_was_agreed_is_what_readers_are_told(client, advertiser, payment, agreed, sentence):
    Rate.objects.create(product="press_release", price="450", unit="a release")
    client.post("/partners/placements/new/press_release/", article(payment=payment))
    release = Placement.objects.get()
    Placement.objects.update(agreed_price=agreed)
    review.submit(release, None)
    assert release.latest_creative.disclosure == sentence
    assert release.ends_on == release.starts_on + timedelta(days=30)


# --- With the editor
# --------------------------------------------------------------------------------

WRITTEN = (
    "<p>Every December an e-mail arrives.</p><h2>What it asks</h2>"
    "<ul><li>A <strong>list</strong></li></ul><p>{}</p>"
)


def test_what_the_editor_writes_is_kept_and_made_safe(client, advertiser, noon):
    html = WRITTEN.format(
        "word " * 130 + '<a href="https://palisade.example/a" onclick="x()">Read on</a>'
    )
    html += '<script>alert(1)</script><img src="https://evil.example/x.png"><iframe src="https://evil.example/"></iframe>'
    client.post("/partners/placements/new/sponsored/", article(text=html))
    placement = Placement.objects.get()
    creative = placement.latest_creative
    assert "<h2>What it asks</h2>" in creative.html
    assert "<strong>list</strong>" in creative.html
    for evil in ("script", "onclick", "img", "iframe", "alert"):
        assert evil not in creative.html
    assert "Read on" in creative.text
    client.post(f"/partners/placements/{placement.pk}/check/")
    review.approve(placement, None)
    placement.refresh_from_db()
    assert placement.article.standfirst == "Every December an e-mail arrives."
    page = client.get(placement.article.get_absolute_url()).content.decode()
    assert (
        '<a href="https://palisade.example/a" rel="sponsored nofollow noopener">Read on</a>' in page
    )
    # The form shows it again as it was written.
    assert "What it asks&lt;/h2&gt;" in client.get(placement.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("https://10.0.0.1/", "Use the name of a site, not a number."),
        ("https://user:pass@palisade.example/", "Take the user name out"),
        ("https://bit.ly/x", "a shortened one hides where it leads"),
        ("//evil.example/", "starts with https://"),
        ("/admin/", "starts with https://"),
    ],
)
def test_a_link_in_the_text_is_held_to_what_addresses_are_held_to(
    client, advertiser, link, sentence
):
    html = WRITTEN.format("word " * 130 + f'<a href="{link}">here</a>')
    response = client.post("/partners/placements/new/sponsored/", article(text=html))
    assert response.status_code == 400
    assert sentence in response.content.decode()


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "http://palisade.example/"]
)
def test_a_link_of_another_kind_is_taken_out(client, advertiser, link):
    html = WRITTEN.format("word " * 130 + f'<a href="{link}">here</a>')
    client.post("/partners/placements/new/sponsored/", article(text=html))
    assert link not in Placement.objects.get().latest_creative.html


def test_more_links_than_are_included_are_said_and_a_changed_link_is_a_difference(
    client, advertiser
):
    links = "".join(
        f'<a href="https://palisade.example/{number}">{number}</a> ' for number in range(5)
    )
    client.post(
        "/partners/placements/new/sponsored/", article(text=WRITTEN.format("word " * 130 + links))
    )
    placement = Placement.objects.get()
    page = client.get(f"/partners/placements/{placement.pk}/check/").content.decode()
    assert "There are 5 links in the text; 3 are included." in page
    client.post(f"/partners/placements/{placement.pk}/check/")
    review.approve(placement, None)
    changed = WRITTEN.format("word " * 130 + links.replace("/4", "/elsewhere"))
    client.post(placement.get_absolute_url(), article(text=changed))
    client.post(f"/partners/placements/{placement.pk}/check/")
    placement.refresh_from_db()
    found = copy_text.differences(placement.approved_creative, placement.newest_sent)
    assert [difference.label for difference in found] == ["Links in the text"]


@pytest.mark.parametrize(
    "text", ["<p></p>", "<p> <br> </p>", "<script>x</script>", "<p>&nbsp;</p>"]
)
def test_html_without_words_is_no_text(client, advertiser, text):
    response = client.post("/partners/placements/new/sponsored/", article(text=text))
    assert response.status_code == 400
