"""Signs of life, for machines that watch."""

import shutil
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.models import Article, Revision
from comments.privacy import ip_anonymisation
from core.clock import local_time
from newsletter.sending import alarms as newsletter_alarms
from newsroom.models import Heartbeat
from newsroom.operations import backup, jobs
from ticker.models import Coin, Quote
from ticker.polling import provider_status as price_state
from ticker.polling.quotes import DELAYED_AFTER, is_delayed

MISSED_AFTER = timedelta(minutes=2)
MOST_NAMED = 5
BACKUP_EVERY = timedelta(hours=30)  # daily, and some hours for a late one
LEAST_FREE, LEAST_SHARE_FREE = 300_000_000, 0.02  # bytes, and of the whole disk
SILENT_AFTER = {"scheduler": timedelta(seconds=60), "worker": timedelta(minutes=3)}


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer /livez and /readyz where the page cache, which does it otherwise, does not serve."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """503 with reasons when anything is behind, for people and alarms."""
    prices = None
    try:
        reasons = behind(timezone.now())
        prices = price_state.as_json(price_state.now_of(timezone.now()))
    except (DatabaseError, InterfaceError):
        reasons = ["The database does not answer."]
    answer = {"healthy": not reasons, "reasons": reasons, "prices": prices}
    return JsonResponse(answer, status=503 if reasons else 200)


def behind(now: datetime) -> list[str]:
    """Everything that should be otherwise, a sentence each."""
    last = dict(Heartbeat.objects.values_list("name", "at"))
    reasons = [
        f"The {name} has been silent since {local_time(last[name], '%H:%M:%S')}."
        if name in last
        else f"The {name} never started."
        for name, longest in SILENT_AFTER.items()
        if name not in last or last[name] < now - longest
    ]
    reasons += missed(now)
    if ip_anonymisation.overdue():
        reasons.append("Network addresses of readers are kept longer than they should be.")
    newest = Quote.objects.order_by("-quoted_at").first()
    if newest is None and settings.PRODUCTION and Coin.objects.followed().exists():
        reasons.append("No price has come yet: see Price sources on the desk.")
    # The demo’s snapshot is marked as what it is; only live prices can be late.
    if newest and not newest.is_sample and newest.quoted_at < now - DELAYED_AFTER:
        reasons.append(f"The newest price is of {local_time(newest.quoted_at, '%d %B, %H:%M')}.")
    reasons += [*troubled_coins(), *newsletter_alarms.sentences()]
    return [*reasons, *troubled_jobs(now), *troubled_disk(), *troubled_backup(now, last)]


def troubled_jobs(now: datetime) -> list[str]:
    """Return what is wrong with the queue: jobs that failed for good, or wait too long."""
    found = []
    failed, late = jobs.failed_and_overdue(now)
    if failed:
        found.append(f"{failed} {'job' if failed == 1 else 'jobs'} failed: see Jobs on the desk.")
    if late:
        found.append(f"{late} {'job waits' if late == 1 else 'jobs wait'} longer than they should.")
    return found


def troubled_backup(now: datetime, last: dict[str, datetime]) -> list[str]:
    """Return that the last backup is too old. A demo needs none."""
    if not settings.PRODUCTION:
        return []
    if backup.HEARTBEAT not in last:
        return ["No backup was ever made."]
    at = last[backup.HEARTBEAT]
    return (
        []
        if at > now - BACKUP_EVERY
        else [f"The last backup is of {local_time(at, '%d %B, %H:%M')}."]
    )


def troubled_disk() -> list[str]:
    disk = shutil.disk_usage(settings.DATA_DIR)
    if disk.free > max(LEAST_FREE, disk.total * LEAST_SHARE_FREE):
        return []
    return [f"The disk of DATA_DIR is nearly full: {disk.free // 1_000_000} MB are left."]


def troubled_coins() -> list[str]:
    """Coins that their sources do not know any more, or whose price alone is late, a sentence
    each.
    """
    coins = list(Coin.objects.followed().select_related("quote").defer("quote__week"))
    found = [f"{coin}: {coin.problem}" for coin in coins if coin.problem]
    priced = [
        (coin, coin.quote) for coin in coins if hasattr(coin, "quote") and not coin.quote.is_sample
    ]
    late = [(coin, quote) for coin, quote in priced if is_delayed(quote)]
    if len(late) < len(priced):  # Otherwise all are, which is said of all together.
        found += [
            f"{coin} has had no price since {local_time(quote.quoted_at, '%d %B, %H:%M')}."
            for coin, quote in late
        ]
    return found[:MOST_NAMED]


def missed(now: datetime) -> list[str]:
    """Return what should have happened by now and did not, a sentence each: the scheduler or the
    worker stands still.
    """
    overdue = now - MISSED_AFTER
    # Their stories are asked for apart: joined, they may lead SQLite to go through all stories
    # first.
    versions = Revision.objects.filter(origin=Revision.Origin.SCHEDULED, goes_live_at__lt=overdue)
    versions = versions.order_by("goes_live_at").defer("content").prefetch_related("article")
    found = [
        f"A new version of “{version.article.title}” was due on {local_time(version.goes_live_at, '%d %B at %H:%M')}."
        for version in versions[:MOST_NAMED]
    ]
    expired = Article.objects.expired().filter(expires_at__lt=overdue).order_by("expires_at")
    return found + [
        f"“{article.title}” was to be taken down on {local_time(article.expires_at, '%d %B at %H:%M')}; readers "
        "see it gone."
        for article in expired.only("title", "expires_at")[:MOST_NAMED]
    ]
