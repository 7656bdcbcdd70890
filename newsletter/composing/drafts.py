"""Fills an issue from what came out since the last one; and makes the issues of the newsletters
whose turn it is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_tasks import task

from articles.models import Article, Correction
from articles.querysets import ArticleQuerySet
from articles.reading import front_page
from core.clock import local_time
from newsletter.composing import schedule
from newsletter.models import Issue, Item, Newsletter
from newsletter.sending import issue_status

MOST_CONSIDERED = 60  # stories; the work does not grow with the archive
MOST_DISCUSSED = 2
FEWEST_COMMENTS = 3
MOST_CORRECTIONS = 5
DISCUSSED_WITHIN = timedelta(days=7)
LONGEST_LOOK_BACK = timedelta(days=14)
DRAFTED_AHEAD = timedelta(hours=2)
# A turn that a stopped scheduler missed is made up for until then; later it would come as a
# surprise.
MADE_UP_WITHIN = timedelta(hours=6)

Status = Issue.Status


def draft(newsletter: Newsletter, turn_at: datetime | None = None) -> Issue:
    """A new issue, filled. Raises IntegrityError when the turn has one."""
    with transaction.atomic():
        day = newsletter.day_of(turn_at or timezone.now())
        issue = Issue.objects.create(newsletter=newsletter, day=day, turn_at=turn_at)
        fill(issue)
    return issue


def fill(issue: Issue) -> None:
    """Take what is new, in place of whatever stood there. Seven queries and one for all rows.

    Raises ValidationError, having changed nothing, where the issue began to go out meanwhile.
    """
    newsletter, now = issue.newsletter, timezone.now()
    since = covered_until(issue) or now - schedule.interval(newsletter)
    since = max(since, now - LONGEST_LOOK_BACK)
    stories = _chosen(newsletter, since, issue)
    discussed = _discussed(newsletter, [story.pk for story in stories], issue)
    corrections = _corrections(newsletter)
    items = [Item(kind=Item.Kind.STORY, article=story) for story in stories]
    items += [Item(kind=Item.Kind.DISCUSSED, article=story) for story in discussed]
    items += [
        Item(kind=Item.Kind.CORRECTION, article=each.article, correction=each)
        for each in corrections
    ]
    for number, item in enumerate(items, start=1):
        item.issue, item.position = issue, number * 10
    with transaction.atomic():
        if not Issue.objects.select_for_update().get(pk=issue.pk).may_be_edited:
            raise ValidationError("It has gone out, and stays as it was sent.")
        issue.items.all().delete()
        Item.objects.bulk_create(items)
        Issue.objects.filter(pk=issue.pk).update(since=since, filled_at=now)
    issue.since = since


def duplicate(issue: Issue, by: Any) -> Issue:
    """A new draft that says the same, for today. Its stories are those that stand in `issue`."""
    with transaction.atomic():
        copy = Issue.objects.create(
            newsletter=issue.newsletter,
            day=issue.newsletter.day_of(timezone.now()),
            subject=issue.subject,
            preheader=issue.preheader,
            intro=issue.intro,
            closing=issue.closing,
            since=issue.since,
            filled_at=issue.filled_at,
            created_by=by,
        )
        items = list(issue.items.all())
        for item in items:
            item.pk, item.issue = None, copy
        Item.objects.bulk_create(items)
    return copy


def covered_until(issue: Issue) -> datetime | None:
    """Return when the last sent issue of the newsletter was filled: what came out since is in
    none.
    """
    gone = Issue.objects.published().filter(newsletter=issue.newsletter_id).exclude(pk=issue.pk)
    until = Coalesce("filled_at", "started_at")
    return (
        gone.order_by("-started_at").annotate(until=until).values_list("until", flat=True).first()
    )


def _stories_of(newsletter: Newsletter) -> ArticleQuerySet:
    stories = Article.objects.published().journalism().stories()
    if newsletter.section_id:
        return stories.filter(section=newsletter.section_id)
    return stories.filter(coins=newsletter.coin_id) if newsletter.coin_id else stories


def _chosen(newsletter: Newsletter, since: datetime, issue: Issue) -> list[Article]:
    """The lead first, then one of each section in turn, the newest of each before its second."""
    told = Item.objects.filter(
        issue__newsletter=newsletter, kind=Item.Kind.STORY, issue__started_at__gte=since
    )
    told = told.filter(issue__in=Issue.objects.published()).exclude(issue=issue)
    new = (
        _stories_of(newsletter)
        .filter(published_at__gt=since)
        .exclude(pk__in=told.values("article"))
    )
    found = list(new.select_related("section").only(*_LIGHT).newest_first()[:MOST_CONSIDERED])
    if not found:
        return []
    lead = _lead(found)
    others = balanced([story for story in found if story.pk != lead.pk])
    return [lead, *others][: newsletter.most_stories]


_LIGHT = (
    "title",
    "published_at",
    "hero",
    "section__name",
    "section__is_opinion",
    "section__position",
)


def _lead(stories: Sequence[Article]) -> Article:
    """Return what leads the front page if it is new; else the newest report with a picture."""
    on_front = {story.pk for place, story in front_page.picked() if place == 1}
    for is_wanted in (
        lambda story: story.pk in on_front,
        lambda story: story.hero_id and not story.section.is_opinion,
        lambda story: not story.section.is_opinion,
    ):
        if found := next(filter(is_wanted, stories), None):
            return found
    return stories[0]


def balanced(stories: Sequence[Article]) -> list[Article]:
    """One of each section in the order of the menu, then the second of each, and so on; within each
    as they came.
    """
    seen: dict[int, int] = {}
    ranked = []
    for story in stories:
        turn = seen[story.section_id] = seen.get(story.section_id, 0) + 1
        ranked.append(((turn, story.section.position, story.section_id), story))
    return [story for _, story in sorted(ranked, key=lambda each: each[0])]


def _discussed(newsletter: Newsletter, taken: Sequence[int], issue: Issue) -> list[Article]:
    """Stories that are discussed, and were in no earlier issue: neither as a story nor as discussed."""
    told = Item.objects.filter(
        issue__in=Issue.objects.published().filter(newsletter=newsletter), correction=None
    ).exclude(issue=issue)
    lately = timezone.now() - DISCUSSED_WITHIN
    talked_about = (
        _stories_of(newsletter)
        .most_discussed()
        .filter(published_at__gte=lately, comment_count__gte=FEWEST_COMMENTS)
    )
    return list(
        talked_about.exclude(pk__in=taken)
        .exclude(pk__in=told.values("article"))
        .only("title")[:MOST_DISCUSSED]
    )


def _corrections(newsletter: Newsletter) -> list[Correction]:
    """To what readers of this newsletter were sent before, each once: what is too much for this
    issue is in the next.
    """
    gone = Item.objects.filter(issue__in=Issue.objects.published().filter(newsletter=newsletter))
    told = gone.filter(correction=None, article=OuterRef("article")).annotate(
        as_of=Coalesce("issue__filled_at", "issue__started_at")
    )
    new = Correction.objects.listed().filter(
        Exists(told.filter(as_of__lt=OuterRef("at"))),
        ~Exists(gone.filter(correction=OuterRef("pk"))),
        at__gt=timezone.now() - LONGEST_LOOK_BACK,
    )
    gravest_first = Case(When(kind=Correction.Kind.RETRACTION, then=0), default=1)
    return list(new.order_by(gravest_first, "-at", "-pk")[:MOST_CORRECTIONS])


# --- By itself ------------------------------------------------------------------------------------


@task()
def compose_due() -> int:
    """Make the issues whose turn is near. Run twice, or by two, no turn has two. Returns how many
    were made.
    """
    now = timezone.now()
    return sum(
        _compose(newsletter, now)
        for newsletter in Newsletter.objects.select_related("section", "coin")
    )


def _compose(newsletter: Newsletter, now: datetime) -> bool:
    since = now - MADE_UP_WITHIN
    turn = schedule.next_turn(newsletter, max(since, newsletter.planned_at or since))
    ahead = timedelta(0) if newsletter.is_automatic else DRAFTED_AHEAD
    if turn - ahead > now or _has_issue(newsletter, turn):
        return False
    if not newsletter.subscriptions.active().exists() and newsletter.is_automatic:
        return False  # Nobody reads it.
    try:
        with (
            transaction.atomic()
        ):  # All of it or nothing: a draft alone would be taken for a turn that was made.
            issue = draft(newsletter, turn_at=turn)
            has_news = issue.items.filter(kind=Item.Kind.STORY).exists()
            if not has_news and now < turn:
                transaction.set_rollback(True)
                return False  # Something may come out before its hour.
            if not has_news:
                issue_status.skip(
                    issue, f"Nothing new came out since {local_time(issue.since, '%d %B, %H:%M')}."
                )
            elif newsletter.is_automatic:
                issue_status.schedule(
                    issue, turn
                )  # Due at once, and of its own day if that was yesterday.
    except (IntegrityError, ValidationError):
        return (
            False  # Somebody was faster, or its story went: the other newsletters have their turn.
        )
    return True


def _has_issue(newsletter: Newsletter, turn: datetime) -> bool:
    """Made for this turn, or for its day: by hand, for another hour, or put off to it. One that
    went late is none.
    """
    day = newsletter.day_of(turn)
    midnight = schedule.midnight(newsletter, day)
    went_late = Q(turn_at__lt=midnight, started_at__isnull=False)
    of_day = Q(day=day) & ~went_late & ~Q(status__in=(Status.SKIPPED, Status.CANCELLED))
    return Issue.objects.filter(Q(turn_at=turn) | of_day, newsletter=newsletter).exists()
