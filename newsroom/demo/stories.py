"""The demo’s stories and briefs, published through the same door as an editor’s."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.text import slugify

from articles.models import Article, ArticleCoin, Author, Byline, Section, Tag
from articles.publishing import bylines, workflow
from newsroom.demo import accounts, files, pictures
from ticker.models import Coin, Quote

FIGURES = ("figure-1", "figure-2")


def load(now: datetime, say: Callable[[str], None]) -> None:
    say("Publishing stories …")
    present = set(Article.objects.values_list("slug", flat=True))
    keep_portraits()
    for text in files.texts("stories"):
        if text.slug not in present:
            publish_story(text, now)
    for table in ("briefs/briefs.toml", "briefs/to_come.toml"):
        for row in files.tables(table)["brief"]:
            if row["slug"] not in present:
                write_brief(row, now)


def keep_portraits() -> None:
    for author in Author.objects.filter(portrait=None):
        if pictures.is_shipped(author.slug):
            author.portrait = pictures.add(author.slug, alt=f"Seal of {author.name}")
            author.save(update_fields=["portrait"])


def publish_story(text: files.Text, now: datetime) -> None:
    keys = text.keys
    article = Article.objects.create(
        kind=Article.Kind.STORY,
        section=Section.objects.get(slug=keys["section"]),
        title=keys["title"],
        slug=text.slug,
        standfirst=keys["standfirst"],
        body=with_figures(text.html),
        hero=pictures.add(text.slug, keys["alt"], keys.get("caption", "")),
    )
    finish(article, keys["bylines"], keys, now)


def write_brief(row: dict[str, Any], now: datetime) -> None:
    article = Article.objects.create(
        kind=Article.Kind.BRIEF,
        section=Section.objects.get(slug=row["section"]),
        title=row["title"],
        slug=row["slug"],
        body=row["body"],
    )
    finish(article, [row["byline"]], row, now)


def finish(article: Article, authors: list[str], keys: dict[str, Any], now: datetime) -> None:
    at = now - timedelta(days=keys.get("days_ago", 0))
    for position, slug in enumerate(authors):
        Byline.objects.create(
            article=article, author=Author.objects.get(slug=slug), position=position
        )
    bylines.refresh(article)
    article.tags.set(Tag.objects.filter(slug__in=[slugify(tag) for tag in keys["tags"]]))
    for symbol in keys["coins"]:
        coin = Coin.objects.get(symbol=symbol.upper())
        ArticleCoin.objects.create(
            article=article, coin=coin, price_at_publication=price_then(coin, at)
        )
    if keys.get("in_review"):
        workflow.submit(article, by=get_user_model().objects.get(username=accounts.EDITOR))
        return
    workflow.publish(article, by=None, at=at)


def price_then(coin: Coin, at: datetime) -> Decimal | None:
    """The sample’s price at that hour, or None when it lies outside the week that the sample
    covers.
    """
    quote = Quote.objects.filter(coin=coin, is_sample=True).first()
    if quote is None:
        return None
    hours = (quote.quoted_at - at).total_seconds() // 3600
    return Decimal(quote.week[-1 - int(hours)]) if 0 <= hours < len(quote.week) else None


def with_figures(html: str) -> str:
    for name in FIGURES:
        if f"demo:{name}" in html:
            image = pictures.add(name, alt="Line engraving")
            size = f'width="{image.width}" height="{image.height}"'
            html = html.replace(f'src="demo:{name}"', f'src="{image.url}" {size}')
    return html
