"""The faults that a program sees in a placement, with the sentence that its advertiser reads."""

import io
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from advertising.campaigns import checks, landing_pages, pinning, review, risk_warnings
from advertising.campaigns.pictures import clean_copy
from advertising.delivery import serving
from advertising.models import Creative, CreativePicture
from articles.media import decoder
from articles.models import Article, ArticleCoin

from ..factories import (
    AdvertiserFactory,
    CoinFactory,
    DraftBannerFactory,
    DraftPaidStoryFactory,
    SectionFactory,
    add_version,
    member_of,
    png,
    running_banner,
)

pytestmark = pytest.mark.django_db
MAKER = 0x010F  # what EXIF calls the maker of the camera
WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
TEXT = "Every December an e-mail arrives. " + "word " * 130


def found_in(text="", headline="Two sets of keys", **values):
    advertiser = AdvertiserFactory(website="https://palisade.example/")
    placement = DraftPaidStoryFactory(advertiser=advertiser)
    return {
        finding.rule: finding
        for finding in checks.check(add_version(placement, text=text, headline=headline, **values))
    }


def test_a_promise_and_a_wallet_are_two_reasons():
    found = found_in(f"Guaranteed 3 % a day. Send yours to {WALLET}.")
    assert {"promised returns", "rate of return", "wallet address"} <= set(found)
    assert found["promised returns"].sentence == "It promises a return: “guaranteed”."
    assert found["wallet address"].sentence == "There is a wallet address in it: 0x5aAeb6…eAed."


def test_a_wallet_with_one_wrong_newsletter_is_none():
    assert "wallet address" not in found_in(WALLET.replace("5aAe", "5AAe"))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You can’t lose with it.", "promised returns"),
        ("Gυaranteed by math.", "promised returns"),  # a Greek newsletter
        ("Up to 12 % APY.", "rate of return"),
        ("Returns of up to 40%.", "rate of return"),
        ("Trade with 20x leverage.", "leverage"),
        ("Ten for one: leverage up to 100×.", "leverage"),
        ("Please confirm your seed phrase.", "seed phrase"),
        ("We recover stolen crypto.", "recovery offer"),
        ("Connect your wallet to begin.", "wallet connection"),
        ("A free airdrop for you.", "giveaway"),
        ("Last chance: ends today.", "pressure"),
        ("Write to us on t.me/vault.", "messenger"),
        ("https://a.example https://b.example https://c.example https://d.example", "links"),
        ("See https://bit.ly/abc", "links"),
    ],
)
def test_what_we_turn_down_is_named(text, rule):
    assert rule in found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Custody fees are 0.3 % of what is held.",
        "Leverage of 3x is available to firms.",
        "In 2024, 12 % of days were quiet.",
        "The audit takes 12 hours. Our vault has 24 words on its door? No.",
        TEXT,
    ],
)
def test_plain_words_are_left_alone(text):
    assert not [finding for finding in found_in(text).values() if finding.holds]


def test_nothing_hides_behind_a_long_beginning():
    assert "promised returns" in found_in("x" * 5_000 + " it is guaranteed.")
    assert "promised returns" in found_in("a plain line\n" * 800 + "it is guaranteed.")


def test_the_checks_of_a_long_text_take_no_time():
    started = time.process_time()
    for nasty in (
        "1." * 6_000,
        "recover " * 1_500,
        "connect " * 1_500,
        "$" * 12_000,
        "@a " * 4_000,
        "1 " * 6_000,
    ):
        found_in(nasty)
    assert time.process_time() - started < 60


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("https://pa1isade.example/", "look-alike domain"),
        ("https://palisade-bonus.example/", "look-alike domain"),
        ("https://other.example/", "other domain"),
        ("https://app.palisade.example/", None),
    ],
)
def test_where_it_leads_is_compared_with_the_advertisers_own_site(address, rule):
    found = set(found_in(target_url=address)) & {"look-alike domain", "other domain"}
    assert found == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://palisade.example/", "starts with https://"),
        ("javascript:alert(1)", "starts with https://"),
        ("data:text/html,x", "starts with https://"),
        ("https://user:pass@palisade.example/", "user name"),
        ("https://palisade.example@evil.example/", "user name"),
        ("https://127.0.0.1/", "not a number"),
        ("https://10.0.0.1/", "not a number"),
        ("https://[::1]/", "not a number"),
        ("https://2130706433/", "not a number"),
        ("https://0x7f.1/", "not a number"),
        ("https://localhost/", "every reader can reach"),
        ("https://vault.internal/", "every reader can reach"),
        ("https://palisade.example:8443/", "usual port"),
        ("https://bit.ly/x", "shortened"),
        ("https://pаlisade.example/", "another alphabet"),  # a Cyrillic а
        ("https://xn--plisade-2fg.example/", "another alphabet"),
        ("https://palisade.example\\@evil.example/", "backslashes"),
        ("https://palisade.example/\n", "spaces"),
        ("https://[palisade.example/", "not an address"),
        ("https://palisade.example:99999/", "not an address"),
    ],
)
def test_an_address_that_hides_something_is_refused(address, sentence):
    with pytest.raises(ValidationError, match=sentence):
        landing_pages.check_target(address)


@pytest.mark.parametrize(
    "address",
    ["https://palisade.example/a?b=c#d", "https://müller.example/", "https://例え.example/"],
)
def test_honest_addresses_are_taken(address):
    landing_pages.check_target(address)


# --- What holds must be looked at ---------------------------------------------------------------


def submitted(**values):
    placement = DraftBannerFactory()
    add_version(placement, **values)
    review.submit(placement, None)
    return placement


def test_what_holds_is_not_approved_unless_somebody_looked(client):
    placement = submitted(headline="Guaranteed keys")
    assert [finding["rule"] for finding in placement.latest_creative.holding_findings] == [
        "promised returns"
    ]
    client.force_login(member_of("Ad desk"))
    address = f"/admin/advertising/placement/{placement.pk}/review/"
    page = client.get(address).content.decode()
    assert "It promises a return: “guaranteed”." in page
    client.post(address, {"decision": "approve", "version": "2"})
    placement.refresh_from_db()
    assert placement.status == "submitted"
    client.post(address, {"decision": "approve", "version": "2", "has_looked": "on"})
    placement.refresh_from_db()
    assert placement.status == "approved"


@pytest.mark.parametrize(
    ("payer", "rule"),
    [
        ("Larkspur  Markets", "look-alike name"),
        ("Lаrkspur Markets Ltd", "look-alike name"),
        ("The Publication", "our name"),
        ("Palisade Custody’s owner", ""),
    ],
)
def test_nobody_pays_under_the_name_of_another(payer, rule):
    AdvertiserFactory(name="Larkspur Markets")
    placement = DraftBannerFactory(advertiser__name="Palisade Custody")
    creative = add_version(placement, payer=payer)
    found = [finding.rule for finding in checks.check(creative) if "name" in finding.rule]
    assert found == ([rule] if rule else [])


def test_an_editor_sees_word_by_word_what_changed(client):
    placement = running_banner()
    add_version(placement, headline="Two sets of gold keys")
    review.submit(placement, None)
    client.force_login(member_of("Ad desk"))
    page = client.get(f"/admin/advertising/placement/{placement.pk}/review/").content.decode()
    assert "What changed since the approved version" in page
    assert "<ins>gold " in page or "<ins>gold" in page


# --- Pinned ---------------------------------------------------------------------------------------


def served():
    return [banner.placement for banner in serving.candidates().get("rectangle", [])]


def test_words_that_were_changed_behind_the_desk_are_not_served():
    placement = running_banner()
    assert served() == [placement]
    Creative.objects.filter(pk=placement.approved_creative_id).update(
        target_url="https://evil.example/"
    )
    placement.save()  # Whatever made the process read it anew.
    assert served() == []


def test_a_picture_that_was_changed_behind_the_desk_is_taken_off():
    placement = running_banner()
    picture = CreativePicture.objects.get(creative=placement.approved_creative)
    assert pinning.look_at_pictures.func() == 0
    with open(picture.file.path, "wb") as file:
        file.write(png(300, 250, "WEBP"))
    assert pinning.look_at_pictures.func() == 1
    assert served() == []


def test_approving_again_pins_again():
    placement = running_banner()
    add_version(placement, headline="Other keys")
    review.submit(placement, None)
    assert served() == [placement]
    review.approve(placement, None)
    placement.refresh_from_db()
    assert placement.approved_digest == placement.approved_creative.digest
    assert served() == [placement]


# --- About a token --------------------------------------------------------------------------------


def terms(**values):
    return risk_warnings.Terms(**{"token": "Ledgercoin", "markets": ["uk", "eu"], **values})


def test_each_market_asks_for_its_own():
    assert set(risk_warnings.missing(terms())) == {
        "approver",
        "white_paper_url",
        "issuer_phone",
        "issuer_email",
    }
    assert set(risk_warnings.missing(terms(markets=[]))) == {"markets"}
    assert risk_warnings.missing(terms(markets=["elsewhere"])) == {}
    assert risk_warnings.missing(risk_warnings.Terms("", [])) == {}


def test_the_warning_has_the_prescribed_words_of_each_market():
    both = terms(
        approver="Harbour Approvals Ltd",
        white_paper="https://l.example/wp",
        phone="+31 20 000",
        email="a@l.example",
    )
    words = risk_warnings.compose(both)
    assert risk_warnings.UK_WARNING in words
    assert "Approved for readers in the United Kingdom by Harbour Approvals Ltd." in words
    assert risk_warnings.EU_WARNING in words
    assert "https://l.example/wp" in words
    assert "can lose all of its value" in risk_warnings.compose(terms(markets=["us"]))
    assert risk_warnings.compose(risk_warnings.Terms("", ["uk"])) == ""


def about_a_token(**values):
    SectionFactory()
    placement = DraftPaidStoryFactory()
    add_version(
        placement, text=TEXT, headline="What a ledger is", about_token="Ledgercoin", **values
    )
    return placement


def test_a_piece_about_a_token_is_not_submitted_without_its_warnings():
    placement = about_a_token()
    with pytest.raises(ValidationError, match="Choose the countries"):
        review.submit(placement, None)


def test_the_warning_stands_on_the_page_and_in_the_feeds(client, noon):
    placement = about_a_token(markets=["elsewhere"])
    review.submit(placement, None)
    review.approve(placement, None)
    article = Article.objects.published().get()
    sentence = "Ledgercoin can lose all of its value."
    assert sentence in client.get(article.get_absolute_url()).content.decode()
    assert sentence in client.get("/feeds/rss/").content.decode()


def test_a_paid_story_about_a_coin_cannot_be_published_without_its_warning():
    placement = about_a_token(markets=["elsewhere"])
    review.submit(placement, None)
    review.approve(placement, None)
    article = Article.objects.get()
    ArticleCoin.objects.create(article=article, coin=CoinFactory())
    assert "risk_warning" not in article.missing()
    article.risk_warning = ""
    assert article.missing()["risk_warning"].startswith("Add the risk warning")


def test_a_banner_file_is_a_picture_and_nothing_else():
    for kind in ("PNG", "JPEG", "WEBP"):
        polyglot = ContentFile(
            png(300, 250, kind) + b"<script>alert(1)</script>PK\x03\x04", "a.png"
        )
        clean = clean_copy(polyglot).read()
        assert b"<script>" not in clean
        assert b"PK\x03\x04" not in clean


def test_a_banner_file_stays_see_through_and_the_right_way_up():
    see_through = Image.new("P", (300, 250))
    see_through.putpalette([255, 0, 0, 0, 0, 255])
    turned = Image.new("RGB", (300, 250))
    exif = Image.Exif()
    exif[decoder.ORIENTATION], exif[MAKER] = 6, "A camera"
    for picture, kind, options in (
        (see_through, "PNG", {"transparency": 0}),
        (turned, "JPEG", {"exif": exif}),
    ):
        buffer = io.BytesIO()
        picture.save(buffer, kind, **options)
        clean = Image.open(clean_copy(ContentFile(buffer.getvalue(), "a")))
        if kind == "PNG":
            assert clean.convert("RGBA").getpixel((0, 0))[3] == 0
        else:
            assert dict(clean.getexif()) == {decoder.ORIENTATION: 6}
