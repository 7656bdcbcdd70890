"""Names of companies: readers are told who paid, so none may pass for another, or for us."""

import re
import unicodedata

from advertising.models import Advertiser
from core.fraud_signs import lookalikes
from core.mail import publication_name

# What two firms may differ by and still be taken for one another.
_LEGAL_FORMS = re.compile(
    r"\b(?:ltd|limited|inc|llc|plc|gmbh|ag|sas?|bv|nv|oy|ab|srl|spa|pty|corp|company)\b"
)
OURS = "This is our own name. Use your company’s."
TAKEN = (
    "A company of this name, or one that looks like it, exists already. "
    "Ask a colleague to invite you, or write to us."
)


def tidy(name: str) -> str:
    """On one line, with single spaces, as Unicode composes it."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def skeleton(name: str) -> str:
    """The same for names that readers would take for one another: by case, spaces, signs, legal form
    and letters of other scripts that look alike.
    """
    plain = lookalikes.plain(name)
    return lookalikes.skeleton(_LEGAL_FORMS.sub("", plain.replace(".", ""))) or lookalikes.skeleton(
        plain
    )


def problem_with(name: str, but: int | None = None) -> str:
    """The reason that a company may not have this name; empty where it may."""
    wanted = skeleton(name)
    if wanted == skeleton(publication_name()):
        return OURS
    others = Advertiser.objects.exclude(pk=but or 0).values_list("name", flat=True)
    return TAKEN if any(skeleton(other) == wanted for other in others.iterator()) else ""
