"""Addresses that go on working: a story’s former names, and other pages that moved. One hop, never
a loop.
"""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from articles.models import Article, FormerSlug, Redirect
from pagecache import add_tags, tags
from ticker.models import Coin, FormerCoinSlug

# Of the addresses of other software, registered by the app that knows them.
RULES: list[Callable[[str], str | None]] = []


def move(old_path: str, new_path: str) -> None:
    """A page moved. What led to its old address leads to the new one, so that nobody is sent on
    twice.
    """
    if old_path == new_path:
        return
    with transaction.atomic():
        for earlier in Redirect.objects.filter(old_path=new_path):
            earlier.delete()  # Something stands there again.
        for earlier in Redirect.objects.filter(new_path=old_path):
            earlier.new_path = new_path
            earlier.save()
        moved, _ = Redirect.objects.get_or_create(old_path=old_path)
        moved.new_path = new_path
        moved.save()


def follow(article: Article, old_slug: str) -> None:
    """Let the address that `article` was out under go on leading to it. What was never out leaves
    nothing.
    """
    was_out = article.published_at is not None and article.published_at <= timezone.now()
    if old_slug != article.slug and was_out:
        remember_slug(article, old_slug)


def remember_slug(article: Article, slug: str) -> None:
    """`slug` leads to `article` from now on, as long as no public story has it."""
    # Back under an earlier name, that one is no former name any more.
    FormerSlug.objects.filter(slug=article.slug).delete()
    FormerSlug.objects.update_or_create(slug=slug, defaults={"article": article})


def story_formerly(slug: str) -> Article | None:
    """The public story that was once called `slug`."""
    add_tags(tags.MISSING)  # Another story may come to be called so.
    return (
        Article.objects.published()
        .select_related("section")
        .filter(former_slugs__slug=slug)
        .first()
    )


def slug_now(model: type[Model], slug: str) -> str | None:
    """Return how what was once called `slug` is called now: its page, its feeds and the filters that
    name it go on leading to it. None for what never was.
    """
    if model is Coin:
        return FormerCoinSlug.objects.filter(slug=slug).values_list("coin__slug", flat=True).first()
    path = destination(model(slug=slug).get_absolute_url())  # type: ignore[attr-defined]
    return path.strip("/").rpartition("/")[2] if path else None


def destination(path: str) -> str | None:
    """Return where `path` leads now: a path, “” for a page that is gone, None for one that never
    was.
    """
    add_tags(tags.MISSING)
    moved = Redirect.objects.filter(old_path=path).values_list("new_path", flat=True).first()
    if moved is not None:
        return moved
    return next(filter(None, (rule(path) for rule in RULES)), None)
