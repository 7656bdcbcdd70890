"""The newsletters, who reads them, their issues, and what became of every mail."""

from newsletter.models.deliveries import Click, Delivery
from newsletter.models.issues import ALL_ISSUES, Issue, Item, Link, SendRate, issues_of
from newsletter.models.newsletters import Newsletter, main_newsletter
from newsletter.models.subscribers import (
    CONSENT_FIELDS,
    SignupThrottle,
    Subscriber,
    SubscriberImport,
    SubscriberTag,
    Subscription,
)

__all__ = [
    "ALL_ISSUES",
    "CONSENT_FIELDS",
    "Click",
    "Delivery",
    "Issue",
    "Item",
    "Link",
    "Newsletter",
    "SendRate",
    "SignupThrottle",
    "Subscriber",
    "SubscriberImport",
    "SubscriberTag",
    "Subscription",
    "issues_of",
    "main_newsletter",
]
