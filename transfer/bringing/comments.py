"""Comments of a post in their threads: many at once, in two inserts, and each of them once."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import CharField, Count, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django_comments.models import Comment as BaseComment
from django_comments_xtd.models import XtdComment

from articles.models import Article
from comments.models import DEEPEST_LEVEL, AnswerBeside, SiteComment
from transfer.bringing.parts import Comment, Item
from transfer.bringing.plain_text import plain
from transfer.bringing.threads import Node, Threads
from transfer.models import Import, ImportedObject

LONGEST = 12_000
REMOVED = frozenset({"spam", "trash", "post-trashed"})
ROWS = 100  # of one insert


def bring(run: Import, stories: list[tuple[Item, Article, Threads]]) -> int:
    """Add what is not here yet. Returns how many were."""
    told = [
        (node, item, article)
        for item, article, threads in stories
        for node in threads.nodes
        if not node.comment.is_ping
    ]
    known = _known(run.site, [node.comment.number for node, _, _ in told])
    new = [each for each in told if each[0].comment.number not in known]
    if not new:
        return 0
    made = BaseComment.objects.bulk_create(
        (_row(node.comment, article, item) for node, item, article in new), batch_size=ROWS
    )
    nodes = [node for node, _, _ in new]
    keys = {node.comment.number: row.pk for node, row in zip(nodes, made, strict=True)} | known
    _place(nodes, keys)
    ImportedObject.objects.bulk_create(
        (
            ImportedObject(
                run=run,
                site=run.site,
                kind=ImportedObject.Kind.COMMENT,
                foreign_id=node.comment.number,
                target=keys[node.comment.number],
            )
            for node in nodes
        ),
        batch_size=ROWS,
    )
    count_again({article.pk for _, _, article in new})
    return len(new)


def count_again(articles: set[int]) -> None:
    """The public comments of each story, as its lists show them."""
    public = SiteComment.objects.filter(
        object_pk=Cast(OuterRef("pk"), CharField()),
        is_public=True,
        is_removed=False,
        content_type=_of_articles(),
    )
    number = public.order_by().values("object_pk").annotate(number=Count("pk")).values("number")
    Article.objects.filter(pk__in=articles).update(
        comment_count=Coalesce(Subquery(number), Value(0))
    )


def _known(site: str, numbers: list[str]) -> dict[str, int]:
    found = ImportedObject.objects.filter(
        site=site, kind=ImportedObject.Kind.COMMENT, foreign_id__in=numbers
    )
    return dict(found.values_list("foreign_id", "target"))


def _of_articles() -> ContentType:
    return ContentType.objects.get_for_model(Article)


def _row(comment: Comment, article: Article, item: Item) -> BaseComment:
    is_removed = comment.approved in REMOVED
    return BaseComment(
        content_type=_of_articles(),
        object_pk=str(article.pk),
        site_id=settings.SITE_ID,
        user_name=plain(comment.author)[:50] or "Anonymous",
        user_email=comment.email[:254],
        user_url=comment.url[:200] if comment.url.startswith(("http://", "https://")) else "",
        comment=plain(comment.text)[:LONGEST],
        submit_date=_moment(comment.at, item),
        is_public=comment.approved == "1" or is_removed,
        is_removed=is_removed,
    )


def _moment(at: datetime | None, item: Item) -> datetime:
    return min(at or item.at or timezone.now(), timezone.now())


def _place(nodes: list[Node], keys: dict[str, int]) -> None:
    """Levels, threads and order, as the library keeps them. Deeper than four, a reply stands beside
    what it answers.
    """
    places = _places_of_known(nodes, keys)
    orders: Counter[int] = Counter()
    for _, (thread, _, _, order) in places.items():
        orders[thread] = max(orders[thread], order)
    below: Counter[int] = Counter()
    beside: list[AnswerBeside] = []
    rows = []
    for node in nodes:
        pk = keys[node.comment.number]
        answered = keys.get(node.answers.comment.number) if node.answers else None
        if answered is None or answered not in places:
            thread, parent, level = pk, pk, 0
        else:
            thread, parent, level, _ = places[answered]
            if level >= DEEPEST_LEVEL:
                beside.append(AnswerBeside(comment_id=pk, answered_id=answered))
            else:
                parent, level = answered, level + 1
        orders[thread] += 1
        places[pk] = (thread, parent, level, orders[thread])
        rows.append((pk, thread, parent, level, orders[thread]))
        while parent != pk and parent in places:
            below[parent] += 1
            following = places[parent][1]
            if following == parent:
                break
            parent = following
    _insert([(*row, below.pop(row[0], 0)) for row in rows])
    for pk, number in below.items():  # Of those that were here before.
        found = XtdComment.norel_objects.filter(pk=pk)
        found.update(nested_count=found.values_list("nested_count", flat=True)[0] + number)
    AnswerBeside.objects.bulk_create(beside, batch_size=ROWS)


def _places_of_known(
    nodes: list[Node], keys: dict[str, int]
) -> dict[int, tuple[int, int, int, int]]:
    """Of comments that were brought before, and that new ones answer: thread, parent, level, order."""
    new = {keys[node.comment.number] for node in nodes}
    answered = {
        keys[node.answers.comment.number]
        for node in nodes
        if node.answers and node.answers.comment.number in keys
    }
    before = answered - new
    if not before:
        return {}
    threads = XtdComment.norel_objects.filter(pk__in=before).values_list("thread_id", flat=True)
    rows = XtdComment.norel_objects.filter(thread_id__in=list(threads))
    return {
        pk: (thread, parent, level, order)
        for pk, thread, parent, level, order in rows.values_list(
            "pk", "thread_id", "parent_id", "level", "order"
        )
    }


def _insert(rows: list[tuple[int, int, int, int, int, int]]) -> None:
    """The part of the library’s own table. Its model’s save renumbers whole threads."""
    name = connection.ops.quote_name
    columns = ("comment_ptr_id", "thread_id", "parent_id", "level", "order", "nested_count")
    table = name(XtdComment._meta.db_table)
    for start in range(0, len(rows), ROWS):
        batch = rows[start : start + ROWS]
        values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(batch))
        sql = f"INSERT INTO {table} ({', '.join(map(name, columns))}, {name('followup')}) VALUES {values}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in batch for value in (*row, False)])
