"""Figures by mail: every Monday while something runs, and once when a run is over."""

from datetime import date, timedelta
from functools import partial
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from advertising.delivery.slots import NEWSLETTER_SLOT
from advertising.measurement import reports
from advertising.models import Action, Advertiser, DailyCount, Placement, SentReport
from core import mail

MONDAY = 0
NOT_BEFORE = 7  # o’clock, UTC
# After this the reach of a run’s last day is known (reach.SETTLED_AFTER).
RUN_IS_SETTLED_AFTER = timedelta(days=1, hours=4)
LOOK_BACK = timedelta(days=14)  # for what a stopped worker missed
# Of a newsletter it is known that it was sent, and not that it was seen.
_WAS_SHOWN = Q(action=Action.RENDERED) | Q(action=Action.OFFERED, slot=NEWSLETTER_SLOT)


@task()
def mail_reports() -> int:
    """Put in the queue what is due. Run twice, or by two, it sends nothing twice. Returns how many
    were claimed.
    """
    now = timezone.now()
    claimed = sum(
        _claim(placement.advertiser, placement.run[1], placement) for placement in _finished()
    )
    if now.weekday() == MONDAY and now.hour >= NOT_BEFORE:
        week = reports.Period("7d", now.date() - timedelta(days=7), now.date() - timedelta(days=1))
        claimed += sum(_claim(advertiser, week.last) for advertiser in _shown_in(week))
    return claimed


def _finished() -> list[Placement]:
    settled = (timezone.now() - RUN_IS_SETTLED_AFTER).date()
    reported = SentReport.objects.exclude(placement=None).values("placement")
    over = Placement.objects.approved().filter(
        ends_on__lte=settled, ends_on__gte=settled - LOOK_BACK
    )
    over = (
        over.filter(counts__in=DailyCount.objects.filter(_WAS_SHOWN))
        .exclude(pk__in=reported)
        .distinct()
    )
    return list(over.filter(advertiser__is_house=False).select_related("advertiser"))


def _shown_in(week: reports.Period) -> list[Advertiser]:
    counted = DailyCount.objects.filter(_WAS_SHOWN, day__range=(week.first, week.last))
    shown = Placement.objects.filter(pk__in=counted.values("placement")).values("advertiser")
    return list(Advertiser.objects.filter(pk__in=shown, is_house=False, wants_weekly_report=True))


def _claim(advertiser: Advertiser, until: date, placement: Placement | None = None) -> bool:
    """One row decides who sends it."""
    try:
        with transaction.atomic():
            sent = SentReport.objects.create(
                advertiser=advertiser, placement=placement, until=until
            )
            for address in advertiser.addresses():
                transaction.on_commit(partial(mail_report.enqueue, sent.pk, address))
    except IntegrityError:
        return False
    return True


@task()
def mail_report(sent_id: int, address: str) -> None:
    """One person’s mail, tried again by itself if the server refuses it."""
    sent = SentReport.objects.select_related("advertiser", "placement").get(pk=sent_id)
    subject, template, context = _of_run(sent) if sent.placement else _of_week(sent)
    mail.plain(address, subject, template, context).send()


def _of_week(sent: SentReport) -> tuple[str, str, dict[str, Any]]:
    placements = Placement.objects.filter(advertiser=sent.advertiser)
    week = reports.Period("7d", sent.until - timedelta(days=6), sent.until)
    rows = reports.by_placement(placements, week)
    context = {
        "advertiser": sent.advertiser,
        "period": week,
        "rows": rows,
        "total": reports.add_up(f for _, f in rows),
    }
    return f"{sent.advertiser.name}: your week in figures", "advertising/mail/week.txt", context


def _of_run(sent: SentReport) -> tuple[str, str, dict[str, Any]]:
    placement = cast(Placement, sent.placement)
    found = reports.report(placement, reports.Period("all", *placement.run))
    context = {
        "placement": placement,
        "report": found,
        "reach": max(found.reach.values(), default=None),
    }
    return f"{placement.title}: the final figures", "advertising/mail/run.txt", context
