"""The only writer of a story’s status. Admin, commands and the demo all come through here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from articles.models import Article, ArticleCoin, StatusChange
from ticker.models import Quote
from ticker.quotes import DELAYED_AFTER

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Article.Status
NEW_FOR = timedelta(minutes=10)

# From which status a story may come to each.
ALLOWED = {
    Status.DRAFT: {Status.IN_REVIEW, Status.WITHDRAWN},
    Status.IN_REVIEW: {Status.DRAFT},
    Status.PUBLISHED: {Status.DRAFT, Status.IN_REVIEW, Status.PUBLISHED, Status.WITHDRAWN},
    Status.WITHDRAWN: {Status.PUBLISHED},
}


def submit(article: Article, by: "User") -> Article:
    """Hand a draft to the desk. Raises PermissionDenied for who may not change stories."""
    return _change_status(article, Status.IN_REVIEW, by)


def return_to_draft(article: Article, by: "User") -> Article:
    return _change_status(article, Status.DRAFT, by)


def publish(article: Article, by: "User | None", at: datetime | None = None) -> Article:
    """Publish now, or at `at`: a time in the future schedules, one in the past backdates.

    Publishing again a story that is out changes its time only if `at` is given; one that is scheduled
    comes out at once without it. Raises PermissionDenied, or ValidationError naming each field that is
    not ready. `by` is None for commands.
    """
    _require_publisher(by)

    def effect(locked: Article) -> None:
        _check_ready(locked)
        now = timezone.now()
        is_out = locked.status == Status.PUBLISHED and locked.published_at is not None and locked.published_at <= now
        if at or not is_out:
            locked.published_at = at or now
        _keep_prices(locked)

    return _change_status(article, Status.PUBLISHED, by, effect)


def withdraw(article: Article, by: "User | None", note: str = "") -> Article:
    _require_publisher(by)
    return _change_status(article, Status.WITHDRAWN, by, note=note)


def _require_publisher(by: "User | None") -> None:
    if by is not None and not by.has_perm("articles.publish_article"):
        raise PermissionDenied("Only an editor may publish or withdraw.")


def _change_status(
    article: Article,
    new: Article.Status,
    by: "User | None",
    effect: Callable[[Article], None] | None = None,
    note: str = "",
) -> Article:
    if by is not None and not by.has_perm("articles.change_article"):
        raise PermissionDenied("Only the newsroom may change stories.")
    with transaction.atomic():
        locked = Article.objects.select_for_update(of=("self",)).select_related("section").get(pk=article.pk)
        old = locked.status
        if old in (Status.PUBLISHED, Status.WITHDRAWN):
            _require_publisher(by)
        if old not in ALLOWED[new]:
            raise ValidationError(f"A story that is {Status(old).label.lower()} cannot become {new.label.lower()}.")
        if effect:
            effect(locked)
        locked.status = new
        locked.save(update_fields=["status", "published_at", "changed_at"])
        StatusChange.objects.create(article=locked, by=by, old_status=old, new_status=new, at=timezone.now(), note=note)
    article.status, article.published_at = locked.status, locked.published_at
    return locked


def _check_ready(article: Article) -> None:
    """What must be there before anybody reads it."""
    problems = article.missing()
    if not article.is_paid and not article.bylines.exists():
        problems["bylines"] = "Add a byline."
    if problems:
        raise ValidationError(problems)


def _keep_prices(article: Article) -> None:
    """Note each coin’s price at publication. Saving or publishing again keeps the first.

    Only a fresh price at about that moment counts: nothing is noted for a story that is backdated, still
    scheduled, or out while the prices were old.
    """
    now = timezone.now()
    if article.published_at is None or not now - NEW_FOR <= article.published_at <= now:
        return
    fresh = Quote.objects.filter(is_sample=False, quoted_at__gte=now - DELAYED_AFTER)
    prices = dict(fresh.values_list("coin_id", "price"))
    for about in ArticleCoin.objects.filter(article=article, price_at_publication=None):
        if about.coin_id in prices:
            about.price_at_publication = prices[about.coin_id]
            about.save(update_fields=["price_at_publication"])


@task()
def keep_prices_of_new_stories() -> None:
    """A scheduled story comes out without anybody’s doing; this notes its prices soon after."""
    now = timezone.now()
    new = Article.objects.published().filter(published_at__gte=now - NEW_FOR)
    for article in new.filter(article_coins__price_at_publication=None).distinct():
        _keep_prices(article)
