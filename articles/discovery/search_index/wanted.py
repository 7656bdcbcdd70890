"""A question to the search index."""

from dataclasses import dataclass
from datetime import datetime

from articles.reading.pagination import Cursor


@dataclass(frozen=True)
class Wanted:
    """Stories with every one of `words`, as `articles.discovery.search.words` returns them."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()  # words that stand together, of those above
    without: tuple[tuple[str, ...], ...] = ()  # words, or phrases, that no match has
    section: int | None = None
    published: bool = True
    before: Cursor | None = None
    after: Cursor | None = None
    begins: bool = False  # The last word may be the beginning of one.
    in_headline: bool = False  # All of the words stand in the headline.
    subjects: tuple[str, ...] = ()  # By whom and about what, as listings call it: author:3, coin:1.
    since: datetime | None = None
