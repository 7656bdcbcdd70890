"""
Versions of a story: what it said each time it was saved, what changed between two, and how to get
one back.

A version is plain data, so that it can be read whatever becomes of the tables it speaks of.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles import body
from articles.discovery import redirects
from articles.models import (
    Article,
    ArticleCoin,
    Author,
    Byline,
    Image,
    RelatedPick,
    Revision,
    Section,
    Tag,
)
from articles.publishing import bylines, word_diff
from core.clock import local_time
from ticker.models import Coin

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Origin = Revision.Origin
WORDS = (
    "title",
    "slug",
    "standfirst",
    "kind",
    "body",
    "paid_by",
    "disclosure",
    "risk_warning",
    "comments_open",
    "holds_comments",
    "search_title",
    "search_description",
    "social_title",
    "social_description",
)
PICTURES = ("hero", "social_picture")
MOMENTS = ("expires_at", "embargoed_until", "updated_at")
# Labels for people; the order in which differences are shown.
LABELS = {
    "title": "Headline",
    "slug": "Address",
    "standfirst": "Standfirst",
    "body": "Text",
    "kind": "Kind",
    "section": "Section",
    "hero": "Picture",
    "bylines": "Bylines",
    "tags": "Tags",
    "coins": "Coins",
    "related": "Related stories",
    "paid_by": "Paid by",
    "disclosure": "Disclosure",
    "risk_warning": "Risk warning",
    "comments_open": "Comments open",
    "holds_comments": "Hold every comment",
    "expires_at": "Unpublish on",
    "embargoed_until": "Embargo",
    "updated_at": "Updated",
    "search_title": "Title in search",
    "search_description": "Text in search",
    "social_title": "Title when shared",
    "social_description": "Text when shared",
    "social_picture": "Picture when shared",
}


def content_of(article: Article) -> dict[str, Any]:
    """Everything of `article` that an editor can change."""
    content: dict[str, Any] = {name: getattr(article, name) for name in WORDS}
    for name in MOMENTS:
        moment: datetime | None = getattr(article, name)
        content[name] = moment.isoformat() if moment else None
    content["section"] = {"id": article.section_id, "name": article.section.name}
    for name in PICTURES:
        picture: Image | None = getattr(article, name)
        content[name] = {"id": picture.pk, "name": str(picture)} if picture else None
    authors = Author.objects.filter(bylines__article=article).order_by(
        "bylines__position", "bylines__pk"
    )
    content["bylines"] = [{"id": author.pk, "name": author.name} for author in authors]
    content["tags"] = [{"id": tag.pk, "name": tag.name} for tag in article.tags.order_by("name")]
    coins = Coin.objects.filter(article_coins__article=article).order_by("position", "symbol")
    content["coins"] = [{"id": coin.pk, "name": coin.symbol} for coin in coins]
    picks = RelatedPick.objects.filter(article=article).select_related("related")
    content["related"] = [{"id": each.related.pk, "name": each.related.title} for each in picks]
    return content


def keep(article: Article, by: "User | None", origin: Revision.Origin = Origin.SAVED) -> Revision:
    """Write down `article` as it stands now, as its newest version. Call it in the transaction of
    the change.
    """
    with transaction.atomic():
        locked = Article.objects.select_for_update(of=("self",)).only("revision").get(pk=article.pk)
        number = locked.revision + 1
        Article.objects.filter(pk=article.pk).update(revision=number)
        article.revision = number
        return Revision.objects.create(
            article=article,
            number=number,
            origin=origin,
            by=by,
            content=content_of(article),
            at=timezone.now(),
        )


def content_at(article: Article, number: int) -> dict[str, Any] | None:
    """Return what the story said while `number` was its newest version. A scheduled update is a
    version that it did not say yet.
    """
    said = Revision.objects.filter(article=article, number__lte=number, goes_live_at=None)
    return said.order_by("-number").values_list("content", flat=True).first()


def restore(revision: Revision, by: "User") -> Revision:
    """Bring back what `revision` says, as a new version. Nothing of what came after it is lost."""
    article = revision.article
    if not by.has_perm("articles.change_article"):
        raise PermissionDenied("Only the newsroom may change stories.")
    if article.status in (Article.Status.PUBLISHED, Article.Status.WITHDRAWN) and not by.has_perm(
        "articles.publish_article"
    ):
        raise PermissionDenied("Only an editor may change a published story.")
    with transaction.atomic():
        locked = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        return apply(locked, revision.content, by, Origin.RESTORED)


def apply(
    article: Article, content: dict[str, Any], by: "User | None", origin: Revision.Origin
) -> Revision:
    """Make `article` say what `content` says, and keep that as a version. The caller holds the
    lock.

    What is no longer there (a deleted tag, say) is left out. Raises ValidationError for what could
    not be public.
    """
    old_slug = article.slug
    for name in WORDS:
        # What a version of an earlier release does not speak of stays as it is.
        setattr(article, name, content.get(name, getattr(article, name)))
    for name in MOMENTS:
        setattr(article, name, parse_datetime(content[name]) if content.get(name) else None)
    article.section = Section.objects.filter(pk=content["section"]["id"]).first() or article.section
    for name in PICTURES:
        if name in content:
            row = content[name]
            setattr(article, name, Image.objects.filter(pk=row["id"]).first() if row else None)
    if article.is_updated_before_published:
        article.updated_at = None  # It was published anew since that version.
    article.full_clean()
    article.save()
    redirects.follow(article, old_slug)
    article.tags.set(Tag.objects.filter(pk__in=_keys(content["tags"])))
    _set_bylines(article, _keys(content["bylines"]))
    _set_coins(article, _keys(content["coins"]))
    if "related" in content:
        _set_related(article, _keys(content["related"]))
    return keep(article, by, origin)


def _keys(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def _set_bylines(article: Article, authors: list[int]) -> None:
    """Those who stay keep their row, and with it what they held when the story came out."""
    there = set(Author.objects.filter(pk__in=authors).values_list("pk", flat=True))
    for byline in article.bylines.exclude(author__in=authors):
        byline.delete()
    for position, author in enumerate(pk for pk in authors if pk in there):
        Byline.objects.update_or_create(
            article=article, author_id=author, defaults={"position": position}
        )
    bylines.refresh(article)


def _set_coins(article: Article, coins: list[int]) -> None:
    for about in ArticleCoin.objects.filter(article=article).exclude(coin__in=coins):
        about.delete()
    for coin in Coin.objects.filter(pk__in=coins):
        ArticleCoin.objects.get_or_create(article=article, coin=coin)


def _set_related(article: Article, stories: list[int]) -> None:
    for pick in article.related_picks.exclude(related__in=stories):
        pick.delete()
    there = set(Article.objects.filter(pk__in=stories).values_list("pk", flat=True))
    for position, story in enumerate(pk for pk in stories if pk in there):
        RelatedPick.objects.update_or_create(
            article=article, related_id=story, defaults={"position": position}
        )


# --- Reading -----------------------------------------------------------------------------


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[word_diff.Difference]:
    """The fields that differ, for people: words that went and came, in the order of the form."""
    found = []
    for name, label in LABELS.items():
        lines = word_diff.compare(in_words(name, old.get(name)), in_words(name, new.get(name)))
        if word_diff.is_changed(lines):
            found.append(word_diff.Difference(label, lines))
        elif name == "body" and old.get("body") != new.get("body"):
            text = "The words are the same; headings, links, pictures or emphasis changed."
            found.append(
                word_diff.Difference(label, [[word_diff.DiffPart(word_diff.Kind.SAME, text)]])
            )
    return found


def in_words(name: str, value: Any) -> str:
    """A field’s value as a person reads it, a line for each paragraph."""
    if name == "body":
        return body.plain_text(value or "")
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(row["name"] for row in value)
    if isinstance(value, dict):
        return str(value["name"])
    if name in MOMENTS and value:
        moment = parse_datetime(value)
        return f"{local_time(moment, '%d %B %Y, %H:%M')}" if moment else ""
    return str(value or "")
