"""The tree of a conversation, some threads at a time: one query for any size, one pass to build it, one to walk it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from articles.models import Article
from comments.models import SiteComment, comments_on

THREADS_PER_PAGE = 50

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
    "thread_id",
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
    # A removed comment keeps its place when somebody answered it.
    is_tombstone: bool
    replies: list["Thought"] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        return not self.is_tombstone or any(reply.is_shown for reply in self.replies)


@dataclass(slots=True)
class Step:
    """One thought on the way through the tree, with the lists that begin before it and end after it."""

    thought: Thought
    opens: bool
    closes: int
    closes_item: bool


@dataclass(slots=True)
class Part:
    """Some threads in a row, the oldest first, flattened so that showing them is one loop; and where others stand."""

    steps: list[Step]
    begins: int | None
    earlier: str = ""
    later: str = ""


def part(article: Article, start: int = 0) -> Part:
    """The threads on `article` from the one with the key `start` on, as many as stand on a page."""
    wanted = _threads(article).filter(thread_id__gte=start)[: THREADS_PER_PAGE + 1]
    # What waits for a moderator is nobody’s yet; what was answered before it was held keeps its place.
    seen = Q(is_public=True) | Q(nested_count__gt=0)
    rows = list(
        comments_on(article).filter(seen, thread_id__in=wanted).order_by("thread_id", "pk").values_list(*FIELDS)
    )
    keys = list(dict.fromkeys(row[-1] for row in rows))
    following = keys[THREADS_PER_PAGE] if len(keys) > THREADS_PER_PAGE else None
    return Part(
        steps=list(_walk(_roots(row for row in rows if row[-1] != following))),
        begins=keys[0] if keys else None,
        earlier=_earlier(article, start) if start else "",
        later=page_from(article, following) if following else "",
    )


def page_from(article: Article, start: int) -> str:
    """The page of a conversation that begins with a thread: its address stays true whatever is said or removed."""
    return reverse("thoughts", args=[article.section.slug, article.slug, start])


def address_of(comment: SiteComment, article: Article) -> str:
    """Where `comment` is read: under the story, or on a later page of a long conversation."""
    before = _threads(article).filter(thread_id__lt=comment.thread_id)[:THREADS_PER_PAGE]
    page = article.get_absolute_url() if len(before) < THREADS_PER_PAGE else page_from(article, comment.thread_id)
    return f"{page}#c{comment.pk}"


def _threads(article: Article) -> QuerySet[SiteComment, dict[str, Any]]:
    return comments_on(article).filter(is_public=True).order_by("thread_id").values("thread_id").distinct()


def _earlier(article: Article, start: int) -> str:
    before = _threads(article).filter(thread_id__lt=start).order_by("-thread_id")[: THREADS_PER_PAGE + 1]
    keys = [row["thread_id"] for row in before]
    if len(keys) > THREADS_PER_PAGE:
        return page_from(article, keys[THREADS_PER_PAGE - 1])
    return f"{article.get_absolute_url()}#comments" if keys else ""


def _thought(row: tuple[Any, ...]) -> Thought:
    pk, parent, name, url, comment, at, is_removed, is_public, user_id, username, first, last, is_staff, author, _ = row
    if user_id:
        name = f"{first} {last}".strip() or username
    return Thought(pk, parent, name, url, comment, at, bool(is_staff), author, is_removed or not is_public)


def _roots(rows: Iterable[tuple[Any, ...]]) -> list[Thought]:
    """The first thoughts of threads, with their replies hung on them."""
    thoughts = {thought.pk: thought for thought in map(_thought, rows)}
    roots = []
    for thought in thoughts.values():
        parent = thoughts.get(thought.parent_id)
        if parent is None or parent is thought:
            roots.append(thought)
        else:
            parent.replies.append(thought)
    return roots


def _walk(thoughts: list[Thought]) -> Iterator[Step]:
    """Depth first without recursion: `opens` starts a list of replies, `closes` ends that many items."""
    stack = [(thought, 0, False) for thought in reversed(shown(thoughts))]
    while stack:
        thought, depth, opens = stack.pop()
        replies = shown(thought.replies)
        following = stack[-1][1] if stack else 0
        yield Step(thought, opens, 0 if replies else depth - following, closes_item=not replies)
        stack.extend((reply, depth + 1, index == 0) for index, reply in reversed(list(enumerate(replies))))


def shown(thoughts: list[Thought]) -> list[Thought]:
    return [thought for thought in thoughts if thought.is_shown]
