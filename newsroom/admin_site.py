"""The desk: Django’s admin under our name, with what waits for whom on its front page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone


class Desk(admin.AdminSite):
    site_header = "The desk"
    site_title = "The desk"
    index_title = "What waits"
    index_template = "admin/desk.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context = {"queues": queues(request.user), **(extra_context or {})}
        return super().index(request, context)


def queues(user: Any) -> list[dict[str, Any]]:
    """What waits for this person: a number and a link each, only for what they may open."""
    from advertising.models import Placement
    from articles.models import Article

    found = []
    if user.has_perm("articles.change_article"):
        stories = reverse("admin:articles_article_changelist")
        in_review = Article.objects.filter(status="in_review").count()
        scheduled = Article.objects.filter(status="published", published_at__gt=timezone.now()).count()
        found.append({"label": "stories in review", "number": in_review, "url": f"{stories}?status__exact=in_review"})
        found.append({"label": "scheduled", "number": scheduled, "url": f"{stories}?when=scheduled"})
    if user.has_perm("advertising.review_placement"):
        found.append(
            {
                "label": "placements to review",
                "number": Placement.objects.awaiting_review().count(),
                "url": f"{reverse('admin:advertising_placement_changelist')}?status__exact=submitted",
            }
        )
    return found
