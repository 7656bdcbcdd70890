"""Plain stories and comments by the thousand, for measuring."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from articles.discovery import search_index
from articles.discovery.search_terms import search_text
from articles.models import Article, Author, Section, Tag
from articles.reading import listing_index
from newsroom.operations import query_statistics
from pagecache import invalidation
from pagecache import tags as keys
from ticker.models import Coin

BATCH = 1000
MANY = 20  # thousand
SUBJECTS = (Author, Tag, Coin)
WORDS = (
    *("ledger", "margin", "clause", "vault", "desk", "quorum", "block", "bridge"),
    *("quote", "spread", "notice", "audit", "clerk", "relay", "pool"),
)


def load(thousands: int, say: Callable[[str], None]) -> None:
    """Add that many thousand stories, each with a comment, an author, a tag and a coin."""
    rng = random.Random(thousands)
    sections = list(Section.objects.all())
    first = (Article.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    now = timezone.now()
    with without_indexes(say) if thousands >= MANY else nullcontext():
        for batch in range(thousands):
            with transaction.atomic():
                stories = add_stories(batch, first, sections, rng, now)
                add_subjects(stories, rng)
                add_comments(stories, rng, now)
                invalidation.invalidate(keys.EVERYTHING)
            if batch % 10 == 9 or batch == thousands - 1:
                say(f"{(batch + 1) * BATCH:,} stories and comments")
    query_statistics.refresh.func()


@contextmanager
def without_indexes(say: Callable[[str], None]) -> Iterator[None]:
    """Build indexes once at the end, in place of row by row. After an interruption, the next start
    does it.
    """
    search_index.drop()
    listing_index.drop()
    yield
    search_index.create(say)
    listing_index.create(say)


def add_stories(
    batch: int, first: int, sections: list[Section], rng: random.Random, now: datetime
) -> list[Article]:
    stories = []
    for index in range(BATCH):
        number = first + batch * BATCH + index
        words = " ".join(rng.choices(WORDS, k=120))
        title = f"{' '.join(rng.choices(WORDS, k=5)).capitalize()} {number}"
        stories.append(
            Article(
                section=rng.choice(sections),
                title=title,
                slug=f"plain-{number}",
                standfirst=words[:120],
                body=f"<p>{words}</p>",
                search_text=search_text(title, words),
                word_count=120,
                byline="The desk",
                status=Article.Status.PUBLISHED,
                published_at=now - timedelta(days=30, seconds=rng.randrange(60 * 60 * 24 * 3000)),
                comment_count=1,
            )
        )
    return Article.objects.bulk_create(stories)


def add_subjects(stories: list[Article], rng: random.Random) -> None:
    """Give stories authors and subjects, where there are any; every second one is about Bitcoin."""
    authors, tags, coins = (
        list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in SUBJECTS
    )
    if authors:
        rows = [(story.pk, rng.choice(authors)) for story in stories]
        columns = "article_id, author_id, position, held_at_publication"
        insert(f"INSERT INTO articles_byline ({columns}) VALUES (%s, %s, 0, '')", rows)
    if tags:
        rows = [(story.pk, rng.choice(tags)) for story in stories]
        insert("INSERT INTO articles_article_tags (article_id, tag_id) VALUES (%s, %s)", rows)
    if coins:
        rows = [
            (story.pk, coins[0] if rng.random() < 0.5 else rng.choice(coins)) for story in stories
        ]
        insert("INSERT INTO articles_articlecoin (article_id, coin_id) VALUES (%s, %s)", rows)


def insert(sql: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def add_comments(stories: list[Article], rng: random.Random, now: datetime) -> None:
    """One comment a story, written as the two rows of the library’s tables."""
    content_type = ContentType.objects.get_for_model(Article)
    parents = Comment.objects.bulk_create(
        Comment(
            content_type=content_type,
            object_pk=str(story.pk),
            site_id=settings.SITE_ID,
            user_name="A reader",
            user_email="reader@readers.example",
            comment=" ".join(rng.choices(WORDS, k=20)),
            submit_date=now - timedelta(days=rng.randrange(1, 3000)),
        )
        for story in stories
    )
    table = XtdComment._meta.db_table
    order = connection.ops.quote_name("order")
    insert(
        f"INSERT INTO {table} (comment_ptr_id, thread_id, parent_id, level, {order}, followup, nested_count)"
        " VALUES (%s, %s, %s, 0, 1, %s, 0)",
        [(parent.pk, parent.pk, parent.pk, False) for parent in parents],
    )
