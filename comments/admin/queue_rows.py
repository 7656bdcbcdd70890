"""Comments as moderators read them: each with its story, what it answers, and how its writer has
fared.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from articles.models import Article
from comments.models import (
    AnswerBeside,
    Edit,
    Flag,
    ModerationDecision,
    Report,
    SiteComment,
)
from comments.moderation import bans, decisions

ON_A_PAGE = 20
ASSIGNED_FOR = timedelta(hours=1)
SPAM_SHOWN = timedelta(days=30)


@dataclass
class Row:
    """A comment before a moderator. `place` orders the rows of a tab."""

    place: int
    comment: SiteComment
    flag: Flag | None
    article: Article | None
    answers: SiteComment | None
    published: int
    removed: int
    reports: list[Report]
    earlier_words: list[Edit]
    decision: ModerationDecision | None = None
    is_current: bool = False

    @property
    def found(self) -> str:
        """The words for which a rule holds it."""
        return self.flag.found if self.flag else ""

    @property
    def state(self) -> str:
        if self.comment.is_removed:
            is_spam = self.decision is not None and self.decision.action == "spam"
            return "Spam" if is_spam else "Removed"
        return "Published" if self.comment.is_public else "Pending"

    @property
    def assigned_to(self) -> Any:
        """The moderator who works on it, for an hour."""
        if self.flag is None or self.flag.assigned_at is None:
            return None
        is_fresh = self.flag.assigned_at > timezone.now() - ASSIGNED_FOR
        return self.flag.assigned_to if is_fresh else None

    @property
    def bannable(self) -> list[tuple[str, str, str, bool]]:
        """The ways in of its writer: kind, in words, value, whether a ban usually names it."""
        usual = bans.Sentence.kinds
        return [
            (kind, WAYS[kind], value, kind in usual)
            for kind, value in bans.values_of(self.comment).items()
        ]


WAYS = {"account": "Account", "address": "Inbox", "domain": "Domain", "network": "Network address"}


@dataclass
class QueuePage:
    rows: list[Row] = field(default_factory=list)
    following: int | None = None


@dataclass(frozen=True)
class Tab:
    """A list of the queue. `behind` returns what follows a place, the next first."""

    key: str
    label: str
    behind: Callable[[int], list[tuple[int, Flag | None, SiteComment]]]
    count: Callable[[], int | None]
    is_open: bool = True  # whether its comments wait for a decision


def page_of(tab: Tab, after: int = 0, at: int = 0) -> QueuePage:
    """The rows of a tab behind the place `after`; the one behind `at` is the one to decide. The
    queries are the same, however many wait.
    """
    found = tab.behind(after)
    following = found[ON_A_PAGE - 1][0] if len(found) > ON_A_PAGE else None
    rows = rows_of(found[:ON_A_PAGE])
    # Open comments are shown the oldest first, others the newest first.
    later = [row for row in rows if (row.place > at if tab.is_open else row.place < at or not at)]
    if rows:
        (later or rows[-1:])[0].is_current = True
    return QueuePage(rows, following)


def rows_of(found: list[tuple[int, Flag | None, SiteComment]]) -> list[Row]:
    comments = [comment for _, _, comment in found]
    articles = Article.objects.select_related("section", "hero").in_bulk(
        {int(each.object_pk) for each in comments}
    )
    answered = _answered_by(comments)
    published, removed = histories(comments)
    reports = _by_comment(Report.objects.filter(comment__in=comments).order_by("pk"))
    edits = _by_comment(Edit.objects.filter(comment__in=comments).order_by("pk"))
    last = _by_comment(
        ModerationDecision.objects.filter(comment__in=comments, undone_at=None).order_by("pk")
    )
    return [
        Row(
            place=place,
            flag=flag,
            comment=comment,
            article=articles.get(int(comment.object_pk)),
            answers=answered.get(comment.pk),
            published=published[writer_of(comment)],
            removed=removed[writer_of(comment)],
            reports=reports.get(comment.pk, []),
            earlier_words=edits.get(comment.pk, []),
            decision=last[comment.pk][-1] if comment.pk in last else None,
        )
        for place, flag, comment in found
    ]


def _answered_by(comments: list[SiteComment]) -> dict[int, SiteComment]:
    """The comment that each of these answers."""
    beside = dict(
        AnswerBeside.objects.filter(comment__in=comments).values_list("comment", "answered")
    )
    keys = {
        each.pk: beside.get(each.pk, each.parent_id)
        for each in comments
        if each.parent_id != each.pk
    }
    found = SiteComment.objects.select_related("user").in_bulk(set(keys.values()))
    return {pk: found[answered] for pk, answered in keys.items() if answered in found}


def _by_comment(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.comment_id, []).append(row)
    return found


def histories(comments: Iterable[SiteComment]) -> tuple[Counter[Any], Counter[Any]]:
    """Return for each writer how many comments are published and how many were removed: two queries
    for all.
    """
    published, removed = Counter[Any](), Counter[Any]()
    users = {each.user_id for each in comments if each.user_id}
    addresses = {
        each.user_email.lower() for each in comments if not each.user_id and each.user_email
    }
    counts = {
        "published": Count("pk", filter=Q(is_public=True, is_removed=False)),
        "removed": Count("pk", filter=Q(is_removed=True, stats__deleted_at=None)),
    }
    by_user = (
        SiteComment.objects.filter(user__in=users).order_by().values("user").annotate(**counts)
    )
    with_address = SiteComment.objects.annotate(address=Lower("user_email")).filter(
        address__in=addresses, user=None
    )
    for row in [*by_user, *with_address.order_by().values("address").annotate(**counts)]:
        writer = row.get("user") or row.get("address")
        published[writer], removed[writer] = row["published"], row["removed"]
    return published, removed


def writer_of(comment: SiteComment) -> Any:
    return comment.user_id or comment.user_email.lower()


# The tabs.


def _open_flags(wanted: Q) -> QuerySet[Flag]:
    return decisions.waiting().filter(wanted)


def _flags_behind(wanted: Q) -> Callable[[int], list[tuple[int, Flag | None, SiteComment]]]:
    def behind(after: int) -> list[tuple[int, Flag | None, SiteComment]]:
        flags = _open_flags(wanted).filter(pk__gt=after)
        flags = flags.select_related("comment__user", "rule", "assigned_to")
        return [(flag.pk, flag, flag.comment) for flag in flags[: ON_A_PAGE + 1]]

    return behind


def _count(wanted: Q) -> Callable[[], int]:
    return lambda: _open_flags(wanted)[: decisions.MOST_COUNTED].count()


def _spam(after: int) -> list[tuple[int, Flag | None, SiteComment]]:
    """Comments removed as spam in the last thirty days, the newest decision first."""
    found = ModerationDecision.objects.filter(
        action="spam",
        undone_at=None,
        comment__is_removed=True,
        at__gte=timezone.now() - SPAM_SHOWN,
    )
    if after:
        found = found.filter(pk__lt=after)
    rows = found.select_related("comment__user").order_by("-pk")[: ON_A_PAGE + 1]
    return [(each.pk, None, each.comment) for each in rows]


def _all(after: int) -> list[tuple[int, Flag | None, SiteComment]]:
    """Every comment in any state, the newest first."""
    found = SiteComment.objects.select_related("user").order_by("-pk")
    if after:
        found = found.filter(pk__lt=after)
    comments = list(found[: ON_A_PAGE + 1])
    return with_flags(comments)


def with_flags(comments: list[SiteComment]) -> list[tuple[int, Flag | None, SiteComment]]:
    """Comments by their keys, each with its open flag."""
    flags = {
        flag.comment_id: flag
        for flag in Flag.objects.filter(comment__in=comments, settled_at=None).select_related(
            "rule", "assigned_to"
        )
    }
    return [(each.pk, flags.get(each.pk), each) for each in comments]


_REPORTED = Q(comment__is_public=True) | Q(rule_name__startswith=decisions.REPORTED)
TABS = {
    tab.key: tab
    for tab in (
        Tab("open", "To moderate", _flags_behind(Q()), _count(Q())),
        Tab("reported", "Reported", _flags_behind(_REPORTED), _count(_REPORTED)),
        Tab("pending", "Pending", _flags_behind(~_REPORTED), _count(~_REPORTED)),
        Tab("spam", "Spam", _spam, lambda: None, is_open=False),
        Tab("all", "All", _all, lambda: None, is_open=False),
    )
}
