"""
The approved copy, pinned by a digest of all that readers see of it.

Approving notes the digest. What is served is compared with it whenever it is read anew; bytes that
differ from what was approved are not served, whoever changed them and how.
"""

import hashlib
import json

from django_tasks import task

from advertising.campaigns.pictures import digest_of_file
from advertising.models import Creative, CreativePicture, Placement

# What readers see, and where it leads.
FIELDS = (
    *("version", "headline", "text", "target_url", "alt", "disclosure"),
    *("about_token", "markets", "approver", "white_paper_url", "issuer_phone", "issuer_email"),
)


def digest(creative: Creative) -> str:
    """Of the words, and of the digests that its pictures had when they came. Uses pictures that are
    at hand.
    """
    pictures = sorted((each.size, each.digest) for each in creative.pictures.all())
    words = {name: getattr(creative, name) for name in FIELDS}
    if creative.html:
        words["html"] = creative.html
    return hashlib.sha256(json.dumps([words, pictures], sort_keys=True).encode()).hexdigest()


def is_as_approved(placement: Placement) -> bool:
    """Return whether the words and the names of the pictures are those that an editor approved."""
    creative = placement.approved_creative
    return creative is not None and digest(creative) == placement.approved_digest


@task()
def look_at_pictures() -> int:
    """Compare the files of everything approved with what they were. What differs is taken off.
    Returns how many.
    """
    changed = 0
    approved = Placement.objects.approved().exclude(approved_digest="")
    pictures = CreativePicture.objects.filter(
        creative__in=approved.values("approved_creative")
    ).select_related("creative__placement")
    for picture in pictures.iterator():
        if not _is_unchanged(picture):
            changed += 1
            placement = picture.creative.placement
            placement.approved_digest = "changed"  # compared with, it matches nothing
            placement.save(update_fields=["approved_digest"])
    return changed


def _is_unchanged(picture: CreativePicture) -> bool:
    try:
        with picture.file.open("rb") as file:
            return digest_of_file(file) == picture.digest
    except FileNotFoundError:
        return False
