"""What search engines and cards read: title, description, canonical address, picture, JSON-LD."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from articles.models import Article

# Characters that could end the script element, or that old parsers trip over.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@dataclass(frozen=True)
class Metadata:
    title: str
    description: str
    canonical: str
    kind: str = "website"
    image: str = ""
    json_ld: str = ""


def of_article(article: Article, publication_name: str) -> Metadata:
    address = settings.SITE_URL + article.get_absolute_url()
    image = settings.SITE_URL + article.hero.url if article.hero else ""
    label = "Sponsored: " if article.is_paid else ""
    return Metadata(
        title=f"{label}{article.title}",
        description=article.standfirst or article.title,
        canonical=address,
        kind="article",
        image=image,
        json_ld=_script(_news_article(article, address, image, publication_name)),
    )


def _news_article(article: Article, address: str, image: str, publication_name: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "AdvertiserContentArticle" if article.is_paid else "NewsArticle",
        "headline": article.title,
        "description": article.standfirst,
        "mainEntityOfPage": address,
        "datePublished": _moment(article.published_at),
        "dateModified": _moment(article.updated_at or article.published_at),
        "articleSection": article.section.name,
        "commentCount": article.comment_count,
        "publisher": {"@type": "Organization", "name": publication_name, "url": settings.SITE_URL + "/"},
    }
    if image:
        data["image"] = [image]
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


def _moment(value: Any) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def _script(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False).translate(ESCAPES)
