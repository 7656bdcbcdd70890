"""The lists under the form of a story: bylines, coins, corrections."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from articles.admin.lean_forms import LeanInline
from articles.models import Article, ArticleCoin, Autosave, Byline, Correction, RelatedPick
from articles.reading import related
from core.moments import MomentsMixin


class StoryInline(LeanInline):
    """Rows of a story, which are kept with it while it is being written."""

    content_name = ""  # what versions call them

    def restored_keys(self, request: HttpRequest) -> list[int] | None:
        autosave: Autosave | None = getattr(request, "restored", None)
        if autosave is None or self.content_name not in autosave.fields:
            return None
        return [row["id"] for row in autosave.fields[self.content_name]]


class BylineInline(StoryInline):
    model = Byline
    content_name = "bylines"
    chosen = "author"
    extra = 1
    autocomplete_fields = ("author",)
    fields = ("author", "position")


class ArticleCoinInline(StoryInline):
    model = ArticleCoin
    content_name = "coins"
    chosen = "coin"
    extra = 1
    verbose_name = "coin"
    verbose_name_plural = "coins it is about"
    fields = ("coin",)


class RelatedInline(StoryInline):
    model = RelatedPick
    fk_name = "article"
    content_name = "related"
    chosen = "related"
    extra = 0
    max_num = related.RELATED
    autocomplete_fields = ("related",)
    fields = ("related", "position")
    verbose_name_plural = "related stories: before those found by tags"


class CorrectionInline(MomentsMixin, admin.StackedInline[Correction, Article]):
    model = Correction
    extra = 0
    fields = ("kind", "text", "at")
    verbose_name_plural = "corrections, clarifications, updates, retractions"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
