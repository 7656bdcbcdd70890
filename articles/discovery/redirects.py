"""Addresses that go on working: a story’s former names, and other pages that moved. One hop, never
a loop.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from pagecache import add_tags, tags

if TYPE_CHECKING:
    from articles.models import Article

LONGEST_CHAIN = 10  # in a table that somebody filled by other means


def own_path(path: str) -> None:
    """Raise ValidationError for what is not the path of a page of ours."""
    if (
        not path.startswith("/")
        or path.startswith("//")
        or "?" in path
        or "#" in path
        or "\\" in path
    ):
        raise ValidationError("Write the path of a page here, such as /policy/a-story/.")


def leads_back(old_path: str, new_path: str) -> bool:
    """Return whether going from `new_path` on one comes to `old_path` again."""
    from articles.models import Redirect

    for _ in range(LONGEST_CHAIN):
        if new_path == old_path:
            return True
        new_path = (
            Redirect.objects.filter(old_path=new_path).values_list("new_path", flat=True).first()
            or ""
        )
        if not new_path:
            return False
    return True


def move(old_path: str, new_path: str) -> None:
    """A page moved. What led to its old address leads to the new one, so that nobody is sent on
    twice.
    """
    from articles.models import Redirect

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


def follow(article: "Article", old_slug: str) -> None:
    """Let the address that `article` was out under go on leading to it. What was never out leaves
    nothing.
    """
    was_out = article.published_at is not None and article.published_at <= timezone.now()
    if old_slug != article.slug and was_out:
        remember_slug(article, old_slug)


def remember_slug(article: "Article", slug: str) -> None:
    """`slug` leads to `article` from now on, as long as no public story has it."""
    from articles.models import FormerSlug

    # Back under an earlier name, that one is no former name any more.
    FormerSlug.objects.filter(slug=article.slug).delete()
    FormerSlug.objects.update_or_create(slug=slug, defaults={"article": article})


def story_once_called(slug: str) -> "Article | None":
    """The story, public or not, that was out under `slug` before it got another name."""
    from articles.models import Article

    return Article.objects.filter(former_slugs__slug=slug).only("pk", "title").first()


def story_formerly(slug: str) -> "Article | None":
    """The public story that was once called `slug`."""
    from articles.models import Article

    add_tags(tags.MISSING)  # Another story may come to be called so.
    return (
        Article.objects.published()
        .select_related("section")
        .filter(former_slugs__slug=slug)
        .first()
    )


def destination(path: str) -> str | None:
    """Return where `path` leads now: a path, “” for a page that is gone, None for one that never
    was.
    """
    from articles.models import Redirect

    add_tags(tags.MISSING)
    return Redirect.objects.filter(old_path=path).values_list("new_path", flat=True).first()
