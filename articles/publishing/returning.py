"""A story that was sent for review and comes back: with what is missing, to whoever sent it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django_tasks import task

from articles.models import Article, StatusChange
from core import mail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Article.Status


def tell(article: Article, by: "User") -> None:
    """Mail whoever sent it, unless they took it back themselves."""
    change = article.status_changes.first()
    if change and _sent_by(change) not in (None, by):
        transaction.on_commit(lambda: mail_returned.enqueue(change.pk))


def latest(article: Article) -> StatusChange | None:
    """The change by which a draft came back with a note, until it is sent again."""
    if article.status != Status.DRAFT:
        return None
    change = article.status_changes.select_related("by").first()
    return change if change and change.old_status == Status.IN_REVIEW and change.note else None


def _sent_by(change: StatusChange) -> "User | None":
    """Whoever sent the story for the review that `change` ended."""
    sent = StatusChange.objects.filter(
        article=change.article_id, new_status=Status.IN_REVIEW, pk__lt=change.pk
    )
    latest_sent = sent.select_related("by").first()
    return latest_sent.by if latest_sent else None


@task()
def mail_returned(change_id: int) -> None:
    change = StatusChange.objects.select_related("article", "by").filter(pk=change_id).first()
    sender = _sent_by(change) if change else None
    if change is None or sender is None or not sender.email or not sender.is_active:
        return
    page = reverse("admin:articles_article_change", args=[change.article_id])
    context = {"change": change, "link": settings.SITE_URL + page}
    subject = f"Returned to draft: {change.article.title}"
    mail.plain(sender.email, subject, "articles/mail/returned.txt", context, mail.AUTOMATIC).send()
