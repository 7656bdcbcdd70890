"""Querysets of what the public may see, used by every page, list and search."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Lower
from django.db.models.lookups import Exact, GreaterThan
from django.utils import timezone

if TYPE_CHECKING:
    from articles.models import Article, Correction  # noqa: F401


NEVER = datetime.max.replace(tzinfo=UTC)


def _is_kept(now: datetime) -> GreaterThan:
    """Not expired; written so that neither database thinks of walking an index for it."""
    return GreaterThan(Coalesce(F("expires_at"), Value(NEVER)), now)


def _has_status_published() -> Exact:
    """Written so that no database walks all that is published, where a few stories have a time to
    go.
    """
    return Exact(Lower("status"), Value("published"))


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def listed(self) -> Self:
        """Return corrections of stories that were public, each with its story, the newest first.

        `published_at` is their own time, by which lists are walked.
        """
        now = timezone.now()
        return (
            self.filter(at__lte=now, article__published_at__lte=now)
            .exclude(article__status__in=("draft", "in_review"))
            .select_related("article__section")
            .defer("article__body", "article__search_text")
            .annotate(published_at=F("at"))
            .order_by("-at", "-pk")
        )


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> Self:
        """The one predicate for “public”. Scheduled and expired mean a date."""
        return self.filter(status="published", published_at__lte=timezone.now()).unexpired()

    def unexpired(self) -> Self:
        """The part of `published()` that no index knows."""
        return self.filter(_is_kept(timezone.now()))

    def scheduled(self) -> Self:
        """Ready, and waiting for its time."""
        return self.filter(status="published", published_at__gt=timezone.now())

    def expired(self) -> Self:
        """Out once, and over: readers do not see them any more."""
        return self.filter(_has_status_published(), expires_at__lte=timezone.now())

    def expiring(self, since: datetime) -> Self:
        """Return stories that expire after `since`, the next one first."""
        return self.filter(_has_status_published(), expires_at__gt=since).order_by("expires_at")

    def gone(self) -> Self:
        """Out once and not any more: expired or withdrawn."""
        now = timezone.now()
        return self.filter(
            Q(status="withdrawn") | Q(status="published", expires_at__lte=now),
            published_at__lte=now,
        )

    def in_review(self) -> Self:
        return self.filter(status="in_review")

    def for_cards(self) -> Self:
        """Just what a card shows: no body, and no query a card."""
        return self.select_related("section", "hero")._light()

    def for_cards_of_one_section(self) -> Self:
        """The same for `section.articles`, which know their section: joined, it leads SQLite to
        sort them all.
        """
        return self.select_related("hero")._light()

    def _light(self) -> Self:
        return self.defer("body", "search_text", "disclosure", "risk_warning")

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-pk")

    def journalism(self) -> Self:
        """Nothing that anybody paid for."""
        return self.filter(paid_by="")

    def stories(self) -> Self:
        return self.filter(kind="story")

    def briefs(self) -> Self:
        return self.filter(kind="brief")

    def most_discussed(self) -> Self:
        return (
            self.journalism()
            .filter(comment_count__gt=0)
            .order_by("-comment_count", "-published_at", "-pk")
        )
