"""While a story is being written: what was typed is kept, and shown in the real page before anybody
saves.
"""

from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from articles.admin import typed
from articles.models import Article, PreviewLink
from articles.publishing import autosaves, previews
from articles.views import story_page
from core.clock import as_readers, local_time
from core.framing import in_our_frame
from core.numbers import whole_number
from core.people import signed_in


class DraftingMixin(admin.ModelAdmin[Any]):
    """Adds to the desk’s form of a story: autosave, the preview, and secret links."""

    def get_urls(self) -> list[Any]:
        def view(handler: Any, name: str) -> Any:
            return self.admin_site.admin_view(handler), f"articles_article_{name}"

        pages = [
            ("token/", *view(require_safe(self.token), "token")),
            ("autosave/", *view(require_POST(self.autosave_new), "autosave_new")),
            ("<key:pk>/autosave/", *view(require_POST(self.autosave), "autosave")),
            (
                "<key:pk>/preview/",
                *view(require_safe(csp_update({"frame-src": ["'self'"]})(self.preview)), "preview"),
            ),
            ("<key:pk>/preview/page/", *view(require_safe(self.preview_page), "preview_page")),
            ("<key:pk>/share/", *view(require_POST(self.share), "share")),
            ("<key:pk>/share/<key:link>/revoke/", *view(require_POST(self.revoke), "revoke")),
        ]
        return [
            path(place, handler, name=name) for place, handler, name in pages
        ] + super().get_urls()

    def _story(self, request: HttpRequest, pk: int) -> Article:
        """The story, for who may change it."""
        article = get_object_or_404(Article.objects.select_related("section", "hero"), pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        return article

    # --- What was typed ---------------------------------------------------------------

    def autosave_new(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._keep(request, None)

    def autosave(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._keep(request, self._story(request, pk))

    def _keep(self, request: HttpRequest, article: Article | None) -> HttpResponse:
        person, key = signed_in(request), request.POST.get("autosave_key", "")
        if "_discard" in request.POST:
            return self._put_aside(request, article, autosaves.discard, "_discard")
        if "_bring_back" in request.POST:
            return self._put_aside(request, article, autosaves.bring_back, "_bring_back")
        if not autosaves.is_key(key):
            return JsonResponse({"error": "This form has no key."}, status=400)
        number = whole_number(request.POST.get("seen_revision", "")) or 0
        content = typed.content_of(request.POST)
        kept = autosaves.keep(person, article, key, content, number)
        newer = article is not None and article.revision > number
        return JsonResponse({"kept_at": local_time(kept.at, "%H:%M"), "newer": newer})

    def _put_aside(
        self, request: HttpRequest, article: Article | None, act: Any, name: str
    ) -> HttpResponse:
        """Discard an autosave, or take that back."""
        act(signed_in(request), request.POST[name])
        if article is None:
            return redirect("admin:articles_article_add")
        return redirect("admin:articles_article_change", article.pk)

    def token(self, request: HttpRequest) -> JsonResponse:
        """For a form that was open while its writer signed in again: what it may be sent with now."""
        return JsonResponse({"token": get_token(request)})

    # --- How it looks --------------------------------------------------------------------

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The real page in a frame, at the width of a phone or of a desk."""
        article = self._story(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Preview: {article.title}",
            "article": article,
            "opts": Article._meta,
            "links": article.preview_links.select_related("by")[:20],
            "lifetimes": previews.LIFETIMES,
        }
        return TemplateResponse(request, "admin/story_preview.html", context)

    def preview_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the story in the frame with what this person has typed and not saved."""
        article = self._story(request, pk)
        if typed_last := autosaves.newest(signed_in(request), article):
            autosaves.lay_over(article, typed_last.fields)
        with as_readers():
            page = story_page(request, previews.as_if_out(article), is_preview=True)
        return in_our_frame(page)

    # --- Secret links ------------------------------------------------------------------

    def share(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = self._story(request, pk)
        days = request.POST.get("days", "")
        if days not in previews.LIFETIMES:
            messages.error(request, "Choose how long the link should work.")
        else:
            link = previews.share(article, signed_in(request), int(days))
            self.log_change(
                request, article, f"Shared a preview link until {link.expires_at:%d %b %Y}."
            )
            messages.success(
                request, "The link is below. Whoever has it can read the story until it expires."
            )
        return redirect("admin:articles_article_preview", pk)

    def revoke(self, request: HttpRequest, pk: int, link: int) -> HttpResponse:
        article = self._story(request, pk)
        found = PreviewLink.objects.filter(article=article, pk=link).first()
        if found is None:
            raise Http404("No such link.")
        previews.revoke(found, signed_in(request))
        self.log_change(request, article, "Revoked a preview link.")
        messages.success(request, "The link does not work any more.")
        return redirect("admin:articles_article_preview", pk)
