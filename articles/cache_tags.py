"""Cache tags of stories, subjects, pictures and lists."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from pagecache import tags

if TYPE_CHECKING:
    from articles.models import Article, Author, Tag

STORIES = "stories"  # any list of the newest from all sections
DISCUSSED = "discussed"
DISCUSSED_LESS = (
    "discussed-less"  # it may take fewer comments than before to be among the most discussed
)
SCHEDULE = "schedule"  # when the next story comes out or goes, which ends the life of every page
CORRECTIONS = "corrections"
COMMENTS = "comments"  # the newest of all conversations
FRONT = "front"  # what the desk put on the front page
SITEMAPS = "sitemaps"  # how many files of stories there are
SITEMAP_BLOCK = 10_000  # stories in a file; the protocol allows 50,000


def stories_tag(row: models.Model) -> str:
    """The list of stories of a section, tag, author or coin."""
    return tags.list_tag(STORIES, row)


def sitemap_block(article_pk: int) -> int:
    return article_pk // SITEMAP_BLOCK


def sitemap_tag(block: int) -> str:
    return f"sitemap:{block}"


def tags_of_article(article: "Article", also: models.Model | None = None) -> list[str]:
    """Its own pages, and every list that it stands in now. `also` is what it is being taken from or
    put to.

    Lists that it has left show it, and so carry its own key. A draft is shown nowhere.
    """
    if article.status not in ("published", "withdrawn"):
        return []
    subjects: list[models.Model] = [
        *article.tags.all(),
        *article.authors.all(),
        *article.coins.all(),
    ]
    if also is not None:
        subjects.append(also)
    found = [
        tags.row_tag(article),
        STORIES,
        tags.MISSING,
        f"section:{article.section_id}:{STORIES}",
    ]
    found += [stories_tag(subject) for subject in subjects]
    # Where the desk put it among what to read next.
    found += [f"article:{pk}" for pk in article.picked_under.values_list("article", flat=True)]
    found += [SITEMAPS, sitemap_tag(sitemap_block(article.pk))]
    if article.comment_count:
        found += [DISCUSSED, DISCUSSED_LESS]
    if article.expires_at or (article.published_at and article.published_at > timezone.now()):
        found.append(SCHEDULE)
    return found


def tags_of_subject(subject: "Tag | Author") -> list[str]:
    return [tags.row_tag(subject), tags.table_tag(subject), tags.MISSING]


def picture_tag(key: int) -> str:
    """A picture of the library inside a text."""
    return f"picture:{key}"
