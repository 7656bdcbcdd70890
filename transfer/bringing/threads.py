"""The comments of one post as threads: orphans and loops mended, each in its place."""

from dataclasses import dataclass, field

from transfer.bringing.parts import Comment


@dataclass
class Node:
    comment: Comment
    answers: "Node | None" = None
    depth: int = 1


@dataclass
class Threads:
    nodes: list[Node] = field(default_factory=list)  # each behind what it answers
    replies: int = 0  # that name a comment they answer, whether it is there or not
    orphans: list[Comment] = field(default_factory=list)
    loops: list[Comment] = field(default_factory=list)  # one of each loop, where it was cut

    @property
    def max_depth(self) -> int:
        return max((node.depth for node in self.nodes), default=0)


def threads_of(comments: list[Comment]) -> Threads:
    """A reply to a comment that is not there, or to itself by others, begins a thread of its own."""
    found = Threads(replies=sum(each.parent != "0" for each in comments))
    by_number = {each.number: each for each in comments}
    parents = {each.number: each.parent for each in comments if each.parent != "0"}
    for each in comments:
        if each.parent != "0" and each.parent not in by_number:
            found.orphans.append(each)
            parents.pop(each.number, None)
    _cut_loops(comments, parents, found)
    nodes: dict[str, Node] = {}
    for each in comments:
        _place(each.number, by_number, parents, nodes, found)
    return found


def _cut_loops(comments: list[Comment], parents: dict[str, str], found: Threads) -> None:
    ended: set[str] = set()
    for each in comments:
        path: dict[str, None] = {}
        number = each.number
        while number in parents and number not in ended and number not in path:
            path[number] = None
            number = parents[number]
        if number in path:
            first = next(other for other in comments if other.number in _loop(number, parents))
            found.loops.append(first)
            parents.pop(first.number)
        ended.update(path)


def _loop(number: str, parents: dict[str, str]) -> set[str]:
    """All that are in the loop which one of them is in."""
    around = {number}
    following = parents[number]
    while following != number:
        around.add(following)
        following = parents[following]
    return around


def _place(
    number: str,
    by_number: dict[str, Comment],
    parents: dict[str, str],
    nodes: dict[str, Node],
    found: Threads,
) -> None:
    """It, and before it all that it answers."""
    way = []
    while number not in nodes:
        way.append(number)
        if number not in parents:
            break
        number = parents[number]
    for each in reversed(way):
        answers = nodes.get(parents.get(each, ""))
        node = Node(by_number[each], answers, answers.depth + 1 if answers else 1)
        nodes[each] = node
        found.nodes.append(node)
