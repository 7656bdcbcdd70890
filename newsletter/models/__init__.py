"""The letters, who reads them, their issues, and what became of every mail."""

from newsletter.models.deliveries import Click, Delivery
from newsletter.models.issues import ALL_ISSUES, Issue, Item, Link, Pace, issues_of
from newsletter.models.letters import Letter, main_letter
from newsletter.models.subscribers import MailedInbox, Subscriber, Subscription

__all__ = [
    "ALL_ISSUES",
    "Click",
    "Delivery",
    "Issue",
    "Item",
    "Letter",
    "Link",
    "MailedInbox",
    "Pace",
    "Subscriber",
    "Subscription",
    "issues_of",
    "main_letter",
]
