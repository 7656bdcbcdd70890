"""Statistics of an issue: deliveries, unsubscribes, clicks of people and of machines."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, Sum
from django.utils import timezone

from newsletter.models import Delivery, Issue, Link, Newsletter, Subscription

Status = Delivery.Status


LAST_ISSUES = 10
GROWTH_OVER = timedelta(days=30)


@dataclass(frozen=True)
class Rates:
    """Per cent of the mails that were accepted. None where none was."""

    clicks: float | None
    unsubscribed: float | None
    bounced: float | None


@dataclass(frozen=True)
class IssueStatistics:
    recipients: int
    counts: dict[str, int]
    unsubscribed: int
    links: list[Link]

    def of(self, *statuses: str) -> int:
        return sum(self.counts.get(status, 0) for status in statuses)

    @property
    def accepted(self) -> int:
        return self.of(Status.SENT)

    @property
    def unconfirmed(self) -> int:
        return self.of(Status.UNCONFIRMED)

    @property
    def queued(self) -> int:
        return self.of(Status.QUEUED, Status.SENDING)

    @property
    def bounced(self) -> int:
        return self.of(Status.REFUSED, Status.FAILED, Status.BOUNCED)

    @property
    def unsubscribed_before(self) -> int:
        return self.of(Status.UNSUBSCRIBED)

    @property
    def done(self) -> int:
        return self.recipients - self.queued

    @property
    def people(self) -> int:
        return sum(link.people for link in self.links)

    @property
    def machines(self) -> int:
        return sum(link.machines for link in self.links)

    @property
    def rates(self) -> Rates:
        return Rates(
            per_cent(self.people, self.accepted),
            per_cent(self.unsubscribed, self.accepted),
            per_cent(self.bounced, self.recipients),
        )

    @property
    def most_people(self) -> int:
        return max((link.people for link in self.links), default=0)


def per_cent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


@dataclass(frozen=True)
class Usual:
    """The middle of the last issues of a newsletter before one: what is usual for it."""

    issues: int
    clicks: float | None
    readers: int | None


def usual_before(issue: Issue) -> Usual:
    """Two queries, however many issues there are."""
    before = list(
        Issue.objects.listed()
        .filter(newsletter=issue.newsletter_id, started_at__lt=issue.started_at)
        .order_by("-started_at")
        .values_list("pk", "sent_count")[:LAST_ISSUES]
    )
    people = dict(
        Link.objects.filter(issue__in=[pk for pk, _ in before])
        .order_by()
        .values_list("issue")
        .annotate(Sum("people"))
    )
    rates = [rate for pk, sent in before if (rate := per_cent(people.get(pk, 0), sent)) is not None]
    return Usual(
        len(before),
        median(rates) if rates else None,
        round(median([sent for _, sent in before])) if before else None,
    )


@dataclass(frozen=True)
class Growth:
    """The change of a list of readers in thirty days."""

    readers: int
    joined: int
    left: int


def growth_of(newsletter: Newsletter) -> Growth:
    since = timezone.now() - GROWTH_OVER
    mine = Subscription.objects.filter(newsletter=newsletter)
    return Growth(
        mine.filter(status="confirmed").count(),
        mine.filter(status="confirmed", confirmed_at__gte=since).count(),
        mine.filter(unsubscribed_at__gte=since, confirmed_at__isnull=False).count(),
    )


def statistics_of(issue: Issue) -> IssueStatistics:
    """Three queries."""
    rows = (
        Delivery.objects.filter(issue=issue).order_by().values_list("status").annotate(Count("pk"))
    )
    links = sorted(issue.links.all(), key=lambda link: (-link.people, link.pk))
    return IssueStatistics(issue.recipients, dict(rows), _unsubscribed(issue), links)


def _unsubscribed(issue: Issue) -> int:
    """Readers who unsubscribed between this issue and the next one. One query, with the next
    one’s in it.
    """
    if issue.started_at is None or issue.is_on_its_way:
        return 0  # Asked every few seconds then, and hardly begun.
    following = Issue.objects.published().filter(
        newsletter=issue.newsletter_id, started_at__gt=issue.started_at
    )
    until = following.order_by("started_at").values("started_at")[:1]
    left = Subscription.objects.filter(
        newsletter=issue.newsletter_id,
        unsubscribed_at__gte=issue.started_at,
        confirmed_at__isnull=False,
    )
    return left.exclude(unsubscribed_at__gte=until).count() if following.exists() else left.count()
