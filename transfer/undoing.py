"""Take back what an import brought, and nothing that was here before it or has come since."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from articles.models import Article, Author, Image, Redirect, Section, Tag
from comments.models import SiteComment
from transfer import pages
from transfer.bringing import comments
from transfer.models import Import, ImportedObject

Kind = ImportedObject.Kind
BATCH = 500


def undo(run: Import) -> dict[str, int]:
    """Delete what it made. Returns how many of each kind. Raises ValidationError where it was undone.

    A section, tag, author or picture that something else has come to use stays.
    """
    if run.undone_at:
        raise ValidationError("This import was undone already.")
    gone = {}
    with transaction.atomic():
        keys = _keys(run, Kind.COMMENT)
        answered = SiteComment.objects.filter(pk__in=keys).values_list("object_pk", flat=True)
        stories = {int(key) for key in answered.distinct().order_by()}
        gone["comments"] = _delete(run, Kind.COMMENT, SiteComment)
        comments.count_again(stories)
        gone["stories"] = _delete_stories(run)
        Redirect.objects.filter(new_path__in=_addresses_beside(run)).delete()
        gone["pages"] = pages.registered().delete(_keys(run, Kind.PAGE))
        gone["tags"] = _delete(run, Kind.TAG, Tag, articles=None)
        gone["sections"] = _delete(run, Kind.CATEGORY, Section, articles=None)
        gone["authors"] = _delete(run, Kind.AUTHOR, Author, bylines=None)
        gone["pictures"] = _delete(run, Kind.PICTURE, Image, led_stories=None, portrayed=None)
        run.objects_brought.all().delete()
        run.undone_at = timezone.now()
        run.save(update_fields=["undone_at"])
    return gone


def _keys(run: Import, kind: Kind) -> list[int]:
    return list(run.objects_brought.filter(kind=kind, is_new=True).values_list("target", flat=True))


def _delete(run: Import, kind: Kind, model: type, **unused: None) -> int:
    keys, number = _keys(run, kind), 0
    for start in range(0, len(keys), BATCH):
        found = model.objects.filter(pk__in=keys[start : start + BATCH], **unused)  # type: ignore[attr-defined]
        number += len(found)
        found.delete()
    return number


def _addresses_beside(run: Import) -> list[str]:
    """Of pages and pictures, which old addresses lead to."""
    images = Image.objects.filter(pk__in=_keys(run, Kind.PICTURE))
    address = pages.registered().address
    return [*map(address, _keys(run, Kind.PAGE)), *(image.file.url for image in images.iterator())]


def _delete_stories(run: Import) -> int:
    keys = _keys(run, Kind.STORY)
    number = 0
    for start in range(0, len(keys), BATCH):
        found = list(
            Article.objects.filter(pk__in=keys[start : start + BATCH]).select_related("section")
        )
        addresses = [article.get_absolute_url() for article in found]
        Redirect.objects.filter(new_path__in=addresses).delete()
        for article in found:
            article.delete()
        number += len(found)
    return number
