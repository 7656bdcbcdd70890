"""Filters of the desk’s list of stories."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from articles.models import Article, Author, Tag
from core.numbers import whole_number
from ticker.models import Coin

MOST_CHOICES = 200
MOST_IN_TRASH = 500  # the newest; older ones may show in lists, marked in their form
Stories = QuerySet[Article]


class StateFilter(admin.SimpleListFilter):
    """The status as people say it: what is published for later is scheduled."""

    title = "state"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("scheduled", "Scheduled"),
            ("out", "Live"),
            ("gone", "Unpublished"),
            ("templates", "Templates"),
            ("trash", "In the trash"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = {"scheduled": "scheduled", "out": "published", "gone": "gone"}.get(
            self.value() or ""
        )
        if self.value() == "trash":
            return queryset.filter(trashed_at__isnull=False)
        # By their keys, which are few: a condition on all stories leads SQLite past its indexes.
        in_trash = Article.objects.filter(trashed_at__isnull=False).order_by("-trashed_at")
        if trashed := list(in_trash.values_list("pk", flat=True)[:MOST_IN_TRASH]):
            queryset = queryset.exclude(pk__in=trashed)
        if self.value() == "templates":
            return queryset.filter(is_template=True)
        return getattr(queryset, chosen)() if chosen else queryset


class MineFilter(admin.SimpleListFilter):
    title = "mine"
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("assigned", "Assigned to me"), ("byline", "By me")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "assigned":
            return queryset.filter(assignee=request.user.pk)
        if self.value() == "byline":
            return queryset.filter(bylines__author__user=request.user.pk)
        return queryset


class DateFilter(admin.SimpleListFilter):
    title = "date"
    parameter_name = "since"
    DAYS = {"1": "Past 24 hours", "7": "Past 7 days", "31": "Past month", "365": "Past year"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.DAYS.items())

    def queryset(self, request: HttpRequest, queryset: Stories) -> Stories:
        if self.value() not in self.DAYS:
            return queryset
        since = timezone.now() - timedelta(days=int(self.value() or 0))
        return queryset.filter(published_at__gte=since)


class SubjectFilter(admin.SimpleListFilter):
    """Stories by an author, or under a tag or coin."""

    model: Any
    path = ""  # from the story to the key of the subject

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = self.model._default_manager.all()[:MOST_CHOICES]
        return [(str(row.pk), str(row)) for row in rows]

    def queryset(self, request: HttpRequest, queryset: Stories) -> Stories:
        key = whole_number(self.value() or "")
        return queryset if key is None else queryset.filter(**{self.path: key})


class AuthorFilter(SubjectFilter):
    title, parameter_name = "author", "author"
    model, path = Author, "bylines__author"


class TagFilter(SubjectFilter):
    title, parameter_name = "tag", "tag"
    model, path = Tag, "tags"


class CoinFilter(SubjectFilter):
    title, parameter_name = "coin", "coin"
    model, path = Coin, "article_coins__coin"
