"""The versions of a story on the desk: a list, what changed between two, and getting one back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from articles.models import Article, Revision
from articles.publishing import revisions, workflow
from core.numbers import whole_number
from core.people import signed_in

SHOWN = 200


class VersionsMixin(admin.ModelAdmin[Any]):
    """Adds to the desk’s pages of a story: its versions."""

    def get_urls(self) -> list[Any]:
        def view(handler: Any) -> Any:
            return self.admin_site.admin_view(handler)

        return [
            path(
                "<key:pk>/versions/",
                view(require_safe(self.versions)),
                name="articles_article_versions",
            ),
            path(
                "<key:pk>/versions/<key:number>/",
                view(require_safe(self.version)),
                name="articles_article_version",
            ),
            path(
                "<key:pk>/versions/<key:number>/keep/",
                view(require_POST(self.change_version)),
                name="articles_article_version_keep",
            ),
            *super().get_urls(),
        ]

    def _readable(self, request: HttpRequest, pk: int) -> Article:
        article = get_object_or_404(Article.objects.select_related("section"), pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        return article

    def _context(self, request: HttpRequest, article: Article, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "article": article,
            "opts": Article._meta,
            "may_change": self.has_change_permission(request, article),
        }

    def versions(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = self._readable(request, pk)
        context = self._context(request, article, f"Versions: {article.title}")
        context["versions"] = article.revisions.select_related("by").defer("content")[:SHOWN]
        return TemplateResponse(request, "admin/story_versions.html", context)

    def version(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """One version beside the one before it, or the one that ?against= names."""
        article = self._readable(request, pk)
        version = get_object_or_404(article.revisions.select_related("by"), number=number)
        other = self._other(article, version, request.GET.get("against", ""))
        context = self._context(request, article, f"Version {number}: {article.title}")
        before, after = other.content if other else {}, version.content
        if version.origin == Revision.Origin.SCHEDULED:
            # What it will change is told against what the story says now, not what it said then.
            before = revisions.content_of(article)
            after = workflow.with_scheduled(article, version).content
        context |= {
            "version": version,
            "other": other,
            "differences": revisions.differences(before, after) if before else [],
            "whole": revisions.differences({}, version.content),
        }
        return TemplateResponse(request, "admin/story_version.html", context)

    def _other(self, article: Article, version: Revision, against: str) -> Revision | None:
        if (number := whole_number(against)) is not None:
            return article.revisions.filter(number=number).first()
        return article.revisions.filter(number__lt=version.number).first()

    def change_version(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Name it, star it, or bring it back."""
        article = get_object_or_404(Article, pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        version = article.revisions.filter(number=number).first()
        if version is None:
            raise Http404("No such version.")
        if "restore" in request.POST:
            return self._restore(request, version)
        if "star" in request.POST:
            version.is_starred = not version.is_starred
        version.name = request.POST.get("name", version.name).strip()[:80]
        version.save(update_fields=["is_starred", "name"])
        return redirect("admin:articles_article_versions", pk)

    def _restore(self, request: HttpRequest, version: Revision) -> HttpResponse:
        newest = version.article.revisions.select_related("by").first()
        if newest and whole_number(request.POST["restore"]) != version.article.revision:
            text = (
                f"{newest.by_name} saved version {newest.number} after you opened this page. "
                "Look at it first; then restore, if you still want to."
            )
            messages.error(request, text)
            return redirect("admin:articles_article_version", version.article_id, version.number)
        try:
            restored = revisions.restore(version, signed_in(request))
        except ValidationError as error:
            messages.error(
                request, f"Version {version.number} cannot come back: {' '.join(error.messages)}"
            )
            return redirect("admin:articles_article_version", version.article_id, version.number)
        self.log_change(request, version.article, f"Restored version {version.number}.")
        text = (
            f"The story says what version {version.number} said. This is version {restored.number}."
        )
        messages.success(request, text)
        return redirect("admin:articles_article_change", version.article_id)
