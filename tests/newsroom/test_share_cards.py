"""The card of a shared link."""

import io
import re

import pytest
from django.conf import settings
from PIL import Image

from articles.discovery import metadata
from newsroom.pages import share_cards

from ..factories import (
    DraftArticleFactory,
    ImageFactory,
    PublishedArticleFactory,
    SponsoredArticleFactory,
)

pytestmark = pytest.mark.django_db


def card_of(client, story):
    page = client.get(story.get_absolute_url()).content.decode()
    return re.search(r'property="og:image" content="([^"]*)"', page)[1].removeprefix(
        settings.SITE_URL
    )


def test_a_story_without_a_picture_has_one_drawn_from_its_headline(client):
    story = PublishedArticleFactory(
        hero=None, title="Die Börse in Łódź: “fünf €” – und ein Satz, der nicht enden will"
    )
    response = client.get(card_of(client, story))
    assert response["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(response.content)) as card:
        assert card.size == (1200, 630)
    assert len(response.content) < 60_000
    assert "public" in response["Cache-Control"]


def test_a_new_headline_has_a_new_card_and_the_old_address_leads_there(client):
    story = PublishedArticleFactory(hero=None)
    before = card_of(client, story)
    story.title = "Another headline"
    story.save()
    after = card_of(client, story)
    assert after != before
    moved = client.get(before)
    assert (moved.status_code, moved["Location"]) == (302, after)


def test_what_is_paid_for_says_so_on_its_card(client):
    paid = SponsoredArticleFactory(hero=ImageFactory())
    address = card_of(client, paid)
    assert address.startswith("/share/")
    with Image.open(io.BytesIO(client.get(address).content)) as card:
        assert card.convert("RGB").getpixel((5, 5)) == (0xF5, 0xE5, 0xBD)


def test_nothing_is_drawn_of_what_is_not_out(client):
    draft = DraftArticleFactory()
    assert client.get(metadata.share_card(draft)).status_code == 404
    assert client.get("/share/99999999999999999999-1.png").status_code == 404


@pytest.mark.parametrize(
    "title", ["A", "word " * 60, "unbroken" * 40, "漢字と絵文字 🎉", "\u202eright to left"]
)
def test_every_headline_fits(title):
    size, lines = share_cards.fitted(title, 1056)
    assert len(lines) * size <= share_cards.HEADLINE_ROOM
    assert all(share_cards.length(line.removesuffix(" …"), "serif", size) <= 1056 for line in lines)
    assert share_cards.draw(title, "Policy", "Finality", is_paid=False)


def test_letters_of_europe_and_signs_of_money_are_drawn_not_boxed():
    for letter in "aZüóéñßÀÿ×€“”–…’ŁźŐ₿":
        font = share_cards.font_of("serif", share_cards.part_of("serif", letter), 40)
        assert bytes(font.getmask(letter)) != bytes(font.getmask(share_cards.NO_LETTER)), letter


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Fees fall → again 🚀", "Fees fall → again"),
        ("A family 👨‍👩‍👧 pays", "A family pays"),
        ("Łódź weighs", "Łódź weighs"),
        ("شبكة", ""),
        ("אבג", ""),
        ("🚀", ""),
    ],
)
def test_signs_that_no_font_has_are_left_out_and_letters_never(title, kept, monkeypatch):
    monkeypatch.setattr(share_cards, "installed_noto", dict)
    share_cards.part_of.cache_clear()
    found = share_cards.drawable(title)
    assert found in (kept, kept.replace("→ ", ""))


def test_a_headline_in_letters_that_nothing_here_draws_is_no_row_of_boxes(monkeypatch):
    monkeypatch.setattr(share_cards, "installed_noto", dict)
    share_cards.part_of.cache_clear()
    assert share_cards.drawable("比特币 → 🚀") == ""
    boxes = share_cards.draw("比特币 → 🚀", "Markets", "Finality", is_paid=False)
    assert boxes == share_cards.draw("Finality", "Markets", "Finality", is_paid=False)


def test_noto_draws_what_our_face_cannot(monkeypatch):
    """A stand-in for Noto: our own other face, under the name that Debian gives it."""
    sans = str(share_cards.FONTS / "finality-sans.woff2")
    monkeypatch.setattr(share_cards, "installed_noto", lambda: {"NotoSansCJK": sans})
    assert share_cards.noto("比") == sans
    assert share_cards.noto("か") == sans
    assert share_cards.noto("ก") == ""
