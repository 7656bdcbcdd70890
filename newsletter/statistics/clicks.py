"""
Clicks on the links of newsletters: noted when they come, counted once it is known whether a person
made them.

A machine shows itself by what it opens within seconds, so nothing is counted before ten minutes
have passed. Then each link has a number of people and one of machines, the advertiser’s ledger has
its lines, and after a month the rows that know which mail it was are gone.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone
from django_tasks import task

from advertising.delivery.slots import NEWSLETTER_SLOT
from advertising.measurement import ledger
from advertising.models import Action
from articles.models import Article
from audience import digests, robots
from newsletter.models import Click, Delivery, Issue, Link
from newsletter.statistics import bot_clicks

logger = logging.getLogger(__name__)

SETTLED_AFTER = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)
OFFERED_WITHIN = timedelta(days=7)  # whatever stopped a worker meanwhile
MOST_OF_A_MAIL = 200  # clicks that are noted: nobody fills our table with one link
MOST_AT_ONCE = 2_000


def note(link: Link, delivery: int, reason: str, network: str, agent: str) -> None:
    """Keep that a link was opened from a mail. Of mails of long ago nothing is noted."""
    now = timezone.now()
    row = Delivery.objects.filter(
        pk=delivery, issue=link.issue_id, issue__started_at__gt=now - KEPT_FOR
    )
    if not row.exists() or Click.objects.filter(delivery=delivery).count() >= MOST_OF_A_MAIL:
        return
    sender = digests.person(network, agent, now.date())
    Click.objects.create(delivery_id=delivery, link=link, at=now, reason=reason, sender=sender)


def on_story(story: Article) -> int:
    """Recipients who followed a link to a story, in whatever newsletter."""
    return story.newsletter_links.aggregate(number=Sum("people"))["number"] or 0


@task()
def settle() -> int:
    """Count what is old enough to be judged. Run twice, or by two, nothing counts twice. Returns
    how many clicks.
    """
    now = timezone.now()
    _count_offered()
    mails = (
        _unsettled()
        .filter(at__lt=now - SETTLED_AFTER)
        .values_list("delivery", flat=True)
        .distinct()
    )
    settled = sum(_settle_mail(delivery, now) for delivery in list(mails[:MOST_AT_ONCE]))
    Click.objects.filter(at__lt=now - KEPT_FOR, settled_at__isnull=False).delete()
    return settled


def _unsettled() -> QuerySet[Click]:
    return Click.objects.filter(settled_at=None)


def _settle_mail(delivery: int, now: datetime) -> int:
    """Judge the clicks of one mail together. The row of the mail is the lock."""
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=delivery)
        clicks = list(
            Click.objects.filter(delivery=delivery)
            .select_related("link__issue")
            .order_by("at", "pk")
        )
        is_new = any(
            click.settled_at is None and click.at >= now - SETTLED_AFTER for click in clicks
        )
        if is_new and clicks[0].at >= now - LONGEST_WAIT:
            return 0  # It goes on: seen together a little later.
        judged = bot_clicks.reasons_together(clicks)
        counted = {click.link_id for click in clicks if click.settled_at and not click.reason}
        new = [click for click in clicks if click.settled_at is None]
        for click in new:
            click.reason, click.settled_at = judged[click.pk], now
            if not click.reason and click.link_id in counted:
                click.reason = robots.REPLAYED
            counted |= {click.link_id} if not click.reason else set()
        Click.objects.bulk_update(new, ["reason", "settled_at"])
        _add_to_links(new)
        _add_to_ledger(new)
    return len(new)


def _add_to_links(clicks: list[Click]) -> None:
    people = Counter(click.link_id for click in clicks if not click.reason)
    machines = Counter(
        click.link_id for click in clicks if click.reason and click.reason != robots.REPLAYED
    )
    for link in sorted(people.keys() | machines.keys()):
        Link.objects.filter(pk=link).update(
            people=F("people") + people[link], machines=F("machines") + machines[link]
        )


def _add_to_ledger(clicks: list[Click]) -> None:
    """The advertiser’s: every click on the paid place, and why it does not count."""
    lines: Counter[ledger.Line] = Counter()
    pages: Counter[ledger.PageLine] = Counter()
    for click in clicks:
        issue = click.link.issue
        if click.link.kind != Link.Kind.PLACEMENT or issue.placement_id is None:
            continue
        lines[
            issue.placement_id, NEWSLETTER_SLOT, click.at.date(), Action.CLICKED.value, click.reason
        ] += 1
        if not click.reason:
            pages[issue.placement_id, page_of(issue), Action.CLICKED.value] += 1
    ledger.add(lines)
    ledger.add_to_pages(pages)


def _count_offered() -> None:
    """Tell the advertiser’s ledger of the mails that were accepted since it was told last."""
    carrying = Issue.objects.exclude(placement=None).filter(
        started_at__gt=timezone.now() - OFFERED_WITHIN
    )
    for pk in list(carrying.values_list("pk", flat=True)):
        with transaction.atomic():
            issue = (
                Issue.objects.select_for_update(of=("self",))
                .select_related("newsletter")
                .get(pk=pk)
            )
            accepted = Delivery.objects.filter(
                issue=issue, status__in=("sent", "bounced"), has_placement=True
            ).count()
            new = accepted - issue.offered_count
            if new <= 0 or issue.placement_id is None:
                continue
            day = (issue.started_at or timezone.now()).date()
            ledger.add({(issue.placement_id, NEWSLETTER_SLOT, day, Action.OFFERED.value, ""): new})
            ledger.add_to_pages({(issue.placement_id, page_of(issue), Action.OFFERED.value): new})
            Issue.objects.filter(pk=pk).update(offered_count=accepted)


def page_of(issue: Issue) -> str:
    """As reports name it: its address in the archive."""
    return issue.get_absolute_url()
