"""Autosaves: kept every few seconds, offered when their writer comes back, gone when they save."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils import timezone
from django_tasks import task

from articles import body
from articles.models import Article, Autosave, Image, Section
from core.numbers import whole_number

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Row = TypeVar("Row", Section, Image)
FIELDS = (
    "title",
    "slug",
    "standfirst",
    "body",
    "paid_by",
    "disclosure",
    "risk_warning",
    "section",
    "kind",
    "hero",
)
LONGEST = 500_000  # characters of one field; the form itself takes a megabyte
KEPT_FOR = timedelta(days=30)


def keep(
    user: "User", article: Article | None, fields: dict[str, str], seen_revision: int
) -> Autosave:
    """Write down the form’s fields as they stand. One row a person and story, however often it is
    called.
    """
    values = {name: fields[name][:LONGEST] for name in FIELDS if name in fields}
    copy, _ = Autosave.objects.update_or_create(
        user=user,
        article=article,
        defaults={"fields": values, "seen_revision": seen_revision, "at": timezone.now()},
    )
    return copy


def unsaved(user: "User", article: Article | None) -> Autosave | None:
    """Return the unsaved text of this person, if it says anything else than the story does."""
    copy = Autosave.objects.filter(user=user, article=article).first()
    if copy is None or not _differs(copy, article):
        return None
    return copy


def _differs(copy: Autosave, article: Article | None) -> bool:
    if article is None:
        return any(copy.fields.get(name) for name in ("title", "standfirst", "body"))
    return any(
        copy.fields[name] != value
        for name, value in as_text(article).items()
        if name in copy.fields
    )


def as_text(article: Article) -> dict[str, str]:
    """The fields as the form sends them."""
    values: dict[str, Any] = {name: getattr(article, name) for name in FIELDS[:6]}
    values |= {
        "section": article.section_id or "",
        "kind": article.kind,
        "hero": article.hero_id or "",
    }
    return {name: str(value) for name, value in values.items()}


def lay_over(article: Article, copy: Autosave) -> Article:
    """Let `article` say, in memory only, what was typed."""
    for name in FIELDS[:6]:
        if name in copy.fields:
            setattr(article, name, copy.fields[name])
    article.body = body.sanitise(article.body)
    if copy.fields.get("kind") in Article.Kind.values:
        article.kind = copy.fields["kind"]
    article.section = _chosen(Section, copy.fields.get("section", "")) or article.section
    if "hero" in copy.fields:
        article.hero = _chosen(Image, copy.fields["hero"])
    return article


def _chosen(model: type[Row], key: str) -> Row | None:
    pk = whole_number(key)
    return None if pk is None else model._default_manager.filter(pk=pk).first()


def discard(user: "User", article: Article | None) -> None:
    Autosave.objects.filter(user=user, article=article).delete()


@task()
def forget_old_copies() -> int:
    return Autosave.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]
