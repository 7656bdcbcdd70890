"""The letter on the desk."""

from newsletter.admin.issues import IssueAdmin
from newsletter.admin.letters import LetterAdmin
from newsletter.admin.subscribers import SubscriberAdmin

__all__ = ["IssueAdmin", "LetterAdmin", "SubscriberAdmin"]
