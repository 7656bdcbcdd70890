"""Search: every word must be in headline, standfirst or body, in whatever form. The newest come first."""

from dataclasses import dataclass, replace
from typing import Any

from articles import body, search_index
from articles.models import Article, Section
from articles.pagination import Place
from articles.words import places, words_of

LONGEST_QUERY = 200
MOST_WORDS = 8
SPARE = 10  # matches besides, for stories whose time is over and whom the clock has not withdrawn yet


def words(query: str) -> list[str]:
    """The words of whatever a reader typed; quotes, operators and symbols count for nothing."""
    return words_of(query[:LONGEST_QUERY])[:MOST_WORDS]


@dataclass(frozen=True)
class Results:
    """Published pieces with every one of the words, to be walked as `articles.pagination` does; none for no words."""

    wanted: search_index.Wanted

    @classmethod
    def of(cls, words: list[str], section: Section | None = None) -> "Results":
        return cls(search_index.Wanted(tuple(words), section=section.pk if section else None))

    def newest(self, count: int) -> list[Any]:
        return self._stories(self.wanted, count)

    def older(self, place: Place, count: int) -> list[Any]:
        return self._stories(replace(self.wanted, before=place), count)

    def newer(self, place: Place, count: int) -> list[Any]:
        return self._stories(replace(self.wanted, after=place), count)

    def _stories(self, wanted: search_index.Wanted, count: int) -> list[Any]:
        keys = search_index.newest(wanted, count + SPARE)
        # The index knows what is published; whether it is public is asked where everybody asks.
        stories = Article.objects.published().select_related("section", "hero").defer("search_text").in_bulk(keys)
        return [stories[key] for key in keys if key in stories][:count]


def excerpt(article: Any, found: list[str], width: int = 180) -> str:
    """The text around the first word found, or the standfirst when only that or the headline matches."""
    text = body.plain_text(article.body).replace("\n", " · ")
    place = next(places(text, found), None)
    if place is None:
        return str(article.standfirst)
    start = max(0, place[0] - width // 3)
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start, start + width) if len(text) > start + width else len(text)
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
