"""A digest of what an issue says: so that whoever acts on a page is told when it has changed
since.
"""

import hashlib
import json

from newsletter.models import Issue

FIELDS = ("day", "subject", "preheader", "intro", "closing")
ITEM_FIELDS = ("position", "kind", "article", "correction", "headline", "text")


def version_of(issue: Issue) -> str:
    """The same for an issue that says the same. Two queries."""
    row = Issue.objects.values_list(*FIELDS).get(pk=issue.pk)
    items = [list(each) for each in issue.items.order_by("pk").values_list("pk", *ITEM_FIELDS)]
    said = json.dumps([list(row), items], default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
