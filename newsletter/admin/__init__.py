"""The newsletter on the desk."""

from newsletter.admin.issues import IssueAdmin
from newsletter.admin.newsletters import NewsletterAdmin
from newsletter.admin.subscribers import SubscriberAdmin

__all__ = ["IssueAdmin", "NewsletterAdmin", "SubscriberAdmin"]
