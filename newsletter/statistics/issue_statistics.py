"""Statistics of an issue: deliveries, unsubscribes, clicks of people and of machines."""

from dataclasses import dataclass

from django.db.models import Count

from newsletter.models import Delivery, Issue, Link, Subscription

Status = Delivery.Status


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
    def most_people(self) -> int:
        return max((link.people for link in self.links), default=0)


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
