"""Telling the caches in front of us what changed: one interface, an adapter for each kind."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from core.http_client import Unreachable

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=2)  # by then every process has dropped the page
MOST_TRIES = 10  # the last one a quarter of an hour after the first
ADAPTERS = {
    "fastly": "pagecache.cdn.fastly.Fastly",
    "cloudflare": "pagecache.cdn.cloudflare.Cloudflare",
}


class Cdn(Protocol):
    # The header in which this kind wants the keys of a page, and what stands between them.
    header: str
    separator: str

    def purge(self, keys: Sequence[str]) -> None:
        """Drop the pages that carry one of `keys`. Raises Unreachable."""


def configured() -> Cdn | None:
    name = settings.CDN
    return import_string(ADAPTERS[name])() if name else None


def purge_later(keys: Sequence[str]) -> None:
    """Have the worker purge. The job is a row of the transaction that is open, and so is done if
    that commits.

    Twice: a CDN that is told before our own processes have heard of the change may fetch the old
    page again.
    """
    if not settings.CDN:
        return
    purge_cdn.enqueue(list(keys))
    if purge_cdn.get_backend().supports_defer:
        purge_cdn.using(run_after=timezone.now() + AGAIN_AFTER).enqueue(list(keys))


@task()
def purge_cdn(keys: list[str], tries: int = 0) -> None:
    """Tried again within seconds: until it is taken, readers see what was changed or withdrawn.
    Raises Unreachable.
    """
    cdn = configured()
    if cdn is None:
        return
    try:
        cdn.purge(keys)
    except Unreachable as error:
        if tries + 1 >= MOST_TRIES or not purge_cdn.get_backend().supports_defer:
            raise
        logger.warning("the CDN took no purge", extra={"reason": str(error), "tries": tries + 1})
        later = timezone.now() + timedelta(seconds=2 ** (tries + 1))
        purge_cdn.using(run_after=later).enqueue(keys, tries + 1)
