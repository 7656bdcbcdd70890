"""Warnings before an issue is sent: each a sentence, none forbids it."""

from datetime import timedelta

from django.utils import timezone

from newsletter.composing import rendering
from newsletter.composing.contents import Contents
from newsletter.models import Issue, Item

REMEMBERED = timedelta(days=30)


def warnings_of(shown: Contents, rendered: rendering.Rendered) -> list[str]:
    """Four queries at most."""
    issue = shown.issue
    found = [*_same_day(issue), *_told_before(shown)]
    left_out = _left_out(shown)
    if left_out:
        are = "is" if left_out == 1 else "are"
        found.append(f"{_stories(left_out)} of it {are} not public now, and would be left out.")
    if rendered.is_clipped:
        found.append("Gmail would cut it off, with the link to unsubscribe: take something out.")
    elif rendered.is_heavy:
        found.append("It is close to 102 kB, where Gmail cuts newsletters off.")
    return found


def _same_day(issue: Issue) -> list[str]:
    others = Issue.objects.filter(newsletter=issue.newsletter_id, day=issue.day).exclude(
        pk=issue.pk
    )
    found = []
    if others.listed().exists():
        found.append("An issue of this newsletter and day went out already.")
    elif others.filter(status=Issue.Status.SCHEDULED).exists():
        found.append("Another issue of this newsletter is scheduled for the same day.")
    return found


def _told_before(shown: Contents) -> list[str]:
    """Stories that readers of the newsletter had lately."""
    issue = shown.issue
    told = Item.objects.filter(
        issue__in=Issue.objects.published().filter(
            newsletter=issue.newsletter_id, started_at__gte=timezone.now() - REMEMBERED
        ),
        article__in=[story.article for story in (*shown.stories, *shown.discussed)],
        correction=None,
    ).exclude(issue=issue.pk)
    rows = told.order_by("-issue__started_at").values_list("article", "issue__day")
    days: dict[int, str] = {}
    for article, day in rows:
        days.setdefault(article, f"{day.day} {day:%B}")
    return [
        f"“{story.headline}” was in the issue of {days[story.article.pk]}."
        for story in (*shown.stories, *shown.discussed)
        if story.article.pk in days
    ]


def _left_out(shown: Contents) -> int:
    seen = {story.article.pk for story in (*shown.stories, *shown.discussed, *shown.corrections)}
    listed = set(shown.issue.items.values_list("article", flat=True))
    return len(listed - seen)


def _stories(number: int) -> str:
    return "One story" if number == 1 else f"{number} stories"
