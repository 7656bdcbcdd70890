"""The desk’s page for merging two stories: named, seen, then confirmed."""

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from articles.models import Article
from core.people import signed_in
from newsroom import story_merging


@require_http_methods(["GET", "HEAD", "POST"])
def merge_view(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("articles.merge_article"):
        raise PermissionDenied
    source = get_object_or_404(Article.objects.select_related("section"), pk=pk)
    written = request.POST.get("into", "")
    into = story_merging.named(written) if written else None
    if request.method == "POST" and into is None:
        messages.error(request, "No story has this address.")
    if into is not None and "confirmed" in request.POST and (done := _merge(request, source, into)):
        return done
    context = {
        **admin.site.each_context(request),
        "title": f"Merge: {source.title}",
        "article": source,
        "into": into,
        "written": written,
        "opts": Article._meta,
    }
    return TemplateResponse(request, "admin/story_merge.html", context)


def _merge(request: HttpRequest, source: Article, into: Article) -> HttpResponse | None:
    try:
        followed = story_merging.merge(source, into, signed_in(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return None
    text = f"Took in “{source.title}” with {followed} comments."
    LogEntry.objects.log_actions(signed_in(request).pk, [into], CHANGE, change_message=text)
    messages.success(request, f"{text} Its old addresses lead here.")
    return redirect("admin:articles_article_change", into.pk)
