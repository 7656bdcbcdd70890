"""Autosaves: kept every few seconds for each form that is open, offered when their writer comes back,
gone when they save.
"""

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_tasks import task

from articles import body
from articles.models import Article, Autosave, Image, Section
from articles.publishing import merging, revisions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Row = TypeVar("Row", Section, Image)
Content = dict[str, Any]
KEPT_FOR, DISCARDED_FOR = timedelta(days=30), timedelta(days=1)
MOST_OFFERED = 10
MOST_KEPT = 200  # of one person; the oldest go
_KEY = re.compile(r"[0-9a-f]{32}")


def new_key() -> str:
    return secrets.token_hex(16)


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def keep(
    user: "User", article: Article | None, key: str, content: Content, seen_revision: int
) -> Autosave:
    """Write down what the form `key` says. One row a form, however often it is called."""
    autosave, is_new = Autosave.objects.update_or_create(
        user=user,
        key=key,
        defaults={
            "article": article,
            "fields": content,
            "seen_revision": seen_revision,
            "at": timezone.now(),
            "discarded_at": None,
        },
    )
    if is_new:
        of_this_person = Autosave.objects.filter(user=user).order_by("-at", "-pk")
        surplus = list(of_this_person.values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 50])
        Autosave.objects.filter(pk__in=surplus).delete()
    return autosave


def find(user: "User", article: Article | None, key: str) -> Autosave | None:
    """The text that this person typed in the form `key` of this story."""
    return Autosave.objects.filter(user=user, article=article, key=key).first()


def newest(user: "User", article: Article) -> Autosave | None:
    """The text that this person typed last of this story, in whichever form."""
    return (
        Autosave.objects.filter(user=user, article=article, discarded_at=None)
        .order_by("-at", "-pk")
        .first()
    )


def unsaved(user: "User", article: Article | None) -> list[Autosave]:
    """Return what this person typed and did not save, if it says anything else than the story does,
    the newest first; among it what they discarded within a day.
    """
    kept = Autosave.objects.filter(user=user, article=article).order_by("-at", "-pk")[:MOST_OFFERED]
    if not kept:
        return []
    saved = revisions.content_of(article) if article else {}
    return [each for each in kept if _says_something(each, saved)]


def _says_something(autosave: Autosave, saved: Content) -> bool:
    if not saved:
        return any(autosave.fields.get(name) for name in ("title", "standfirst", "body"))
    return any(
        not merging.is_same(value, saved.get(name)) for name, value in autosave.fields.items()
    )


def lay_over(article: Article, content: Content) -> Article:
    """Let `article` say, in memory only, what was typed: fields of its own, and no rows."""
    for name in revisions.WORDS:
        if name in content:
            setattr(article, name, content[name])
    article.body = body.sanitise(article.body)
    if article.kind not in Article.Kind.values:
        article.kind = Article.Kind.STORY
    for name in revisions.MOMENTS:
        if name in content:
            setattr(article, name, parse_datetime(content[name]) if content[name] else None)
    article.section = _chosen(Section, content.get("section")) or article.section
    for name in revisions.PICTURES:
        if name in content:
            setattr(article, name, _chosen(Image, content[name]))
    return article


def _chosen(model: type[Row], row: Content | None) -> Row | None:
    return model._default_manager.filter(pk=row["id"]).first() if row else None


def discard(user: "User", key: str) -> bool:
    """It is not offered any more; for a day it can be brought back."""
    mine = Autosave.objects.filter(user=user, key=key, discarded_at=None)
    return mine.update(discarded_at=timezone.now()) == 1


def bring_back(user: "User", key: str) -> bool:
    mine = Autosave.objects.filter(user=user, key=key, discarded_at__isnull=False)
    return mine.update(discarded_at=None) == 1


def forget(user: "User", key: str) -> None:
    """It was saved."""
    Autosave.objects.filter(user=user, key=key).delete()


@task()
def forget_old_autosaves() -> int:
    now = timezone.now()
    discarded = Autosave.objects.filter(discarded_at__lt=now - DISCARDED_FOR).delete()[0]
    return discarded + Autosave.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
