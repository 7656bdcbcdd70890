"""“E-mail me when someone replies”: by the queue, once the reply is public, and easily turned off."""

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from articles.models import Article
from comments import threads
from comments.models import SiteComment

SALT = "comments.mute"


def tell_followers_later(reply: SiteComment) -> None:
    if reply.parent_id != reply.pk:
        transaction.on_commit(lambda: tell_followers.enqueue(reply.pk))


@task()
def tell_followers(reply_id: int) -> None:
    """Mail the writer of the comment that was answered, if they asked for it and it was not themselves."""
    reply = SiteComment.objects.filter(pk=reply_id, is_public=True, is_removed=False).first()
    if reply is None:
        return
    answered = SiteComment.objects.filter(pk=reply.parent_id, followup=True, is_removed=False).first()
    if answered is None or not answered.email or answered.email.lower() == reply.email.lower():
        return
    article = Article.objects.published().select_related("section").filter(pk=int(reply.object_pk)).first()
    if article is None:
        return
    mute = settings.SITE_URL + reverse("comment-mute", args=[mute_key(answered)])
    context = {
        "article": article,
        "reply": reply,
        "link": settings.SITE_URL + threads.address_of(reply, article),
        "mute": mute,
    }
    EmailMessage(
        subject="A reply to your thought",
        body=render_to_string("comments/mail/reply.txt", context),
        to=[answered.email],
        headers={
            "List-Unsubscribe": f"<{mute}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    ).send()


def mute_key(comment: SiteComment) -> str:
    """The comment’s number, signed: no address in any link."""
    return signing.dumps(comment.pk, salt=SALT)


def mute(key: str) -> None:
    """Stop mails about replies to one comment. Raises signing.BadSignature for a forged key."""
    SiteComment.objects.filter(pk=signing.loads(key, salt=SALT)).update(followup=False)
