"""
The links in our mails: signed, so that nobody can make one, and never with an address in them.

The link to leave is the key of a subscription: it names reader and newsletter, and works for as
long as there is one.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.urls import reverse

from core import mail
from newsletter.models import Subscriber, Subscription

CONFIRM, PREFERENCES, ADDRESS = "newsletter.confirm", "newsletter.preferences", "newsletter.address"
BACK = "newsletter.back"
DAY = 24 * 3600  # seconds
LIFETIMES = {CONFIRM: 2 * DAY, PREFERENCES: 90 * DAY, ADDRESS: 2 * DAY, BACK: 7 * DAY}
# What the link in a newsletter stands for besides its reader: newsletters are forwarded.
IN_NEWSLETTER = "newsletter"
_PLACES = {
    CONFIRM: "newsletter-confirm",
    PREFERENCES: "newsletter-preferences",
    ADDRESS: "newsletter-address",
    BACK: "newsletter-back",
}
_LONGEST = 800


class LinkExpired(Exception):
    """It was a link of ours; its time is over. `subscriber` is whose it was."""

    def __init__(self, subscriber: Subscriber) -> None:
        super().__init__("This link has expired.")
        self.subscriber = subscriber


def link(purpose: str, subscriber: Subscriber, more: object = None) -> str:
    """The whole address, for a mail. `more` is what else the link stands for: newsletters, or who
    has the new address.
    """
    token = signing.dumps([subscriber.key, more], salt=purpose)
    return settings.SITE_URL + reverse(_PLACES[purpose], args=[token])


def read(purpose: str, token: str) -> tuple[Subscriber, object] | None:
    """Return whose link it is and what it stands for; None for one that is not ours. Raises
    LinkExpired.
    """
    try:
        key, more = signing.loads(token[:_LONGEST], salt=purpose)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    subscriber = Subscriber.objects.filter(key=key).first()
    if subscriber is None:
        return None
    try:
        signing.loads(token, salt=purpose, max_age=LIFETIMES[purpose])
    except signing.SignatureExpired:
        raise LinkExpired(subscriber) from None
    return subscriber, more


def to_leave(subscription: Subscription) -> str:
    return settings.SITE_URL + reverse("newsletter-leave", args=[subscription.key])


def leaving_headers(subscription: Subscription) -> dict[str, str]:
    return mail.one_click(to_leave(subscription))


def host() -> str:
    """Our name on the wire, for identifiers of newsletters and mails."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"
