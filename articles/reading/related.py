"""Related stories, on the same tags and coins, and the most discussed ones."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import F, Model
from django.db.models.expressions import RawSQL
from django.utils import timezone

from articles import cache_tags
from articles.models import Article, Section
from articles.querysets import ArticleQuerySet
from articles.reading import page_lifetime
from pagecache import add_tags, table_tag, tags
from pagecache.cached import cached_by_tags
from ticker.models import Coin

RELATED = 3
MOST_TAGS = 5
MOST_COINS = 3
AMONG = 20  # the newest of a tag: briefs and paid pieces are passed over
DISCUSSED = 5
# Wrapped once more, because SQLite joins no lists that are cut off. CROSS JOIN keeps it to the
# order that is written.
_IS_STORY = "story.kind = 'story' AND story.paid_by = ''"
_BY_SECTION = f"""SELECT id FROM (SELECT id FROM articles_article AS story WHERE section_id = %s AND published_at <= %s
    AND status = 'published' AND {_IS_STORY} ORDER BY published_at DESC, id DESC LIMIT {AMONG}) AS by_section"""
_BY_SUBJECT = f"""SELECT story.id FROM (SELECT article_id FROM articles_listing WHERE subject = %s
    AND published_at <= %s ORDER BY published_at DESC, article_id DESC LIMIT {AMONG}) AS by_subject
    CROSS JOIN articles_article AS story WHERE story.id = by_subject.article_id AND {_IS_STORY}"""
_PICKED = """SELECT story.id FROM articles_relatedpick AS pick CROSS JOIN articles_article AS story
    WHERE pick.article_id = %s AND story.id = pick.related_id AND story.status = 'published'
    AND story.published_at <= %s AND story.paid_by = ''"""
_PLACE = """(SELECT position FROM articles_relatedpick WHERE article_id = %s AND related_id = articles_article.id)"""
_SHARED = """(SELECT count(*) FROM articles_listing WHERE article_id = articles_article.id AND subject IN ({}))"""


def read_next(article: Article, coins: Sequence[Coin] = ()) -> list[Article]:
    """Stories that the desk has picked, then those that share most tags and coins with `article`, then of
    its section, the newest first. One query.
    """
    subjects = [*list(article.tags.all())[:MOST_TAGS], *coins[:MOST_COINS]]
    add_tags(
        f"section:{article.section_id}:{cache_tags.STORIES}", *map(cache_tags.stories_tag, subjects)
    )
    return list(nearest(article, subjects))


def nearest(article: Article, subjects: Sequence[Model]) -> ArticleQuerySet:
    """The newest of each subject and of the section: short walks along an index, however large the
    archive is.

    The walks are written out, because Django takes ten times as long to compose them as a database
    to make them.
    """
    names = [tags.row_tag(subject) for subject in subjects]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    walks = " UNION ALL ".join([_PICKED, _BY_SECTION, *[_BY_SUBJECT] * len(names)])
    params = [article.pk, now, article.section_id, now]
    for name in names:
        params += [name, now]
    # By their keys alone: any other condition may lead a database through all stories.
    found = (
        Article.objects.filter(pk__in=RawSQL(walks, params))
        .unexpired()
        .exclude(pk=article.pk)
        .for_cards()
    )
    shared_subjects = RawSQL(_SHARED.format(", ".join(["%s"] * len(names)) or "NULL"), names)
    ranked = found.annotate(shared_subjects=shared_subjects, place=RawSQL(_PLACE, [article.pk]))
    order = (F("place").asc(nulls_last=True), "-shared_subjects", "-published_at", "-pk")
    return ranked.order_by(*order)[:RELATED]


@cached_by_tags(cache_tags.DISCUSSED, cache_tags.SCHEDULE, table_tag(Section))
def most_discussed() -> list[Article]:
    add_tags(cache_tags.DISCUSSED, table_tag(Section))
    page_lifetime.until_next_change()
    return list(Article.objects.published().most_discussed().for_cards()[:DISCUSSED])
