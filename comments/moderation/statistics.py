"""Moderation statistics: by week, by moderator, by rule."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.utils import timezone

from comments.models import Flag, ModerationDecision, SiteComment
from core.charts import StackedChart, stacked_chart

WEEKS = 12
MOST_ROWS = 30


def charts(now: datetime | None = None) -> list[StackedChart]:
    """The last twelve weeks. Three queries, each by an index on time, whatever was said before."""
    since = _monday(now or timezone.now()) - timedelta(weeks=WEEKS - 1)
    return [_by_week(since), _by_moderator(since), _by_rule(since)]


def _monday(now: datetime) -> datetime:
    day = now - timedelta(days=now.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _by_week(since: datetime) -> StackedChart:
    published = Q(is_public=True, is_removed=False)
    deleted = Q(stats__deleted_at__isnull=False)
    rows = (
        SiteComment.objects.filter(submit_date__gte=since)
        .order_by()
        .annotate(week=TruncWeek("submit_date"))
        .values("week")
        .annotate(
            published=Count("pk", filter=published),
            pending=Count("pk", filter=Q(is_public=False, is_removed=False)),
            removed=Count("pk", filter=Q(is_removed=True) & ~deleted),
            deleted=Count("pk", filter=Q(is_removed=True) & deleted),
        )
    )
    by_week = {row["week"]: row for row in rows}
    kinds = {
        "published": "published",
        "pending": "pending",
        "removed": "removed",
        "deleted": "deleted by their writers",
    }
    weeks = [since + timedelta(weeks=number) for number in range(WEEKS)]
    counts = [
        (f"{week:%-d %b %Y}", [by_week.get(week, {}).get(name, 0) for name in kinds])
        for week in weeks
    ]
    return stacked_chart("Comments by week", "Week of", list(kinds.values()), counts)


def _by_moderator(since: datetime) -> StackedChart:
    rows: Iterable[Any] = (
        ModerationDecision.objects.filter(at__gte=since)
        .order_by()
        .values("by__username", "by__first_name", "by__last_name")
        .annotate(
            **{
                action: Count("pk", filter=Q(action=action, undone_at=None))
                for action in ModerationDecision.Action.values
            },
            undone=Count("pk", filter=Q(undone_at__isnull=False)),
        )
    )
    kinds = [*ModerationDecision.Action.values, "undone"]
    counts = [(_name(row), [row[kind] for kind in kinds]) for row in rows]
    labels = [*ModerationDecision.Action.labels, "undone"]
    return stacked_chart("Decisions by moderator", "Moderator", labels, _largest(counts))


def _by_rule(since: datetime) -> StackedChart:
    rows: Iterable[Any] = (
        Flag.objects.filter(made_at__gte=since)
        .order_by()
        .values("rule_name")
        .annotate(
            pending=Count("pk", filter=Q(settled_at=None)),
            **{outcome: Count("pk", filter=Q(outcome=outcome)) for outcome in Flag.Outcome.values},
        )
    )
    kinds = [*Flag.Outcome.values, "pending"]
    counts = [(row["rule_name"], [row[kind] for kind in kinds]) for row in rows]
    return stacked_chart(
        "What rules caught, and what came of it",
        "Rule",
        [*Flag.Outcome.labels, "pending"],
        _largest(counts),
    )


def _name(row: dict[str, Any]) -> str:
    full = f"{row['by__first_name'] or ''} {row['by__last_name'] or ''}".strip()
    return full or row["by__username"] or "Nobody in particular"


def _largest(counts: Iterable[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    return sorted(counts, key=lambda row: (-sum(row[1]), row[0]))[:MOST_ROWS]
