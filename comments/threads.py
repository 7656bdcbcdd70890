"""The tree of a conversation, some threads at a time: one query for any size, one pass to build it, one to walk it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from articles.models import Article
from comments.models import SiteComment, comments_on

THREADS_PER_PAGE = 50
_PK = itemgetter(0)
OLDEST, NEWEST, LIKED = "oldest", "newest", "liked"
ORDERS = {OLDEST: "Oldest", NEWEST: "Newest", LIKED: "Most liked"}

# A page shows a thousand of them: plain tuples cost a tenth of what rows made into models do.
FIELDS = (
    "pk",
    "parent_id",
    "user_name",
    "user_url",
    "comment",
    "submit_date",
    "is_removed",
    "is_public",
    "user_id",
    "user__username",
    "user__first_name",
    "user__last_name",
    "user__is_staff",
    "user__author__id",
    "standing__agreed",
    "standing__disagreed",
    "standing__edited_at",
    "standing__taken_back_at",
    "thread_id",
    "is_pick",
)


@dataclass(slots=True)
class Thought:
    """A comment as readers see it."""

    pk: int
    parent_id: int
    name: str
    url: str
    comment: str
    submit_date: datetime
    is_staff: bool
    author_id: int | None
    agreed: int
    disagreed: int
    is_edited: bool
    # Why it is not shown: by a moderator, by its writer, or because it waits. It keeps its place if it was answered.
    gone: str
    is_pick: bool = False  # of the desk’s, under this story
    replies: list["Thought"] = field(default_factory=list)

    @property
    def is_tombstone(self) -> bool:
        return bool(self.gone)

    @property
    def is_shown(self) -> bool:
        return not self.is_tombstone or any(reply.is_shown for reply in self.replies)


@dataclass(slots=True)
class Step:
    """One thought on the way through the tree, with the lists that begin before it and end after it."""

    thought: Thought
    opens: int  # so many replies, of which this is the first
    closes: int
    closes_item: bool


@dataclass(slots=True)
class Part:
    """Some threads in their order, flattened so that showing them is one loop; and where others stand."""

    steps: list[Step]
    begins: int | None
    order: str = OLDEST
    earlier: str = ""
    later: str = ""
    pick: Thought | None = None


def part(article: Article, start: int = 0, order: str = OLDEST) -> Part:
    """The threads on `article` from the one with the key `start` on, as many as stand on a page.

    The most liked are the first page of their order and no more: behind it, time is the better guide.
    """
    wanted = _wanted(article, start, order)
    # What waits for a moderator is nobody’s yet; what was answered before it was held keeps its place.
    seen = Q(is_public=True) | Q(nested_count__gt=0)
    rows = _rows(comments_on(article).filter(seen, thread_id__in=wanted))
    picked = _rows(SiteComment.objects.filter(pick__article=article, is_public=True, is_removed=False), is_pick=True)
    roots, pick = _roots(sorted(rows.union(picked, all=True), key=_PK))
    if order == LIKED:
        roots.sort(key=lambda root: (root.disagreed - root.agreed, root.pk))
    elif order == NEWEST:
        roots.reverse()
    following = roots[THREADS_PER_PAGE].pk if len(roots) > THREADS_PER_PAGE else None
    return Part(
        steps=list(_walk(roots[:THREADS_PER_PAGE])),
        begins=roots[0].pk if roots else None,
        order=order,
        earlier=_earlier(article, start, order) if start else "",
        later=page_from(article, following, order) if following and order != LIKED else "",
        pick=pick if not start else None,
    )


def _rows(thoughts: QuerySet[SiteComment], *, is_pick: bool = False) -> QuerySet[SiteComment, tuple[Any, ...]]:
    return thoughts.order_by().annotate(is_pick=Value(is_pick)).values_list(*FIELDS)


def _wanted(article: Article, start: int, order: str) -> QuerySet[SiteComment, dict[str, Any]]:
    threads = _threads(article)
    if order == OLDEST:
        threads = threads.filter(thread_id__gte=start)
    elif order == NEWEST:
        threads = threads.order_by("-thread_id")
        threads = threads.filter(thread_id__lte=start) if start else threads
    else:
        liked = comments_on(article).filter(is_public=True, level=0)
        score = Coalesce(F("standing__agreed") - F("standing__disagreed"), 0)
        threads = liked.order_by(score.desc(), "thread_id").values("thread_id")
    return threads[: THREADS_PER_PAGE + 1]


def page_from(article: Article, start: int | None, order: str = OLDEST) -> str:
    """The page of a conversation that begins with a thread: its address stays true whatever is said or removed."""
    place = [article.section.slug, article.slug]
    if order == OLDEST:
        return reverse("thoughts", args=[*place, start])
    return reverse("thoughts-in-order", args=[*place, order, *([start] if start else [])])


def address_of(comment: SiteComment, article: Article) -> str:
    """Where `comment` is read: under the story, or on a later page of a long conversation."""
    before = _threads(article).filter(thread_id__lt=comment.thread_id)[:THREADS_PER_PAGE]
    page = article.get_absolute_url() if len(before) < THREADS_PER_PAGE else page_from(article, comment.thread_id)
    return f"{page}#c{comment.pk}"


def _threads(article: Article) -> QuerySet[SiteComment, dict[str, Any]]:
    return comments_on(article).filter(is_public=True).order_by("thread_id").values("thread_id").distinct()


def _earlier(article: Article, start: int, order: str) -> str:
    """The page before the one that begins with `start`, in an order of time."""
    before = _threads(article).filter(thread_id__lt=start).order_by("-thread_id")
    if order == NEWEST:
        before = _threads(article).filter(thread_id__gt=start)
    keys = [row["thread_id"] for row in before[: THREADS_PER_PAGE + 1]]
    if len(keys) > THREADS_PER_PAGE:
        return page_from(article, keys[THREADS_PER_PAGE - 1], order)
    return first_page(article, order) if keys else ""


def first_page(article: Article, order: str = OLDEST) -> str:
    """Where a conversation begins: under its story, or on a page of another order."""
    return f"{article.get_absolute_url() if order == OLDEST else page_from(article, None, order)}#comments"


def _thought(row: tuple[Any, ...]) -> Thought:
    pk, parent, name, url, comment, at, is_removed, is_public, *account = row[:14]
    agreed, disagreed, edited_at, taken_back, _, is_pick = row[14:]
    user_id, username, first, last, is_staff, author = account
    if user_id:
        name = f"{first} {last}".strip() or username
    gone = ("writer" if taken_back else "moderator") if is_removed else "" if is_public else "waiting"
    votes = (agreed or 0, disagreed or 0)
    return Thought(
        pk, parent, name, url, comment, at, bool(is_staff), author, *votes, edited_at is not None, gone, bool(is_pick)
    )


def _roots(rows: Iterable[tuple[Any, ...]]) -> tuple[list[Thought], Thought | None]:
    """The first thoughts of threads, with their replies hung on them; and the pick of the desk, wherever it stands."""
    thoughts: dict[int, Thought] = {}
    pick = None
    for thought in map(_thought, rows):
        if thought.is_pick:
            pick = thought
        else:
            thoughts[thought.pk] = thought
    if pick and pick.pk in thoughts:
        thoughts[pick.pk].is_pick = True
    roots = []
    for thought in thoughts.values():
        parent = thoughts.get(thought.parent_id)
        if parent is None or parent is thought:
            roots.append(thought)
        else:
            parent.replies.append(thought)
    return roots, pick


def _walk(thoughts: list[Thought]) -> Iterator[Step]:
    """Depth first without recursion: `opens` starts a list of replies, `closes` ends that many items."""
    stack = [(thought, 0, 0) for thought in reversed(shown(thoughts))]
    while stack:
        thought, depth, opens = stack.pop()
        replies = shown(thought.replies)
        following = stack[-1][1] if stack else 0
        yield Step(thought, opens, 0 if replies else depth - following, closes_item=not replies)
        stack.extend((reply, depth + 1, 0 if index else len(replies)) for index, reply in _last_first(replies))


def _last_first(thoughts: list[Thought]) -> Iterator[tuple[int, Thought]]:
    return reversed(list(enumerate(thoughts)))


def shown(thoughts: list[Thought]) -> list[Thought]:
    return [thought for thought in thoughts if thought.is_shown]
