"""A question to the search index."""

from dataclasses import dataclass
from datetime import datetime

from articles.reading.pagination import Cursor


@dataclass(frozen=True)
class Wanted:
    """Stories with every one of `words`, as `articles.discovery.search.words` returns them."""

    words: tuple[str, ...]
    section: int | None = None
    published: bool = True
    before: Cursor | None = None
    after: Cursor | None = None
    begins: bool = False  # The last word may be the beginning of one.
    in_headline: bool = False  # All of the words stand in the headline.
    subjects: tuple[str, ...] = ()  # By whom and about what, as listings call it: author:3, coin:1.
    since: datetime | None = None
