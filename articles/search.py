"""Search, simple for now: every word must appear in headline, standfirst or body."""

import re
from typing import Any

from articles import body
from articles.models import Article
from articles.querysets import ArticleQuerySet

LONGEST_QUERY = 200
MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def words(query: str) -> list[str]:
    """The words of whatever a reader typed; quotes, operators and symbols count for nothing."""
    return _WORD.findall(query[:LONGEST_QUERY].lower())[:MOST_WORDS]


def find(query: str, section: str = "") -> ArticleQuerySet:
    """Published pieces with every word of `query`, the newest first; none for a query without words."""
    found = words(query)
    if not found:
        return Article.objects.none()
    results = Article.objects.published().matching(found)
    if section:
        results = results.filter(section__slug=section)
    return results.select_related("section", "hero").defer("search_text").newest_first()


def excerpt(article: Any, found: list[str], width: int = 180) -> str:
    """The text around the first word found, or the standfirst when only that or the headline matches."""
    text = body.plain_text(article.body).replace("\n", " · ")
    places = [place for place in (text.lower().find(word) for word in found) if place >= 0]
    if not places:
        return str(article.standfirst)
    start = max(0, min(places) - width // 3)
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start, start + width) if len(text) > start + width else len(text)
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
