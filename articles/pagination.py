"""Pages of a list, by plain links that stay the same."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, QueryDict

PAGE_SIZE = 20
# Deeper pages cost more and nobody reads them; search finds what is older.
LAST_PAGE = 500


@dataclass(frozen=True)
class PageOf:
    items: list[Any]
    number: int
    has_next: bool
    query: str

    @property
    def older(self) -> str:
        return f"?{self._prefix}page={self.number + 1}"

    @property
    def newer(self) -> str:
        if self.number == 2:
            return f"?{self.query}" if self.query else "?"
        return f"?{self._prefix}page={self.number - 1}"

    @property
    def _prefix(self) -> str:
        return f"{self.query}&" if self.query else ""


def page_of(queryset: QuerySet[Any], params: QueryDict, keep: dict[str, str] | None = None) -> PageOf:
    """Return the page that ?page= names. One query: whether there is more is seen from one row more.

    Raises Http404 for a page that is no number or lies beyond the end. `keep` stays in the links.
    """
    number = page_number(params.get("page", "1"))
    start = (number - 1) * PAGE_SIZE
    rows = list(queryset[start : start + PAGE_SIZE + 1])
    if not rows and number > 1:
        raise Http404("No such page.")
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in (keep or {}).items() if value})
    return PageOf(rows[:PAGE_SIZE], number, len(rows) > PAGE_SIZE and number < LAST_PAGE, kept.urlencode())


def page_number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= LAST_PAGE:
        raise Http404("No such page.")
    return int(text)
