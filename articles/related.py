"""What to read next: stories on the same tags, and what readers talk about most."""

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from articles import page_keys, schedule
from articles.models import Article, Section
from articles.querysets import ArticleQuerySet
from newsroom.pagecache import keys, record, whole
from newsroom.pagecache.shared import shared

RELATED = 3
MOST_TAGS = 5
AMONG = 20  # the newest of a tag: briefs and paid pieces are passed over
DISCUSSED = 5
# Wrapped once more, because SQLite joins no lists that are cut off.
_BY_SECTION = f"""SELECT id FROM (SELECT id FROM articles_article WHERE section_id = %s AND published_at <= %s
    AND status = 'published' ORDER BY published_at DESC, id DESC LIMIT {AMONG}) AS by_section"""
_BY_SUBJECT = f"""SELECT article_id FROM (SELECT article_id FROM articles_listing WHERE subject = %s
    AND published_at <= %s ORDER BY published_at DESC, article_id DESC LIMIT {AMONG}) AS by_subject"""
_SHARES = """(SELECT count(*) > 0 FROM articles_listing WHERE article_id = articles_article.id AND subject IN ({}))"""


def read_next(article: Article) -> list[Article]:
    """Stories related to `article` by its tags, then by its section, the newest first. One query."""
    tags = list(article.tags.all())[:MOST_TAGS]
    record(f"section:{article.section_id}:{page_keys.STORIES}", *map(page_keys.stories_of, tags))
    return list(nearest(article))


def nearest(article: Article) -> ArticleQuerySet:
    """The newest of each tag and of the section, joined: short walks along an index, however large the archive is.

    The walks are written out, because Django takes ten times as long to compose them as a database to make them.
    """
    subjects = [keys.of(tag) for tag in list(article.tags.all())[:MOST_TAGS]]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    walks = " UNION ALL ".join([_BY_SECTION, *[_BY_SUBJECT] * len(subjects)])
    params = [article.section_id, now]
    for subject in subjects:
        params += [subject, now]
    others = Article.objects.published().journalism().stories().exclude(pk=article.pk)
    found = others.filter(pk__in=RawSQL(walks, params)).for_cards()
    shares_tag = RawSQL(_SHARES.format(", ".join(["%s"] * len(subjects)) or "NULL"), subjects)
    return found.annotate(shares_tag=shares_tag).order_by("-shares_tag", "-published_at", "-pk")[:RELATED]


@shared(page_keys.DISCUSSED, page_keys.SCHEDULE, whole(Section))
def most_discussed() -> list[Article]:
    record(page_keys.DISCUSSED, whole(Section))
    schedule.until_next_change()
    return list(Article.objects.published().most_discussed().for_cards()[:DISCUSSED])
