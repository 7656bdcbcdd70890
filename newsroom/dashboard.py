"""The dashboard: a person’s to-do list, today’s schedule, what is late, recent changes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from advertising.billing import accounts
from advertising.measurement import anomalies as odd_traffic
from advertising.models import Placement
from articles.models import Article, Revision
from audience.reports.realtime import most_read_now
from comments.models import Confirmation
from comments.moderation import decisions
from newsletter.models import Issue
from newsletter.sending import alarms as newsletter_alarms
from newsroom.first_steps import Step, steps
from newsroom.operations import health

AHEAD = timedelta(hours=36)
BEHIND = timedelta(hours=12)
MOST_ON_TIMELINE = 30
MOST_CHANGES = 12
MOST_READ = 5
PAST = {"comes out": "came out", "is taken down": "was taken down"}


@dataclass(frozen=True)
class Queue:
    number: int
    label: str
    url: str


@dataclass(frozen=True)
class DeskEvent:
    """Something with a time: a story comes out or goes, a version replaces another."""

    at: datetime
    what: str
    title: str
    url: str
    state: str  # done, next or missed


@dataclass(frozen=True)
class Today:
    first_steps: list[Step] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    odd_traffic: list[str] = field(default_factory=list)
    timeline: list[DeskEvent] = field(default_factory=list)
    changes: list[LogEntry] = field(default_factory=list)
    read_now: list[tuple[Article, int]] = field(default_factory=list)


def for_person(user: Any) -> Today:
    """Only what this person may open. One query a queue, three for the timeline, two for
    newsletters, two for what is read, one for the first steps, one for the rest.
    """
    sees_stories = user.has_perm("articles.change_article")
    alarms: list[str] = []
    if sees_stories:
        alarms = health.behind(timezone.now())
    elif user.has_perm("newsletter.send_issue"):
        alarms = newsletter_alarms.sentences()
    return Today(
        first_steps=steps(user),
        queues=_queues(user),
        alarms=alarms,
        odd_traffic=odd_traffic.recent() if user.has_perm("advertising.review_placement") else [],
        timeline=_timeline() if sees_stories else [],
        changes=_changes(user),
        read_now=most_read_now(timezone.now(), MOST_READ)
        if user.has_perm("audience.view_dailyvisitors")
        else [],
    )


def _queues(user: Any) -> list[Queue]:
    found = []
    stories = reverse("admin:articles_article_changelist")
    if user.has_perm("articles.change_article"):
        waiting, scheduled = (
            Article.objects.in_review().count(),
            Article.objects.scheduled().count(),
        )
        found.append(Queue(waiting, "stories in review", f"{stories}?status__exact=in_review"))
        found.append(Queue(scheduled, "scheduled", f"{stories}?when=scheduled"))
    if user.has_perm("advertising.review_placement"):
        found += _sales()
    if user.has_perm("advertising.add_payment"):
        found += _money()
    if user.has_perm("newsletter.change_issue"):
        drafts = Issue.objects.filter(status="draft").count()
        found.append(
            Queue(
                drafts,
                "newsletters to finish",
                f"{reverse('admin:newsletter_issue_changelist')}?status__exact=draft",
            )
        )
    if user.has_perm("comments.change_sitecomment"):
        pending = Confirmation.objects.filter(comment_id__isnull=True).count()
        queue = reverse("admin:comments_sitecomment_queue")
        found.append(Queue(decisions.count_waiting(), "comments to read", queue))
        found.append(
            Queue(
                pending,
                "comments waiting for a mail",
                reverse("admin:comments_sitecomment_changelist"),
            )
        )
    return found


def _sales() -> list[Queue]:
    """Return what advertisers wait for. Two queries."""
    placements = reverse("admin:advertising_placement_changelist")
    shortfalls = reverse("admin:advertising_shortfall_changelist")
    submitted, asked = Q(status="submitted", stopped_at=None), Q(awaits_answer=True)
    short = Q(shortfall__answer="")
    counts = Placement.objects.filter(submitted | asked | short).aggregate(
        submitted=Count("pk", filter=submitted),
        asked=Count("pk", filter=asked),
        short=Count("pk", filter=short),
    )
    found = [
        Queue(counts["submitted"], "placements to review", f"{placements}?status__exact=submitted")
    ]
    if counts["asked"]:
        found.append(
            Queue(
                counts["asked"],
                "advertisers wait for an answer",
                f"{placements}?awaits_answer__exact=1",
            )
        )
    if counts["short"]:
        found.append(
            Queue(counts["short"], "under-delivered campaigns", f"{shortfalls}?answer__exact=")
        )
    if unbilled := Placement.objects.without_invoice().count():
        label = "running without an invoice: company details missing"
        found.append(Queue(unbilled, label, f"{placements}?invoice=impossible"))
    return found


def _money() -> list[Queue]:
    """Return what finance should look at. One query."""
    orders = reverse("admin:advertising_order_changelist")
    counts = accounts.number_of_each_state()
    labels = {"overdue": "overdue invoices", "refund": "refunds due"}
    return [
        Queue(counts[state], label, f"{orders}?state={state}")
        for state, label in labels.items()
        if counts[state]
    ]


def _timeline() -> list[DeskEvent]:
    now = timezone.now()
    since, until = now - BEHIND, now + AHEAD
    stories = Article.objects.filter(
        status="published", published_at__range=(since, until)
    ).order_by("published_at")
    going = Article.objects.filter(expires_at__range=(since, until)).order_by("expires_at")
    versions = Revision.objects.filter(origin="scheduled", goes_live_at__lte=until).order_by(
        "goes_live_at"
    )
    found = [
        _happening(each, each.published_at, "comes out", now)
        for each in stories.only("title", "published_at")
    ]
    found += [
        _happening(each, each.expires_at, "is taken down", now)
        for each in going.only("title", "expires_at")
    ]
    found += [
        _happening(each.article, each.goes_live_at, "gets a new version", now, is_open=True)
        for each in versions.defer("content").prefetch_related("article")
    ]
    return sorted(found, key=lambda each: each.at)[:MOST_ON_TIMELINE]


def _happening(
    article: Article, at: datetime | None, what: str, now: datetime, is_open: bool = False
) -> DeskEvent:
    """`is_open`: it has not happened yet, whatever the hour."""
    moment = at or now
    state = "next" if moment > now else "done"
    if state == "done" and not is_open:
        what = PAST[what]
    if is_open and moment < now - health.MISSED_AFTER:
        state = "missed"
    url = reverse("admin:articles_article_change", args=[article.pk])
    return DeskEvent(moment, what, article.title, url, state)


def _changes(user: Any) -> list[LogEntry]:
    """Return recent changes on the desk, of the kinds that this person may see."""
    entries = LogEntry.objects.select_related("user", "content_type").order_by("-action_time")[
        : MOST_CHANGES * 3
    ]
    return [entry for entry in entries if _may_see(user, entry)][:MOST_CHANGES]


def _may_see(user: Any, entry: LogEntry) -> bool:
    kind = entry.content_type
    return kind is not None and user.has_perm(f"{kind.app_label}.view_{kind.model}")
