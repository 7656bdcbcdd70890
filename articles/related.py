"""What to read next: stories on the same tags, and what readers talk about most. One query for both."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from articles import page_keys
from articles.models import Article
from newsroom.pagecache import record

RELATED = 3
DISCUSSED = 5


@dataclass
class Rail:
    related: list[Article]
    discussed: list[Article]


def rail(article: Article) -> Rail:
    """Stories related to `article` by its tags, then by its section, and the most discussed of all."""
    record(page_keys.DISCUSSED, f"section:{article.section_id}:{page_keys.STORIES}")
    record(*(page_keys.stories_of(tag) for tag in article.tags.all()))
    public = Article.objects.published().journalism()
    others = public.exclude(pk=article.pk).stories()
    tag_ids = [tag.pk for tag in article.tags.all()]
    tagged = Article.tags.through.objects.filter(tag_id__in=tag_ids).values("article_id")
    by_tag = others.filter(pk__in=tagged).newest_first().values("pk")[:RELATED]
    by_section = others.filter(section=article.section_id).newest_first().values("pk")[:RELATED]
    discussed = public.most_discussed().values("pk")[:DISCUSSED]
    rows = (
        public.for_cards()
        .annotate(
            by_tag=_is_in(by_tag),
            by_section=_is_in(by_section),
            discussed=_is_in(discussed),
        )
        .filter(_any_of(by_tag, by_section, discussed))
        .newest_first()
    )
    found: list[Any] = list(rows)
    related = [row for row in found if row.by_tag] + [row for row in found if row.by_section and not row.by_tag]
    most = sorted((row for row in found if row.discussed), key=lambda row: row.comment_count, reverse=True)
    return Rail(related[:RELATED], most[:DISCUSSED])


def most_discussed() -> list[Article]:
    record(page_keys.DISCUSSED)
    return list(Article.objects.published().most_discussed().for_cards()[:DISCUSSED])


def _is_in(keys: QuerySet[Any, Any]) -> Case:
    return Case(When(pk__in=keys, then=Value(True)), default=Value(False), output_field=BooleanField())


def _any_of(*choices: QuerySet[Any, Any]) -> Q:
    condition = Q()
    for keys in choices:
        condition |= Q(pk__in=keys)
    return condition
