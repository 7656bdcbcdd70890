"""Comments by the thousand: decided by the worker in batches, to be stopped and undone as a whole."""

import time
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from comments.models import BulkModeration, ModerationDecision, SiteComment
from comments.moderation import decisions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AT_ONCE = 20
BATCH = 200
MOST = 50_000
# Seconds: then the next job goes on, so that mails are not held up.
LONGEST_RUN = 60


def begin(pks: list[int], action: str, by: "User") -> BulkModeration:
    """Give the worker so many comments to decide; a few are decided at once."""
    bulk = BulkModeration.objects.create(action=action, comments=pks, total=len(pks), by=by)
    if len(pks) <= AT_ONCE:
        work.call(bulk.pk)
        bulk.refresh_from_db()
    else:
        transaction.on_commit(lambda: work.enqueue(bulk.pk))
    return bulk


@task()
def work(bulk_id: int) -> None:
    """Decide batch after batch. Each is one transaction with its place in the list, so that a run
    that is cut off is gone on with and none is counted twice.
    """
    ends = time.monotonic() + LONGEST_RUN
    while _batch(bulk_id):
        if time.monotonic() > ends:
            work.enqueue(bulk_id)
            return


def _batch(bulk_id: int) -> bool:
    with transaction.atomic():
        bulk = (
            BulkModeration.objects.select_for_update(of=("self",))
            .select_related("by")
            .get(pk=bulk_id)
        )
        if bulk.ended_at or bulk.stopped_at:
            return False
        pks = bulk.comments[bulk.done : bulk.done + BATCH]
        decided = decisions.decide(
            SiteComment.objects.filter(pk__in=pks), bulk.action, bulk.by, together=bulk.together
        )
        is_last = bulk.done + len(pks) >= bulk.total
        BulkModeration.objects.filter(pk=bulk_id).update(
            done=F("done") + len(pks),
            changed=F("changed") + len(decided),
            ended_at=timezone.now() if is_last else None,
        )
        return not is_last


def stop(bulk: BulkModeration) -> bool:
    """Stop after the batch at hand. Returns whether there was anything left."""
    running = BulkModeration.objects.filter(pk=bulk.pk, ended_at=None, stopped_at=None)
    return running.update(stopped_at=timezone.now()) == 1


def undo_later(bulk: BulkModeration) -> None:
    """Stop it, and have the worker undo what it did."""
    stop(bulk)
    transaction.on_commit(lambda: undo.enqueue(bulk.pk))


@task()
def undo(bulk_id: int) -> None:
    """Put back batch after batch what was decided, the newest first."""
    bulk = BulkModeration.objects.select_related("by").get(pk=bulk_id)
    mine = ModerationDecision.objects.filter(together=bulk.together, undone_at=None)
    ends = time.monotonic() + LONGEST_RUN
    before: int | None = None
    while time.monotonic() < ends:
        rest = mine if before is None else mine.filter(pk__lt=before)
        pks = list(rest.order_by("-pk").values_list("pk", flat=True)[:BATCH])
        if not pks:
            return
        decisions.undo(pks, bulk.by)
        before = pks[-1]
    undo.enqueue(bulk_id)


def count_undone(bulk: BulkModeration) -> int:
    return ModerationDecision.objects.filter(
        together=bulk.together, undone_at__isnull=False
    ).count()
