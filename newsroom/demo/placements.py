"""The demo’s advertisers, with placements in every state, submitted and decided like any other."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.utils.text import slugify

from advertising.campaigns import review
from advertising.delivery.slots import SLOTS
from advertising.models import (
    Advertiser,
    Basis,
    Creative,
    CreativePicture,
    Placement,
    Product,
    Rate,
    Role,
)
from articles.models import Article, Section
from articles.publishing import workflow
from newsroom.demo import files, pictures

RATES = (
    (
        Product.SPONSORED,
        1800,
        "for 30 days",
        "Up to 1,200 words, one picture, links\n"
        "In its section’s list and on the front page\n"
        "Labelled on every surface, links tagged as sponsored",
    ),
    (
        Product.PRESS_RELEASE,
        450,
        "a release",
        "Published under your company’s name\n"
        "Listed in its section and in search\n"
        "Checked for identity and law, not edited for style",
    ),
    (
        Product.BANNER,
        14,
        "per 1,000 viewable",
        "970 × 250, 728 × 90, 300 × 250 and 320 × 50\nYou pay for views that were on screen for one second\n"
        "Still images or words only, no scripts",
    ),
    (
        Product.NEWSLETTER,
        620,
        "an issue",
        "One paid slot in each issue, never two\n60 words and one link\nLabelled with your name",
    ),
)

# Advertiser, title, slot, the headline and line on the picture, first and last day from today, what
# happens.
BANNERS = (
    (
        "Palisade Custody",
        "Two sets of keys",
        "top",
        "Two sets of keys",
        "Custody you can audit",
        -13,
        20,
        "approved",
    ),
    (
        "Palisade Custody",
        "Two sets of keys, large",
        "billboard",
        "Two sets of keys",
        "Custody that an auditor can read in an afternoon",
        -13,
        20,
        "approved",
    ),
    (
        "Larkspur Markets",
        "The book at 04:00",
        "rectangle",
        "The book at 04:00",
        "Order-book data, hour by hour",
        -6,
        24,
        "approved",
    ),
    (
        "Tidewater Analytics",
        "Reading room",
        "rectangle",
        "The reading room",
        "Every block, indexed twice",
        -2,
        28,
        "approved",
    ),
    (
        "Larkspur Markets",
        "Depth, in colour",
        "billboard",
        "Depth, in colour",
        "Seven venues on one screen",
        9,
        30,
        "approved",
    ),
    (
        "Palisade Custody",
        "The summer ledger",
        "top",
        "The summer ledger",
        "A custody report in plain words",
        -90,
        -60,
        "approved",
    ),
    (
        "Tidewater Analytics",
        "Year in blocks",
        "rectangle",
        "A year in blocks",
        "The annual review of indexed data",
        3,
        40,
        "submitted",
    ),
    (
        "Palisade Custody",
        "Guaranteed recovery",
        "rectangle",
        "Guaranteed recovery",
        "Keys that come back",
        5,
        20,
        "changes",
    ),
    (
        "Larkspur Markets",
        "Ten times the book",
        "top",
        "Ten times the book",
        "Leverage for everybody",
        5,
        20,
        "rejected",
    ),
    (
        "Palisade Custody",
        "Winter vault",
        "billboard",
        "The winter vault",
        "Cold storage, warm desk",
        12,
        40,
        "draft",
    ),
    (
        "Tidewater Analytics",
        "The autumn index",
        "top",
        "The autumn index",
        "What moved, block by block",
        -40,
        -1,
        "approved",
    ),
    (
        "Tidewater Analytics",
        "The autumn index, beside stories",
        "rectangle",
        "The autumn index",
        "What moved, block by block",
        -40,
        -1,
        "approved",
    ),
    (
        "Larkspur Markets",
        "Ten years of closes",
        "billboard",
        "Ten years of closes",
        "One chart, every session",
        -40,
        -1,
        "approved",
    ),
)


# How many viewable impressions were bought.
USUAL_GOAL = 60_000
GOALS = {
    "The autumn index": 260_000,
    "The autumn index, beside stories": 240_000,
    "Ten years of closes": 180_000,
    "Two sets of keys": 220_000,
    "Two sets of keys, large": 140_000,
    "Depth, in colour": 90_000,
}


def load(now: datetime) -> None:
    for position, (product, price, unit, details) in enumerate(RATES):
        values = {"price": price, "unit": unit, "details": details, "position": position}
        if product == Product.BANNER:
            values |= {"basis": Basis.THOUSAND, "section_surcharge": 10}
        Rate.objects.get_or_create(product=product, defaults=values)
    advertisers = load_advertisers()
    for row in BANNERS:
        if not Placement.objects.filter(title=row[1]).exists():
            load_banner(advertisers[row[0]], row, now)
    for text in files.texts("sponsored"):
        if not Article.objects.filter(slug=text.slug).exists():
            load_paid_article(advertisers[text.keys["advertiser"]], text, now)


def load_advertisers() -> dict[str, Advertiser]:
    user = get_user_model().objects.get(username="advertiser")
    found = {}
    for row in files.tables("people.toml")["advertiser"]:
        values = {"website": row["website"], "contact_email": row["email"]}
        advertiser, _ = Advertiser.objects.get_or_create(name=row["name"], defaults=values)
        found[row["name"]] = advertiser
    found["Palisade Custody"].members.add(user, through_defaults={"role": Role.OWNER})
    return found


def load_banner(advertiser: Advertiser, row: tuple[Any, ...], now: datetime) -> None:
    _, title, slot, headline, line, first, last, outcome = row
    placement = Placement.objects.create(
        advertiser=advertiser,
        product=Product.BANNER,
        title=title,
        slot=slot,
        starts_on=now.date() + timedelta(days=first),
        ends_on=now.date() + timedelta(days=last),
        goal=GOALS.get(title, USUAL_GOAL),
    )
    alt = f"{advertiser.name}: {headline}. {line}."
    creative = Creative.objects.create(
        placement=placement,
        version=1,
        headline=headline,
        target_url=f"{advertiser.website}/",
        alt=alt,
    )
    for size in SLOTS[slot].sizes:
        picture = pictures.BANNERS / f"{slugify(title)}-{size.name}.webp"
        name = f"{placement.pk}-{size.name}.webp"
        CreativePicture.objects.create(
            creative=creative, size=size.name, file=ContentFile(picture.read_bytes(), name)
        )
    decide(placement, outcome)


def decide(placement: Placement, outcome: str) -> None:
    if outcome == "draft":
        return
    review.submit(placement, by=None)
    if outcome == "approved":
        review.approve(placement, by=None)
    elif outcome == "changes":
        review.request_changes(
            placement, None, "Please take out “guaranteed”: nothing about keys is."
        )
    elif outcome == "rejected":
        review.reject(placement, None, "We do not run advertisements for leverage over 5×.")


def load_paid_article(advertiser: Advertiser, text: files.Text, now: datetime) -> None:
    """A paid article that ran before this system did: published with its own HTML, under the same
    label.
    """
    keys = text.keys
    article = Article.objects.create(
        kind=keys["kind"],
        section=Section.objects.get(slug=keys["section"]),
        title=keys["title"],
        slug=text.slug,
        standfirst=keys["standfirst"],
        body=text.html,
        hero=pictures.add(
            text.slug,
            keys["alt"],
            keys.get("caption", ""),
            f"Illustration: {advertiser.name}",
        ),
        paid_by=advertiser.name,
        disclosure=keys["disclosure"],
        comments_open=False,
    )
    workflow.publish(article, by=None, at=now - timedelta(days=keys["days_ago"]))
