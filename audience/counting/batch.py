"""A batch of events into the database: one transaction of a few statements, however many they are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Count, F, Sum, Value, When

from articles.models import Article
from audience import robots
from audience.choices import FigureKind, SourceGroup
from audience.counting.events import Event, Exit, Reading, View
from audience.models import (
    DailyFigure,
    DailySource,
    DailyViews,
    HourlyViews,
    Page,
    PageReader,
    RecentViews,
    SeenKey,
)
from audience.page_address import PageAddress
from core import upserts

MOST_WORDS = 1_000  # of a kind of figure on a day
LONGEST_WORD = 100
THE_REST = "(the rest)"
FIVE_MINUTES = timedelta(minutes=5)
READERS_OF_A_NETWORK = 5  # that count for one page on a day
DAILY_SUMS = ("views", "readers", "seconds", "measured", "half", "whole")
VIEWS, READERS, SECONDS, MEASURED, HALF, WHOLE = range(len(DAILY_SUMS))

_pages: dict[str, int] = {}
MOST_PAGES_KNOWN = 20_000


def store(events: Sequence[Event]) -> None:
    """Add all of them, or nothing."""
    try:
        with transaction.atomic():
            _Batch(events).store()
    except Exception:
        _pages.clear()  # What was made with it is gone.
        raise


def forget_pages() -> None:
    """For tests, whose databases number pages alike."""
    _pages.clear()


@dataclass
class _Network:
    """Views and readers that one network added to one page today."""

    views: int = 0
    readers: int = 0


class _Batch:
    def __init__(self, events: Sequence[Event]) -> None:
        self.views = [each for each in events if isinstance(each, View)]
        self.told = [each for each in events if not isinstance(each, View)]
        self.daily: defaultdict[tuple[int, date], list[int]] = defaultdict(
            lambda: [0] * len(DAILY_SUMS)
        )
        self.figures: Counter[tuple[date, str, str]] = Counter()

    def store(self) -> None:
        good = [view for view in self.views if not view.reason and not view.page.is_missing]
        self.pages = _page_keys(each.page for each in good)
        counted = self._views(self._fresh_views(good))
        for view in self.views:
            if view.reason:
                self._figure(view, FigureKind.NOT_COUNTED, view.reason)
        self._missing()
        self._readings()
        for view in counted:
            self._words_of(view)
        self._add(counted)

    def _figure(self, event: Event, kind: FigureKind, word: str) -> None:
        if word:
            self.figures[event.at.date(), kind.value, word[:LONGEST_WORD]] += 1

    # --- Views --------------------------------------------------------------------------------

    def _fresh_views(self, views: list[View]) -> list[View]:
        """Those whose key was not there before; one of each."""
        fresh = _remember({each.key: (each.at, self.pages[each.page.key]) for each in views})
        found = []
        for view in views:
            if view.key in fresh:
                fresh.discard(view.key)
                found.append(view)
            else:
                self._figure(view, FigureKind.NOT_COUNTED, robots.REPLAYED)
        return found

    def _views(self, views: list[View]) -> list[View]:
        """Those within what one network adds to a page on a day. Readers are counted on the way."""
        had = self._of_networks(views)
        counted, too_many = [], []
        for view in views:
            network = had[view.at.date(), view.network, self.pages[view.page.key]]
            network.views += 1
            if view.network and network.views > settings.VIEWS_OF_A_PAGE_A_DAY > 0:
                self._figure(view, FigureKind.NOT_COUNTED, robots.RATE)
                too_many.append(view.key)
            else:
                counted.append(view)
        if too_many:  # Their reading does not count either.
            SeenKey.objects.filter(key__in=too_many).update(page=None)
        self._readers(counted, had)
        return counted

    def _of_networks(self, views: list[View]) -> "defaultdict[Any, _Network]":
        """Views and readers that each network added to each page before."""
        found: defaultdict[Any, _Network] = defaultdict(_Network)
        if not views:
            return found
        lines = {(view.at.date(), view.network, self.pages[view.page.key]) for view in views}
        days, networks, pages = (set(each) for each in zip(*lines, strict=True))
        rows = PageReader.objects.filter(day__in=days, network__in=networks, page__in=pages)
        for *line, number, readers in (
            rows.order_by()
            .values_list("day", "network", "page")
            .annotate(number=Sum("views"), readers=Count("pk"))
        ):
            found[tuple(line)] = _Network(number, readers)
        return found

    def _readers(self, views: list[View], had: "defaultdict[Any, _Network]") -> None:
        """Browsers that had not opened a page today; few of one network, so that no machine can push a
        story by calling itself many.
        """
        lines: dict[tuple[date, int, str], tuple[int, str, datetime]] = {}
        for view in views:
            if view.person:
                line = (view.at.date(), self.pages[view.page.key], view.person)
                number = lines[line][0] if line in lines else 0
                lines[line] = (number + 1, view.network, view.at)
        key, also = ("day", "page_id", "person"), ("network", "seen_at")
        totals = upserts.add(PageReader, key, ("views",), lines, latest=also)
        for line, total in totals.items():
            day, page, _ = line
            number, network, _ = lines[line]
            if total > number:
                continue
            had[day, network, page].readers += 1
            if had[day, network, page].readers <= READERS_OF_A_NETWORK:
                self.daily[page, day][READERS] += 1

    def _words_of(self, view: View) -> None:
        source = view.source
        self._figure(view, FigureKind.DEVICE, view.device)
        self._figure(view, FigureKind.COUNTRY, view.country)
        if source is not None:
            self._figure(view, FigureKind.HOST, source.host)
            self._figure(view, FigureKind.CAMPAIGN, source.campaign)
        if view.page.searched:
            kind = FigureKind.SEARCHED if view.page.has_results else FigureKind.NOT_FOUND
            self._figure(view, kind, view.page.searched)

    def _missing(self) -> None:
        """Addresses of nothing that readers met, each time that they did."""
        met = [view for view in self.views if view.page.is_missing and not view.reason]
        fresh = _remember({view.key: (view.at, None) for view in met})
        for view in met:
            if view.key in fresh and len(view.page.path) <= LONGEST_WORD:
                fresh.discard(view.key)
                self._figure(view, FigureKind.MISSING, view.page.path)

    # --- Reading ------------------------------------------------------------------------------

    def _readings(self) -> None:
        """Readings and exits of views that counted, each of them once."""
        keys = {each.view for each in self.told}
        pages = dict(
            SeenKey.objects.filter(key__in=keys, page__isnull=False).values_list("key", "page")
        )
        known = {each.key: each for each in self.told if each.view in pages}
        fresh = _remember({key: (each.at, None) for key, each in known.items()})
        for each in known.values():
            if each.key not in fresh:
                continue
            if isinstance(each, Exit):
                self._figure(each, FigureKind.OUTBOUND, each.host)
            else:
                self._reading(each, pages[each.view])

    def _reading(self, reading: Reading, page: int) -> None:
        line = self.daily[page, reading.at.date()]
        line[SECONDS] += reading.seconds
        line[MEASURED] += reading.part == 0
        line[HALF] += reading.came_to_half
        line[WHOLE] += reading.came_to_end

    # --- Sums ---------------------------------------------------------------------------------

    def _add(self, counted: list[View]) -> None:
        recent: Counter[tuple[int, datetime, str]] = Counter()
        hourly: Counter[tuple[int, datetime]] = Counter()
        sources: Counter[tuple[int, date, str]] = Counter()
        for view in counted:
            page, at = self.pages[view.page.key], view.at
            group = (view.source.group if view.source else SourceGroup.UNKNOWN).value
            hour = at.replace(minute=0, second=0, microsecond=0)
            recent[page, hour + FIVE_MINUTES * (at.minute // 5), group] += 1
            hourly[page, hour] += 1
            sources[page, at.date(), group] += 1
            self.daily[page, at.date()][VIEWS] += 1
        _sum(RecentViews, ("page_id", "begins_at", "source"), recent)
        _sum(HourlyViews, ("page_id", "begins_at"), hourly)
        _sum(DailySource, ("page_id", "day", "source"), sources)
        upserts.add(DailyViews, ("page_id", "day"), DAILY_SUMS, self.daily)
        _add_to_pages(Counter(self.pages[view.page.key] for view in counted))
        figures = {line: (number,) for line, number in _within_bounds(self.figures).items()}
        upserts.add(DailyFigure, ("day", "kind", "word"), ("number",), figures)


def _sum(model: Any, key: tuple[str, ...], lines: Counter[Any]) -> None:
    upserts.add(model, key, ("views",), {line: (number,) for line, number in lines.items()})


def _add_to_pages(views: Counter[int]) -> None:
    """To the totals of pages, locked in one order: two processes never wait for each other."""
    if not views:
        return
    pages = Page.objects.filter(pk__in=list(views))
    list(pages.select_for_update().order_by("pk").values_list("pk"))
    more = Case(*(When(pk=page, then=Value(number)) for page, number in views.items()))
    pages.update(views=F("views") + more)


def _within_bounds(
    figures: Counter[tuple[date, str, str]],
) -> Counter[tuple[date, str, str]]:
    """Words that strangers make up have a place on a day, as long as there is one."""
    if not figures:
        return figures
    days = {day for day, _, _ in figures}
    rows = DailyFigure.objects.filter(day__in=days).order_by()
    had = {
        (day, kind): number
        for day, kind, number in rows.values_list("day", "kind").annotate(number=Count("pk"))
    }
    kept: Counter[tuple[date, str, str]] = Counter()
    known: set[tuple[date, str, str]] = set()
    if any(number + len(figures) > MOST_WORDS for number in had.values()):
        words = {word for _, _, word in figures}
        known = set(rows.filter(word__in=words).values_list("day", "kind", "word"))
    for (day, kind, word), number in figures.items():
        is_known = (day, kind, word) in known
        if not is_known and had.get((day, kind), 0) >= MOST_WORDS:
            word = THE_REST
        elif not is_known:
            had[day, kind] = had.get((day, kind), 0) + 1
        kept[day, kind, word] += number
    return kept


def _remember(keys: dict[str, tuple[datetime, int | None]]) -> set[str]:
    """Note the keys, and return those that were not there before."""
    fresh: set[str] = set()
    rows = [(key, at, page) for key, (at, page) in sorted(keys.items())]
    for start in range(0, len(rows), upserts.MOST_ROWS):
        batch = rows[start : start + upserts.MOST_ROWS]
        insert = upserts.insert(SeenKey, ("key", "at", "page_id"), len(batch))
        with connection.cursor() as cursor:
            cursor.execute(
                f"{insert} ON CONFLICT (key) DO NOTHING RETURNING key", upserts.flat(batch)
            )
            fresh |= {row[0] for row in cursor.fetchall()}
    return fresh


def _page_keys(pages: Iterable[PageAddress]) -> dict[str, int]:
    """The keys of pages in the database, by their own; made where they are new."""
    wanted = {page.key: page for page in pages}
    found = {key: _pages[key] for key in wanted if key in _pages}
    if unknown := [key for key in wanted if key not in found]:
        found |= _stored(unknown)
        if new := [wanted[key] for key in unknown if key not in found]:
            _make(new)
            found |= _stored([page.key for page in new])
        if len(_pages) > MOST_PAGES_KNOWN:
            _pages.clear()
        _pages.update(found)
    return found


def _stored(keys: list[str]) -> dict[str, int]:
    return dict(Page.objects.filter(key__in=keys).values_list("key", "pk"))


def _make(pages: list[PageAddress]) -> None:
    """A story may have been deleted since its page was opened."""
    asked = [page.story for page in pages if page.story]
    stories = set(Article.objects.filter(pk__in=asked).values_list("pk", flat=True))
    Page.objects.bulk_create(
        [
            Page(
                key=page.key,
                path=page.path,
                story_id=page.story if page.story in stories else None,
            )
            # In one order: two processes that make the same never wait for each other.
            for page in sorted(pages, key=lambda page: page.key)
        ],
        ignore_conflicts=True,
    )
