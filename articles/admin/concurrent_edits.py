"""Two people, or one and a scheduled update, change a story: both are brought together, and told."""

from django.contrib import messages
from django.http import HttpRequest

from articles.admin import typed
from articles.models import Article, Revision
from articles.publishing import merging, revisions, workflow
from core.clock import local_time
from core.numbers import whole_number


def bring_together(request: HttpRequest, article: Article | None) -> None:
    """Before a form is read: put what was saved since it was opened into it, where that touches
    nothing that the form changes. What touches is the form’s to tell.
    """
    seen = whole_number(request.POST.get("seen_revision", ""))
    if article is None or seen is None or seen >= article.revision:
        return
    if request.POST.get("_over") == str(article.revision):
        return
    base = revisions.content_at(article, seen)
    if base is None:
        return
    mine = typed.content_of(request.POST)
    merged = merging.merge(base, revisions.content_of(article), mine)
    post = request.POST.copy()
    typed.write(post, mine, merged.content, article)
    if not merged.touching:
        post["seen_revision"] = str(article.revision)
        newest = article.revisions.select_related("by").filter(number=article.revision)
        request.__dict__["merged_with"] = newest.first()
    request.POST = post  # type: ignore[assignment]


def fields_left_out(article: Article, to_come: Revision) -> str:
    """Name what a scheduled update will not change, because something newer stands there."""
    touching = workflow.with_scheduled(article, to_come).touching
    return ", ".join(revisions.LABELS[name].lower() for name in touching)


def tell_of_others(request: HttpRequest, article: Article) -> None:
    """After a save: say what came into the story with it, and what a scheduled update will not change."""
    if theirs := getattr(request, "merged_with", None):
        text = (
            f"{theirs.by_name} saved version {theirs.number} while you were writing. "
            f"Version {article.revision} has both: nothing that either of you changed touches."
        )
        messages.info(request, text)
    to_come = article.revisions.filter(origin=Revision.Origin.SCHEDULED).first()
    if to_come and (names := fields_left_out(article, to_come)):
        text = (
            f"The update scheduled for {local_time(to_come.goes_live_at)} changes the "
            f"same: {names}. What you saved now will stay."
        )
        messages.warning(request, text)
