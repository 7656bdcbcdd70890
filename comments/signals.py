"""Signals of comments, sent inside the transaction: whoever acts on one waits for the commit."""

from django.dispatch import Signal

# comment: SiteComment, new or with other words
posted = Signal()
# decision: Decision
decided = Signal()
