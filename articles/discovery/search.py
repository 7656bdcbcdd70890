"""
Search: every word must be in headline, standfirst or body, in whatever form.

The best matches come first: those with the words in their headline, together, and new. They are
chosen among the newest so many matches, so that a common word costs the same in a million stories;
after them all matches can be walked by time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from django.utils import timezone

from articles import body
from articles.discovery import search_index
from articles.discovery.search_terms import has_runs, places, root, words_of
from articles.models import Article, Author, Section, Tag
from articles.reading.pagination import Cursor
from pagecache import tags
from ticker.models import Coin

LONGEST_QUERY = 200
MOST_WORDS = 8
AMONG = 200  # matches that the best are chosen from
AMONG_HEADLINES = 60
HEADLINES_OF = 5_000  # stories whose headlines are looked through
HALF_AS_NEW = 90  # days after which being new counts for half
MOST_NAMES = 1000
SHORTEST_SUGGESTED = 2  # letters
MOST_SUBJECTS = 4
MOST_HEADLINES = 5
# matches besides, for stories whose time is over and whom the scheduler has not withdrawn yet
SPARE = 10


# What a reader may put round words that stand together, in the ways of several languages; and
# before what no match should have.
_PART = re.compile(r"(?<!\S)(-?)[\"“„«”]([^\"“”„«»]{1,200})[\"”“»]|(\S+)")


@dataclass(frozen=True)
class Asked:
    """A question as it was typed: words, some of them “together”, and -those that no match has."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()


def asked(query: str) -> Asked:
    """Other operators and symbols count for nothing. Without a word that is wanted, nothing is
    asked.
    """
    wanted: list[str] = []
    phrases: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []
    for minus, phrase, plain in _PART.findall(query[:LONGEST_QUERY]):
        is_unwanted = bool(minus) or (plain.startswith("-") and plain[1:2].isalnum())
        found = tuple(words_of(phrase or plain))
        if is_unwanted and found:
            without.append(found)
        elif found:
            wanted += found
            # A run of signs without spaces stands together, too.
            phrases += [found] if len(found) > 1 and (phrase or has_runs(plain)) else []
    words = tuple(wanted[:MOST_WORDS])
    return Asked(
        words,
        tuple(phrase for phrase in phrases if set(phrase) <= set(words)),
        tuple(without[:MOST_WORDS]) if words else (),
    )


def words(query: str) -> list[str]:
    """The words of whatever a reader typed, however they should stand."""
    return list(asked(query).words)


@dataclass(frozen=True)
class Results:
    """Published pieces with every one of the words, to be walked page by page; none for no
    words.
    """

    wanted: search_index.Wanted

    @classmethod
    def of(
        cls,
        asked: Asked,
        section: Section | None = None,
        subjects: Sequence[Author | Coin] = (),
        since: datetime | None = None,
    ) -> "Results":
        return cls(
            search_index.Wanted(
                asked.words,
                phrases=asked.phrases,
                without=asked.without,
                section=section.pk if section else None,
                subjects=tuple(tags.row_tag(subject) for subject in subjects),
                since=since,
            )
        )

    def best(self, count: int) -> list[Any]:
        """The best of the newest matches and of the newest with the words in their headline."""
        headlines = replace(
            self.wanted, in_headline=True, since=_latest(self.wanted.since, _begin_of_headlines())
        )
        found = {
            *search_index.newest(headlines, AMONG_HEADLINES),
            *search_index.newest(self.wanted, AMONG),
        }
        # By their keys alone, so that no database thinks of going through all that is published.
        rows = (
            Article.objects.filter(pk__in=found)
            .order_by()
            .values_list("pk", "title", "published_at")
        )
        now = timezone.now()
        ranked = sorted(
            rows,
            # Those that answer alike always in the same order: the newest first.
            key=lambda row: (score(row[1], row[2] or now, self.wanted.words, now), row[0]),
            reverse=True,
        )
        return _in_order([pk for pk, _, _ in ranked[: count + SPARE]])[:count]

    def newest(self, count: int) -> list[Any]:
        return self._stories(self.wanted, count)

    def older(self, place: Cursor, count: int) -> list[Any]:
        return self._stories(replace(self.wanted, before=place), count)

    def newer(self, place: Cursor, count: int) -> list[Any]:
        return self._stories(replace(self.wanted, after=place), count)

    def _stories(self, wanted: search_index.Wanted, count: int) -> list[Any]:
        return _in_order(search_index.newest(wanted, count + SPARE))[:count]


def _begin_of_headlines() -> datetime | None:
    """Since when headlines are looked through: words that stand together in few would else be
    sought in all.
    """
    latest = Article.objects.filter(status=Article.Status.PUBLISHED).order_by("-published_at")
    return next(
        iter(latest.values_list("published_at", flat=True)[HEADLINES_OF : HEADLINES_OF + 1]), None
    )


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _in_order(found: list[int]) -> list[Any]:
    """The stories of these keys. The index knows what is published; what is public is asked where
    everybody asks.
    """
    # In no order, and sections apart: either would lead SQLite through all stories.
    stories = (
        Article.objects.published().order_by().select_related("hero").prefetch_related("section")
    )
    by_key = stories.defer("search_text").in_bulk(found)
    return [by_key[key] for key in found if key in by_key]


def score(title: str, published_at: datetime, wanted: Sequence[str], now: datetime) -> float:
    """Return how well a story answers: words in the headline, words side by side there, and its
    age.
    """
    headline = words_of(title)
    roots = [root(word) for word in headline]
    in_headline = sum(root(word) in roots for word in wanted) / max(1, len(wanted))
    together = _stand_together([root(word) for word in wanted], roots)
    early = 1 / (
        1 + min((roots.index(root(word)) for word in wanted if root(word) in roots), default=20)
    )
    age = max(0.0, (now - published_at).total_seconds() / 86_400)
    return in_headline * 3 + together * 2 + early * 0.5 + HALF_AS_NEW / (HALF_AS_NEW + age)


def _stand_together(wanted: list[str], headline: list[str]) -> bool:
    length = len(wanted)
    return length > 1 and any(
        headline[start : start + length] == wanted for start in range(len(headline))
    )


SINCE = {"week": timedelta(days=7), "month": timedelta(days=30), "year": timedelta(days=365)}


def close_names(query: str) -> list[str]:
    """Names of subjects that are spelled much like `query`: what a reader may have meant."""
    names = [
        *Tag.objects.values_list("name", flat=True)[:MOST_NAMES],
        *Coin.objects.values_list("name", flat=True)[:MOST_NAMES],
        *Author.objects.values_list("name", flat=True)[:MOST_NAMES],
    ]
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(query.lower(), list(by_lower), n=3, cutoff=0.72)
    return [by_lower[name] for name in close if name != query.lower()]


@dataclass(frozen=True)
class Suggestion:
    label: str
    url: str


def suggestions(query: str) -> list[Suggestion]:
    """Subjects whose names begin like that, then headlines with a word that does."""
    query = query.strip()
    if len(query) < SHORTEST_SUGGESTED:
        return []
    found = []
    for model in (Section, Tag, Coin, Author):
        rows: Any = model._default_manager.filter(name__istartswith=query)[:MOST_SUBJECTS]
        found += [Suggestion(row.name, row.get_absolute_url()) for row in rows]
    typed = tuple(words(query))
    results = Results(search_index.Wanted(typed, begins=True, in_headline=True))
    return found[:MOST_SUBJECTS] + [
        Suggestion(story.title, story.get_absolute_url())
        for story in results.newest(MOST_HEADLINES)
    ]


def excerpt(article: Any, found: list[str], width: int = 180) -> str:
    """The text around the first word found, or the standfirst when only that or the headline
    matches.
    """
    text = body.plain_text(article.body).replace("\n", " · ")
    place = next(places(text, found), None)
    if place is None:
        return str(article.standfirst)
    start = max(0, place[0] - width // 3)
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start, start + width) if len(text) > start + width else len(text)
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
