"""Metadata for search engines and cards: title, description, canonical address, picture,
JSON-LD.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from articles.media import images
from articles.models import Article, Author, Image, Section, Tag
from core.addresses import absolute
from ticker.models import Coin

# Characters that could end the script element, or that old parsers trip over.
ESCAPES = {
    ord(">"): "\\u003E",
    ord("<"): "\\u003C",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
CONTEXT = "https://schema.org"


@dataclass(frozen=True)
class Metadata:
    title: str
    description: str
    canonical: str
    kind: str = "website"
    image: str = ""
    image_alt: str = ""
    social_title: str = ""
    social_description: str = ""
    json_ld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publisher:
    """The publication, as its pages name it."""

    name: str
    tagline: str = ""
    email: str = ""
    legal_owner: str = ""


def of_article(article: Article, path: str, publisher: Publisher) -> Metadata:
    address = settings.SITE_URL + path
    pictures = _pictures(article.hero)
    # A card with its label on it: what is paid for must not be mistaken where it is shared.
    shared = None if article.is_paid else article.social_picture or article.hero
    label = f"{article.label}: " if article.is_paid else ""
    trail = [(article.section.name, article.section.get_absolute_url()), (article.title, path)]
    return Metadata(
        title=f"{label}{article.search_title or article.title}",
        description=article.search_description or article.standfirst or article.title,
        social_title=f"{label}{article.social_title or article.search_title or article.title}",
        social_description=article.social_description
        or article.search_description
        or article.standfirst
        or article.title,
        canonical=address,
        kind="article",
        image=_pictures(shared)[0] if shared else settings.SITE_URL + share_card(article),
        image_alt=shared.alt if shared else f"{label}{article.title}",
        json_ld=(
            script(_news_article(article, address, pictures, publisher)),
            script(_breadcrumbs(trail)),
        ),
    )


def share_card(article: Article) -> str:
    """The address of the picture that is drawn from the story’s words, and of no other words.

    So nobody who keeps pictures keeps an old headline.
    """
    words = "\n".join(card_words(article))
    version = hashlib.blake2b(words.encode(), digest_size=5).hexdigest()
    return reverse("share-card", args=[article.pk, version])


def card_words(article: Article) -> tuple[str, str]:
    """Return the headline of a share card, and the section or label above it."""
    return article.title, article.label if article.is_paid else article.section.name


def _pictures(image: Image | None) -> list[str]:
    """In 16:9, 4:3 and 1:1, or as it is until the worker has cut them."""
    if image is None:
        return []
    return [absolute(url) for url in images.crop_urls(image) or [image.url]]


def of_home(publisher: Publisher) -> Metadata:
    site = {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": publisher.name,
        "url": settings.SITE_URL + "/",
        "publisher": _organization(publisher),
    }
    return Metadata(
        publisher.name, publisher.tagline, settings.SITE_URL + "/", json_ld=(script(site),)
    )


def of_section(section: Section, path: str, publisher: Publisher) -> Metadata:
    return _of_list(section.name, section.standfirst, path, publisher)


def of_tag(tag: Tag, path: str, publisher: Publisher) -> Metadata:
    return _of_list(tag.name, f"Stories about {tag.name.lower()}.", path, publisher)


def of_coin(coin: Coin, path: str, publisher: Publisher) -> Metadata:
    crumbs = script(_breadcrumbs([("Prices", "/prices/"), (coin.name, path)]))
    return Metadata(
        title=f"{coin.name} ({coin.symbol}) price and stories | {publisher.name}",
        description=f"The price of {coin.name} in US dollars with its age and source, and our stories about it.",
        canonical=settings.SITE_URL + path,
        json_ld=(crumbs,),
    )


def _of_list(name: str, description: str, path: str, publisher: Publisher) -> Metadata:
    crumbs = script(_breadcrumbs([(name, path)]))
    return Metadata(
        f"{name} | {publisher.name}", description, settings.SITE_URL + path, json_ld=(crumbs,)
    )


def of_author(author: Author, path: str, publisher: Publisher) -> Metadata:
    person: dict[str, Any] = {
        "@type": "Person",
        "name": author.name,
        "url": settings.SITE_URL + author.get_absolute_url(),
        "worksFor": _organization(publisher),
    }
    image = absolute(author.portrait.url) if author.portrait else ""
    optional = {
        "jobTitle": author.role,
        "description": author.bio,
        "email": author.email,
        "image": image,
    }
    person |= {name: value for name, value in optional.items() if value}
    profile = {"@context": CONTEXT, "@type": "ProfilePage", "mainEntity": person}
    return Metadata(
        title=f"{author.name} | {publisher.name}",
        description=f"{author.role}. {author.bio}" if author.role else author.bio,
        canonical=settings.SITE_URL + path,
        kind="profile",
        image=image,
        json_ld=(script(profile), script(_breadcrumbs([(author.name, path)]))),
    )


def kind_of(article: Article) -> str:
    return "AdvertiserContentArticle" if article.is_paid else "NewsArticle"


def _news_article(
    article: Article, address: str, pictures: list[str], publisher: Publisher
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": kind_of(article),
        "@id": f"{address}#article",
        "headline": article.title,
        "description": article.standfirst,
        "mainEntityOfPage": address,
        "datePublished": _moment(article.published_at),
        "dateModified": _moment(article.updated_at or article.published_at),
        "articleSection": article.section.name,
        "wordCount": article.word_count,
        "inLanguage": "en-GB",
        "isAccessibleForFree": True,
        "commentCount": article.comment_count,
        "publisher": _organization(publisher),
    }
    if tags := [tag.name for tag in article.tags.all()]:
        data["keywords"] = tags
    if corrections := list(article.corrections.all()):
        data["correction"] = [
            {
                "@type": "CorrectionComment",
                "text": f"{each.get_kind_display()}: {each.text}",
                "datePublished": _moment(each.at),
                "url": f"{address}#correction-{each.pk}",
            }
            for each in corrections
        ]
    if pictures:
        data["image"] = pictures
    if article.is_paid:
        data["author"] = [{"@type": "Organization", "name": article.paid_by}]
        data["sponsor"] = {"@type": "Organization", "name": article.paid_by}
    else:
        data["author"] = [
            {
                "@type": "Person",
                "name": byline.author.name,
                "url": settings.SITE_URL + byline.author.get_absolute_url(),
            }
            for byline in article.bylines.all()
        ]
    return data


def _organization(publisher: Publisher) -> dict[str, Any]:
    data = {
        "@type": "NewsMediaOrganization",
        "@id": f"{settings.SITE_URL}/#publisher",
        "name": publisher.name,
        "url": settings.SITE_URL + "/",
        "logo": settings.SITE_URL + static("newsroom/img/mark.svg"),
        "publishingPrinciples": f"{settings.SITE_URL}/about/",
        "correctionsPolicy": f"{settings.SITE_URL}/corrections/",
    }
    optional = {"email": publisher.email, "legalName": publisher.legal_owner}
    return data | {name: value for name, value in optional.items() if value}


def _breadcrumbs(trail: list[tuple[str, str]]) -> dict[str, Any]:
    """From the front page to where we are: names and paths."""
    steps = [("Home", "/"), *trail]
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "name": name,
                "item": settings.SITE_URL + path,
            }
            for number, (name, path) in enumerate(steps, start=1)
        ],
    }


def _moment(value: Any) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def script(data: dict[str, Any]) -> str:
    """JSON that nothing in it can break out of its script element."""
    return json.dumps(data, ensure_ascii=False).translate(ESCAPES)
