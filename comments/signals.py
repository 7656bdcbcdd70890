"""What others may want to hear of. Sent inside the transaction: whoever acts on it waits for the commit."""

from django.dispatch import Signal

# comment: SiteComment, new or with other words
posted = Signal()
# decision: Decision
decided = Signal()
