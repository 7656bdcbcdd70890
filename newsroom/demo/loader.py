"""Loads the demo publication. Run again, it adds what is missing and doubles nothing."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from articles.models import Article
from newsroom.demo import (
    audience,
    conversations,
    newsletters,
    orders,
    people,
    placement_counts,
    placements,
    prices,
    stories,
)
from newsroom.models import Publication

Say = Callable[[str], None]


class NotADemo(Exception):
    """The database holds somebody’s own publication, or the site runs in production."""


def load(say: Say = print) -> None:
    """Fill the database. Raises NotADemo, having changed nothing, where the demo has no
    business.
    """
    refuse_real_publication()
    now = timezone.now()
    # All or nothing: a start that was interrupted begins again, and never goes on with half a
    # publication.
    with transaction.atomic():
        people.load()
        prices.load(now)
        stories.load(now, say)
        conversations.load(now, say)
        placements.load(now)
        placement_counts.load(now)
        audience.load(now)
        orders.load()
        newsletters.load(now)
    (settings.DATA_DIR / "demo").touch()
    say(f"The demo is loaded: {Article.objects.count()} pieces.")


def refuse_real_publication() -> None:
    if settings.PRODUCTION:
        raise NotADemo(
            "The demo cannot be loaded in production: it has accounts with well-known passwords."
        )
    if Publication.objects.filter(is_demo=True).exists():
        return
    if (
        Publication.objects.exists()
        or Article.objects.exists()
        or get_user_model().objects.exists()
    ):
        raise NotADemo(
            "This database holds a publication of its own; the demo is only loaded into an empty one."
        )
