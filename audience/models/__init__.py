"""Models of the audience: sums that stay, and digests that do not."""

from audience.models.counts import (
    DailyFigure,
    DailySource,
    DailyViews,
    DailyVisitors,
    HourlyViews,
    MostRead,
    Page,
    RecentViews,
)
from audience.models.transient import DailySalt, MailedWeek, PageReader, SeenKey

__all__ = [
    "DailyFigure",
    "DailySalt",
    "DailySource",
    "DailyViews",
    "DailyVisitors",
    "HourlyViews",
    "MailedWeek",
    "MostRead",
    "Page",
    "PageReader",
    "RecentViews",
    "SeenKey",
]
