"""The content of an issue: its stories in their order, prices, most discussed, corrections and the
sponsor slot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from advertising.campaigns import pinning
from advertising.models import Creative, Placement, Product
from articles import body
from articles.discovery import search_terms
from articles.models import Article, Byline
from articles.publishing import holdings
from newsletter.models import Issue, Item, Newsletter
from ticker.models import Coin
from ticker.presentation import numbers, shown_prices

MOST_PRICES = 4
PAID_AFTER = 2  # stories under the lead


@dataclass(frozen=True)
class Story:
    """A story, or a correction to one: `kicker` is what stands over it."""

    kind: str
    kicker: str
    article: Article
    headline: str
    text: str
    held: str = ""  # what its authors declared to hold
    anchor: str = ""

    @property
    def path(self) -> str:
        return self.article.get_absolute_url() + self.anchor


@dataclass(frozen=True)
class PriceLine:
    symbol: str
    price: str
    change: str
    direction: str  # up, down or nothing


@dataclass(frozen=True)
class Prices:
    rows: Sequence[PriceLine] = ()
    as_of: datetime | None = None
    source: str = ""  # as its terms want it to be named
    source_url: str = ""

    def __bool__(self) -> bool:
        return bool(self.rows)

    def as_json(self) -> dict[str, Any]:
        rows = [[each.symbol, each.price, each.change, each.direction] for each in self.rows]
        as_of = self.as_of.isoformat() if self.as_of else ""
        return {"rows": rows, "as_of": as_of, "source": self.source, "source_url": self.source_url}

    @classmethod
    def from_json(cls, kept: Any) -> "Prices":
        if not kept:
            return cls()
        as_of = datetime.fromisoformat(kept["as_of"]) if kept["as_of"] else None
        return cls(
            [PriceLine(*row) for row in kept["rows"]], as_of, kept["source"], kept["source_url"]
        )


@dataclass(frozen=True)
class Sponsor:
    """The paid place. What is printed is the copy that an editor approved."""

    placement: Placement
    creative: Creative

    @property
    def payer(self) -> str:
        return self.creative.payer or self.placement.advertiser.name


@dataclass(frozen=True)
class Contents:
    issue: Issue
    stories: Sequence[Story] = ()
    discussed: Sequence[Story] = ()
    corrections: Sequence[Story] = ()
    prices: Prices = field(default_factory=Prices)
    sponsor: Sponsor | None = None

    @property
    def lead(self) -> Story | None:
        return self.stories[0] if self.stories else None

    @property
    def before_sponsor(self) -> Sequence[Story]:
        return self.stories[1 : 1 + PAID_AFTER]

    @property
    def after_sponsor(self) -> Sequence[Story]:
        return self.stories[1 + PAID_AFTER :]

    @property
    def is_empty(self) -> bool:
        """No story: not worth a mail."""
        return not self.stories

    @property
    def subject(self) -> str:
        return self.issue.readable_subject or (
            self.lead.headline if self.lead else str(self.issue.newsletter)
        )

    @property
    def preheader(self) -> str:
        if written := self.issue.preheader or self.issue.newsletter.preview_text:
            return written
        counts = [
            _number(len(self.stories), "story", "stories"),
            _number(len(self.corrections), "correction"),
        ]
        sentence = " and ".join(filter(None, counts))
        if not self.prices:
            return f"{sentence}." if sentence else ""
        first = self.prices.rows[0]
        change = f", {first.change} in a day" if first.change else ""
        return f"{sentence}. {first.symbol} {first.price}{change}."

    @property
    def minutes(self) -> int:
        own = map(body.plain_text, (self.issue.intro, self.issue.closing))
        texts = [
            f"{each.headline} {each.text}"
            for each in (*self.stories, *self.discussed, *self.corrections)
        ]
        return search_terms.reading_minutes(len(" ".join([*own, *texts]).split()))


def contents_of(issue: Issue) -> Contents:
    """Return what may be read of an issue now: unpublished and future stories are not in it. Six
    queries.
    """
    found = [
        _story(item)
        for item in _items(issue)
        if item.article.is_public and not item.article.is_paid
    ]
    by_kind = {kind: [story for story in found if story.kind == kind] for kind in Item.Kind}
    return Contents(
        issue=issue,
        stories=by_kind[Item.Kind.STORY],
        discussed=by_kind[Item.Kind.DISCUSSED],
        corrections=by_kind[Item.Kind.CORRECTION],
        prices=Prices.from_json(issue.prices) if issue.started_at else prices_for(issue.newsletter),
        sponsor=sponsor_of(issue),
    )


def _items(issue: Issue) -> Iterable[Item]:
    bylines = Prefetch("article__bylines", Byline.objects.select_related("author"))
    items = issue.items.select_related(
        "article__section", "article__hero", "correction"
    ).prefetch_related(bylines)
    return items.defer("article__body", "article__search_text")


def _story(item: Item) -> Story:
    if item.correction:
        said = (item.headline or item.article.title, item.text or item.correction.text)
        return Story(
            item.kind,
            item.correction.get_kind_display(),
            item.article,
            *said,
            anchor=f"#correction-{item.correction.pk}",
        )
    article = item.article
    held = holdings.sentence(list(article.bylines.all()))
    words_of = (item.headline or article.title, item.text or article.standfirst)
    if item.kind == Item.Kind.DISCUSSED:
        return Story(item.kind, "Most discussed", article, *words_of, held, anchor="#comments")
    return Story(item.kind, article.section.name, article, *words_of, held)


def prices_for(newsletter: Newsletter) -> Prices:
    """The first coins of the strip, and before them the one that the newsletter is about. One
    query.
    """
    coins = list(Coin.objects.on_strip().select_related("quote").defer("quote__week"))
    coins.sort(key=lambda coin: coin.pk != newsletter.coin_id)
    quoted = [
        (coin, quote) for coin in coins if (quote := shown_prices.shown_quote(coin)) is not None
    ][:MOST_PRICES]
    if not quoted:
        return Prices()
    rows = [_price(coin, quote) for coin, quote in quoted]
    fresh = shown_prices.freshness(coin for coin, _ in quoted)
    if fresh.is_sample or not fresh.sources:
        return Prices(rows, fresh.as_of, "Sample prices, not live" if fresh.is_sample else "")
    return Prices(rows, fresh.as_of, fresh.sources[0].attribution, fresh.sources[0].attribution_url)


def _price(coin: Coin, quote: Any) -> PriceLine:
    change = quote.change_24h
    if change is None:
        return PriceLine(coin.symbol, numbers.dollars(quote.price), "", "")
    return PriceLine(
        coin.symbol, numbers.dollars(quote.price), numbers.change(change), numbers.direction(change)
    )


def sponsor_of(issue: Issue) -> Sponsor | None:
    """The copy that the issue was sent with; before that, what is booked for its day. Gone once it
    is taken off.
    """
    approved = Placement.objects.approved().select_related("advertiser", "approved_creative")
    if issue.started_at:
        placement = approved.filter(pk=issue.placement_id).first() if issue.placement_id else None
        if placement is None or issue.creative is None:
            return None
        is_newest = placement.approved_creative_id == issue.creative_id
        return (
            Sponsor(placement, issue.creative)
            if not is_newest or pinning.is_as_approved(placement)
            else None
        )
    if not issue.newsletter.carries_placement:
        return None
    booked = approved.filter(product=Product.NEWSLETTER, starts_on=issue.day)
    placement = booked.exclude(issues__in=Issue.objects.exclude(pk=issue.pk)).first()
    if placement is None or not pinning.is_as_approved(placement):
        return None
    return Sponsor(placement, placement.approved_creative)  # type: ignore[arg-type]


def _number(count: int, one: str, several: str = "") -> str:
    if not count:
        return ""
    return f"{count} {one if count == 1 else several or one + 's'}"
