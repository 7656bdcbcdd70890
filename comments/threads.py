"""The tree of a conversation: one query for any size, one pass to build it, one to walk it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from articles.models import Article
from comments.models import comments_on

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


def thread(article: Article) -> list[Step]:
    """The conversation on `article`, the oldest first, flattened so that showing it is one loop."""
    return list(_walk(_roots(article)))


def _thought(row: tuple[Any, ...]) -> Thought:
    pk, parent, name, url, comment, at, is_removed, is_public, user_id, username, first, last, is_staff, author = row
    if user_id:
        name = f"{first} {last}".strip() or username
    return Thought(pk, parent, name, url, comment, at, bool(is_staff), author, is_removed or not is_public)


def _roots(article: Article) -> list[Thought]:
    rows = comments_on(article).order_by("thread_id", "pk").values_list(*FIELDS)
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
