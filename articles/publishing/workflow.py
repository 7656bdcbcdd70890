"""The only writer of a story’s status. Admin, commands and the demo all come through here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from articles.models import Article, ArticleCoin, Revision, StatusChange
from articles.publishing import holdings, merging, returning, revisions
from core.clock import local_time
from ticker.models import Quote
from ticker.polling.quotes import DELAYED_AFTER

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


def return_to_draft(article: Article, by: "User", note: str = "") -> Article:
    """Take a story out of review. Whoever sent it is told by mail, with the note of what is
    missing.
    """
    with transaction.atomic():
        returned = _change_status(article, Status.DRAFT, by, note=note)
        returning.tell(returned, by)
    return returned


def publish(article: Article, by: "User | None", at: datetime | None = None) -> Article:
    """Publish now, or at `at`: a time in the future schedules, one in the past backdates.

    Publishing again a story that is out changes its time only if `at` is given; one that is
    scheduled comes out at once without it. Raises PermissionDenied, or ValidationError naming each
    field that is not ready, such as an embargo that has not ended. `by` is None for commands.
    """
    _require_publisher(by)
    before = article.published_at
    now = timezone.now()
    note = ""
    if at is not None and at < now:
        note = f"Dated {local_time(at, '%d %B %Y, %H:%M')}"
        if before and before != at:
            note += f"; it was {local_time(before, '%d %B %Y, %H:%M')}"
        note += "."

    def effect(locked: Article) -> None:
        _check_ready(locked)
        is_out = (
            locked.status == Status.PUBLISHED
            and locked.published_at is not None
            and locked.published_at <= now
        )
        if at or not is_out:
            locked.published_at = at or now
            if locked.is_updated_before_published:
                locked.updated_at = None
        _check_embargo(locked)
        _note_what_holds_now(locked)

    return _change_status(article, Status.PUBLISHED, by, effect, note)


def withdraw(article: Article, by: "User | None", note: str = "") -> Article:
    """Take a story off every page. Its address says that it is gone."""
    _require_publisher(by)
    return _change_status(article, Status.WITHDRAWN, by, note=note)


def revise_at(article: Article, content: dict[str, Any], at: datetime, by: "User") -> Revision:
    """Let a story that is out say `content` from `at` on; until then it says what it says.

    A version that was to come before is called off. Raises PermissionDenied, or ValidationError for
    a time that is past or a story that is not out.
    """
    _require_publisher(by)
    if at <= timezone.now():
        raise ValidationError("That time is past. Save the story to change it now.")
    with transaction.atomic():
        locked = _locked(article)
        if locked.status != Status.PUBLISHED:
            raise ValidationError(
                "Only a story that is published, or scheduled, can have a scheduled update."
            )
        call_off_revision(locked, by)
        based_on = locked.revision
        revision = revisions.keep(locked, by, Revision.Origin.SAVED)
        revision.based_on = based_on
        revision.content, revision.origin, revision.goes_live_at = (
            content,
            Revision.Origin.SCHEDULED,
            at,
        )
        revision.save()
        return revision


def call_off_revision(article: Article, by: "User") -> bool:
    """The version to come does not come. Returns whether there was one."""
    _require_publisher(by)
    to_come = Revision.objects.filter(article=article, origin=Revision.Origin.SCHEDULED)
    return to_come.update(origin=Revision.Origin.REPLACED) == 1


def publish_due_revisions() -> int:
    """Put out the versions whose time has come. Returns how many did."""
    now = timezone.now()
    due = Revision.objects.filter(origin=Revision.Origin.SCHEDULED, goes_live_at__lte=now).order_by(
        "goes_live_at"
    )
    return sum(_publish_due(revision) for revision in due.prefetch_related("article", "by"))


def _publish_due(revision: Revision) -> bool:
    with transaction.atomic():
        locked = _locked(revision.article)
        # One statement decides, however many workers try: it is put out once.
        still_due = Revision.objects.filter(pk=revision.pk, origin=Revision.Origin.SCHEDULED)
        if still_due.update(origin=Revision.Origin.PUBLISHED) != 1:
            return False
        try:
            with transaction.atomic():
                merged = with_scheduled(locked, revision)
                revisions.apply(locked, merged.content, revision.by, Revision.Origin.PUBLISHED)
                left_out = ", ".join(revisions.LABELS[name] for name in merged.touching)
                note = f"Version {revision.number} came out."
                if left_out:
                    note += f" Not all of it: what was saved since stayed in {left_out}."
                _log(locked, revision.by, locked.status, locked.status, note)
        except ValidationError as error:
            # What became wrong meanwhile, such as a slug that another story took, stays on the desk
            # for a person.
            Revision.objects.filter(pk=revision.pk).update(origin=Revision.Origin.REPLACED)
            text = f"Version {revision.number} could not come out: {' '.join(error.messages)}"
            _log(locked, None, locked.status, locked.status, text)
            return False
    return True


def with_scheduled(article: Article, revision: Revision) -> merging.Merge:
    """The story with a scheduled update applied: the update changes what it changed, and
    where something newer was saved in the same place, that stays.
    """
    now = revisions.content_of(article)
    number = revision.number - 1 if revision.based_on is None else revision.based_on
    base = revisions.content_at(article, number) or now
    return merging.merge(base, now, revision.content, keep="theirs")


def withdraw_expired() -> int:
    """Stories whose time is over are gone from every page already; this says so on the desk."""
    expired = list(Article.objects.expired().order_by("expires_at"))
    for article in expired:
        withdraw(article, None, note="Its time was over.")
    return len(expired)


def has_due() -> bool:
    """Return whether the scheduler has anything to do here."""
    due = Revision.objects.filter(
        origin=Revision.Origin.SCHEDULED, goes_live_at__lte=timezone.now()
    )
    # Not “exists”: it drops the order, and with it the index.
    return due.exists() or bool(
        Article.objects.expired().order_by("expires_at").values_list("pk")[:1]
    )


@task()
def carry_out_schedule() -> None:
    publish_due_revisions()
    withdraw_expired()


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
        locked = _locked(article)
        old = locked.status
        if locked.trashed_at:
            raise ValidationError("This story is in the trash. Restore it first.")
        if old in (Status.PUBLISHED, Status.WITHDRAWN):
            _require_publisher(by)
        if old not in ALLOWED[new]:
            raise ValidationError(
                f"A story that is {Status(old).label.lower()} cannot become {new.label.lower()}."
            )
        if effect:
            effect(locked)
        locked.status = new
        locked.save(update_fields=["status", "published_at", "updated_at", "changed_at"])
        _log(locked, by, old, new, note)
        if new == Status.PUBLISHED:
            revisions.keep(locked, by, Revision.Origin.PUBLISHED)
    article.status, article.published_at, article.revision = (
        locked.status,
        locked.published_at,
        locked.revision,
    )
    return locked


def _locked(article: Article) -> Article:
    return (
        Article.objects.select_for_update(of=("self",)).select_related("section").get(pk=article.pk)
    )


def _log(article: Article, by: "User | None", old: str, new: str, note: str) -> None:
    now = timezone.now()
    StatusChange.objects.create(
        article=article, by=by, old_status=old, new_status=new, at=now, note=note[:300]
    )


def what_is_missing(article: Article) -> dict[str, str]:
    """Return what must be there before anybody reads it: field and sentence."""
    problems = article.missing()
    if not article.is_paid and not article.bylines.all():
        problems["bylines"] = "Add a byline."
    return problems


def _check_ready(article: Article) -> None:
    if problems := what_is_missing(article):
        raise ValidationError(problems)


def _check_embargo(article: Article) -> None:
    until = article.embargoed_until
    if until and article.published_at and article.published_at < until:
        text = f"The embargo ends on {local_time(until)}. Schedule the story for then or later."
        raise ValidationError({"embargoed_until": text})


def _note_what_holds_now(article: Article) -> None:
    """Keep what was so when the story came out: the prices of its coins, and which of them its
    authors held.

    Nothing is noted for a story that is backdated or still to come; for the latter the scheduler
    does it in time.
    """
    now = timezone.now()
    if article.published_at is None or not now - NEW_FOR <= article.published_at <= now:
        return
    _keep_prices(article, now)
    holdings.record_at_publication(article)


def _keep_prices(article: Article, now: datetime) -> None:
    """Note each coin’s price, if it is fresh. Saving or publishing again keeps the first."""
    fresh = Quote.objects.filter(is_sample=False, quoted_at__gte=now - DELAYED_AFTER)
    prices = dict(fresh.values_list("coin_id", "price"))
    for about in ArticleCoin.objects.filter(article=article, price_at_publication=None):
        if about.coin_id in prices:
            about.price_at_publication = prices[about.coin_id]
            about.save(update_fields=["price_at_publication"])


@task()
def note_what_came_out() -> None:
    """A scheduled story comes out without anybody’s doing; this notes its prices and holdings soon
    after.
    """
    new = Article.objects.published().filter(published_at__gte=timezone.now() - NEW_FOR)
    for article in new.filter(article_coins__price_at_publication=None).distinct():
        _note_what_holds_now(article)
