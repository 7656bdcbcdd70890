"""The tree of a conversation: one query for any size, one pass to build, one loop to show."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.models import Article
from comments.models import SiteComment, comments_on

# A name that a property reads must be here, or every comment costs a query of its own.
FIELDS = (
    "id",
    "parent_id",
    "thread_id",
    "level",
    "user_name",
    "user_email",
    "user_url",
    "comment",
    "submit_date",
    "is_removed",
    "is_public",
    "user__username",
    "user__first_name",
    "user__last_name",
    "user__email",
    "user__is_staff",
    "user__author__id",
)


@dataclass
class Node:
    comment: SiteComment
    children: list["Node"] = field(default_factory=list)

    @property
    def is_tombstone(self) -> bool:
        """A removed comment keeps its place when somebody answered it."""
        return self.comment.is_removed or not self.comment.is_public

    @property
    def is_shown(self) -> bool:
        return not self.is_tombstone or any(child.is_shown for child in self.children)


@dataclass
class Step:
    """One comment on the way through the tree, with the list tags that stand before and after it."""

    node: Node
    opens: bool
    closes: range
    closes_item: bool

    @property
    def comment(self) -> SiteComment:
        return self.node.comment


def thread(article: Article) -> list[Step]:
    """The conversation on `article`, the oldest first, flattened so that a template is one loop."""
    return list(_walk(_roots(article)))


def _roots(article: Article) -> list[Node]:
    rows = comments_on(article).select_related("user__author").only(*FIELDS).order_by("thread_id", "id")
    nodes = {comment.pk: Node(comment) for comment in rows}
    roots = []
    for node in nodes.values():
        parent = nodes.get(node.comment.parent_id)
        if parent is None or parent is node:
            roots.append(node)
        else:
            parent.children.append(node)
    return roots


def _walk(nodes: list[Node]) -> Iterator[Step]:
    """Depth first without recursion: `opens` starts a list of replies, `closes` ends that many items."""
    stack = [(node, 0, False) for node in reversed(shown(nodes))]
    while stack:
        node, depth, opens = stack.pop()
        children = shown(node.children)
        following = stack[-1][1] if stack else 0
        closes = 0 if children else depth - following
        yield Step(node, opens, range(closes), closes_item=not children)
        stack.extend((child, depth + 1, index == 0) for index, child in reversed(list(enumerate(children))))


def shown(nodes: list[Node]) -> list[Node]:
    return [node for node in nodes if node.is_shown]
