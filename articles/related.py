"""What to read next: stories on the same tags, and what readers talk about most."""

from django.db.models import Exists, OuterRef, Q

from articles import page_keys
from articles.models import Article
from newsroom.pagecache import record
from newsroom.pagecache.shared import shared

RELATED = 3
DISCUSSED = 5


def read_next(article: Article) -> list[Article]:
    """Stories related to `article` by its tags, then by its section, the newest first. One query.

    Both halves are short walks along an index, however large the archive is.
    """
    record(f"section:{article.section_id}:{page_keys.STORIES}")
    record(*(page_keys.stories_of(tag) for tag in article.tags.all()))
    tagged = Article.tags.through.objects.filter(tag_id__in=[tag.pk for tag in article.tags.all()])
    others = Article.objects.published().journalism().stories().exclude(pk=article.pk).newest_first()
    by_tag = others.filter(pk__in=tagged.values("article_id")).values("pk")[:RELATED]
    by_section = others.filter(section=article.section_id).values("pk")[:RELATED]
    found = Article.objects.filter(Q(pk__in=by_tag) | Q(pk__in=by_section)).for_cards()
    shares_tag = Exists(tagged.filter(article_id=OuterRef("pk")))
    return list(found.annotate(shares_tag=shares_tag).order_by("-shares_tag", "-published_at", "-pk")[:RELATED])


@shared(page_keys.DISCUSSED)
def most_discussed() -> list[Article]:
    record(page_keys.DISCUSSED)
    return list(Article.objects.published().most_discussed().for_cards()[:DISCUSSED])
