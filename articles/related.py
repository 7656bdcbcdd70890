"""What to read next: stories on the same tags, and what readers talk about most."""

from django.db.models import Exists, OuterRef

from articles import page_keys, schedule
from articles.listings import SubjectWalk
from articles.models import Article, Listing, Section
from articles.querysets import ArticleQuerySet
from newsroom.pagecache import keys, record, whole
from newsroom.pagecache.shared import shared

RELATED = 3
MOST_TAGS = 5
AMONG = 20  # the newest of a tag: briefs and paid pieces are passed over
DISCUSSED = 5


def read_next(article: Article) -> list[Article]:
    """Stories related to `article` by its tags, then by its section, the newest first. One query."""
    tags = list(article.tags.all())[:MOST_TAGS]
    record(f"section:{article.section_id}:{page_keys.STORIES}", *map(page_keys.stories_of, tags))
    return list(nearest(article))


def nearest(article: Article) -> ArticleQuerySet:
    """The newest of each tag and of the section, joined: short walks along an index, however large the archive is."""
    tags = list(article.tags.all())[:MOST_TAGS]
    others = Article.objects.published().journalism().stories().exclude(pk=article.pk)
    by_section = others.filter(section=article.section_id).newest_first()[:RELATED]
    by_tag = [SubjectWalk(tag, others).first(RELATED, among=AMONG) for tag in tags]
    # Wrapped once more, because SQLite joins no lists that are cut off.
    each = [
        Article.objects.filter(pk__in=newest.values("pk")).order_by().values("pk") for newest in (by_section, *by_tag)
    ]
    found = Article.objects.filter(pk__in=each[0].union(*each[1:])).for_cards()
    subjects = [keys.of(tag) for tag in tags]
    shares_tag = Exists(Listing.objects.filter(article=OuterRef("pk"), subject__in=subjects))
    return found.annotate(shares_tag=shares_tag).order_by("-shares_tag", "-published_at", "-pk")[:RELATED]


@shared(page_keys.DISCUSSED, page_keys.SCHEDULE, whole(Section))
def most_discussed() -> list[Article]:
    record(page_keys.DISCUSSED, whole(Section))
    schedule.until_next_change()
    return list(Article.objects.published().most_discussed().for_cards()[:DISCUSSED])
