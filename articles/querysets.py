"""What the public may see, and in which order: asked here by every page, list and search."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from articles.models import Article  # noqa: F401


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> Self:
        """The one predicate for “public”. Scheduled means a date in the future."""
        return self.filter(status="published", published_at__lte=timezone.now())

    def scheduled(self) -> Self:
        """Ready, and waiting for its time."""
        return self.filter(status="published", published_at__gt=timezone.now())

    def in_review(self) -> Self:
        return self.filter(status="in_review")

    def for_cards(self) -> Self:
        """Just what a card shows: no body, and no query a card."""
        return self.select_related("section", "hero").defer("body", "search_text", "disclosure")

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
        return self.journalism().filter(comment_count__gt=0).order_by("-comment_count", "-published_at", "-pk")
