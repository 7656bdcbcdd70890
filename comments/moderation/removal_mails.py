"""The writer of a removed comment is mailed the moderator’s reason, where one was chosen."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from articles.models import Article
from comments.models import ModerationDecision, RemovalReason
from core import mail

# So long an undo can still keep the mail from being sent.
WAIT = timedelta(seconds=60)


def tell_later(decisions: list[ModerationDecision], reason: RemovalReason) -> None:
    """Mail each writer once the decisions are committed, and a minute is over in which they can be
    undone.
    """
    pks = [each.pk for each in decisions]
    transaction.on_commit(lambda: _queue(pks, reason.pk))


def _queue(pks: list[int], reason: int) -> None:
    later = (
        tell.using(run_after=timezone.now() + WAIT) if tell.get_backend().supports_defer else tell
    )
    for pk in pks:
        later.enqueue(pk, reason)


@task()
def tell(decision_id: int, reason_id: int) -> None:
    """One mail. Nothing is sent of a decision that was undone."""
    decision = (
        ModerationDecision.objects.select_related("comment__user")
        .filter(pk=decision_id, undone_at=None)
        .first()
    )
    reason = RemovalReason.objects.filter(pk=reason_id).first()
    if decision is None or reason is None:
        return
    comment = decision.comment
    if not mail.is_mailbox(comment.email):
        return
    article = Article.objects.select_related("section").get(pk=int(comment.object_pk))
    context = {
        "article": article,
        "link": settings.SITE_URL + article.get_absolute_url(),
        "reason": reason.text,
        "comment": comment,
    }
    subject = f"Your comment on “{article.title}” was removed"
    mail.plain(comment.email, subject, "comments/mail/removed.txt", context, mail.AUTOMATIC).send()
