"""
Paging of long conversations.

A page begins with a thread and is full after so many threads or comments, whichever comes first. Of
a long thread it shows the beginning; the rest is on the thread’s own pages. So no page grows with
its conversation. Pages are named by the thread or the comment that they begin with: their addresses
stay true whatever is said or removed.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django_comments.models import Comment

from articles.models import Article
from comments.models import SiteComment
from comments.models.comments import UNDER_STORIES

THREADS_PER_PAGE = 50
COMMENTS_PER_PAGE = 100
# Of one thread on a page of many: the first, in the order in which they were said.
SHOWN_OF_A_THREAD = 40
OLDEST, NEWEST, LIKED = "oldest", "newest", "liked"
ORDERS = {OLDEST: "Oldest", NEWEST: "Newest", LIKED: "Most liked"}

_OURS = "xtdcomment__"
# Comments to moderate is nobody’s yet; what was answered before it was held keeps its place.
SEEN = Q(is_public=True) | Q(nested_count__gt=0)


def wanted(article: Article, start: int, order: str) -> QuerySet[Comment, dict[str, Any]]:
    """The keys of the threads that a page may show, and of one that follows."""
    roots = _roots(article)
    if order == OLDEST:
        roots = roots.filter(id__gte=start)
    elif order == NEWEST:
        roots = roots.order_by("-id")
        roots = roots.filter(id__lte=start) if start else roots
    else:
        score = Coalesce(F(f"{_OURS}stats__agreed") - F(f"{_OURS}stats__disagreed"), 0)
        roots = roots.order_by(score.desc(), "id")
    return roots.values("id")[: THREADS_PER_PAGE + 1]


def most_rows() -> int:
    """More than a page ever shows, with the first comment of the thread that follows."""
    return COMMENTS_PER_PAGE + 2 * SHOWN_OF_A_THREAD


def fitting(sizes: Iterable[int]) -> int:
    """Return how many threads of these sizes, counted with their first comments, fit on one page:
    one at least.
    """
    threads = comments = 0
    for size in sizes:
        if threads == THREADS_PER_PAGE or (threads and comments >= COMMENTS_PER_PAGE):
            break
        threads, comments = threads + 1, comments + min(size, SHOWN_OF_A_THREAD)
    return threads


def page_from(article: Article, start: int | None, order: str = OLDEST) -> str:
    """The page of a conversation that begins with a thread."""
    place = [article.section.slug, article.slug]
    if order == OLDEST:
        return reverse("comments", args=[*place, start])
    return reverse("comments-in-order", args=[*place, order, *([start] if start else [])])


def thread_from(article: Article, thread: int, start: int = 0) -> str:
    """The page of one thread that begins with a comment."""
    return reverse(
        "thread", args=[article.section.slug, article.slug, thread, *([start] if start else [])]
    )


def address_of(comment: SiteComment, article: Article) -> str:
    """Return the address of `comment`: under the story, on a later page, or on a page of its
    thread.
    """
    if comment.order > SHOWN_OF_A_THREAD:
        return f"{thread_from(article, comment.thread_id, comment.pk)}#c{comment.pk}"
    before = _sizes(_roots(article).filter(id__lt=comment.thread_id))
    is_first = fitting([*before, 0]) > len(before)
    page = article.get_absolute_url() if is_first else page_from(article, comment.thread_id)
    return f"{page}#c{comment.pk}"


def earlier(article: Article, start: int, order: str) -> str:
    """The page before the one that begins with `start`, in an order of time; empty where there is
    none.
    """
    before = _roots(article).filter(id__lt=start).order_by("-id")
    if order == NEWEST:
        before = _roots(article).filter(id__gt=start)
    rows = list(_with_sizes(before))
    number = fitting(size for _, size in rows)
    if number < len(rows):
        return page_from(article, rows[number - 1][0], order)
    return first_page(article, order) if rows else ""


def first_page(article: Article, order: str = OLDEST) -> str:
    """Return the first page of a conversation: under its story, or on a page of another order."""
    return f"{article.get_absolute_url() if order == OLDEST else page_from(article, None, order)}#comments"


def _roots(article: Article) -> QuerySet[Comment]:
    """The first comments of threads.

    Of the library’s own row: an index has an article’s in the order of their keys, and so the first
    fifty are found without a look at the others.
    """
    seen = Q(is_public=True) | Q(**{f"{_OURS}nested_count__gt": 0})
    roots = Comment.objects.filter(
        seen, object_pk=str(article.pk), **UNDER_STORIES, **{f"{_OURS}level": 0}
    )
    return roots.order_by("id")


def _with_sizes(roots: QuerySet[Comment]) -> Iterator[tuple[int, int]]:
    rows = roots.values_list("id", f"{_OURS}nested_count")[: THREADS_PER_PAGE + 1]
    return ((pk, nested + 1) for pk, nested in rows)


def _sizes(roots: QuerySet[Comment]) -> list[int]:
    return [size for _, size in _with_sizes(roots)]
