"""The tree of a conversation, some threads at a time: one query for any size, one pass to build it,
one to walk it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet, Subquery

from articles.models import Article
from comments.models import FeaturedComment, SiteComment, comments_on
from comments.reading import paging
from comments.reading.paging import LIKED, NEWEST, OLDEST, SEEN

_PK = itemgetter(0)
ONE_THREAD = "thread"  # the order of a page of one thread
# A page shows a hundred and more: plain tuples cost a tenth of what rows made into models do.
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
    "stats__agreed",
    "stats__disagreed",
    "stats__edited_at",
    "stats__deleted_at",
    "nested_count",
    "answer__answered_id",
    "answer__answered__user_name",
    "answer__answered__is_removed",
    "answer__answered__is_public",
    "answer__answered__user__username",
    "answer__answered__user__first_name",
    "answer__answered__user__last_name",
    "pick_of_story",
)


@dataclass(slots=True)
class CommentView:
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
    # Why it is not shown: by a moderator, by its writer, or because it waits. It keeps its place if
    # it was answered.
    gone: str
    is_pick: bool  # of the desk’s, under this story
    size: int  # with all that answers it, however deep
    # What it answers, if it stands beside that and not below it, and whose that is.
    answers: int | None
    answers_name: str
    whole: str = ""  # where all of its thread stands, if that is too long for here
    replies: list["CommentView"] = field(default_factory=list)

    @property
    def is_tombstone(self) -> bool:
        return bool(self.gone)

    @property
    def is_shown(self) -> bool:
        return (
            not self.is_tombstone
            or bool(self.whole)
            or any(reply.is_shown for reply in self.replies)
        )


@dataclass(slots=True)
class Step:
    """One comment on the way through the tree, with the lists that begin before it and end after
    it.
    """

    comment: CommentView
    opens: int  # so many replies, of which this is the first
    closes: int
    closes_item: bool


@dataclass(slots=True)
class ConversationPage:
    """Some threads in their order, flattened so that showing them is one loop; and where others
    stand.
    """

    steps: list[Step]
    begins: int | None
    order: str = OLDEST
    earlier: str = ""
    later: str = ""
    pick: CommentView | None = None


def conversation_page(article: Article, start: int = 0, order: str = OLDEST) -> ConversationPage:
    """The threads on `article` from the one with the key `start` on, as many as stand on a page.

    One query; one more behind the first page, and for a story with a pick. The most liked are the
    first page of their order and no more: behind it, time is the better guide.
    """
    # The threads are the story’s, and so is what stands in them.
    in_threads = SiteComment.objects.filter(
        SEEN, thread_id__in=paging.wanted(article, start, order)
    )
    rows = _rows(in_threads.filter(order__lte=paging.SHOWN_OF_A_THREAD), article)
    if order != LIKED:
        by_thread = rows.order_by("-thread_id" if order == NEWEST else "thread_id", "order")
        rows = by_thread[: paging.most_rows()]
    roots, pick = _roots(sorted(rows, key=_PK))
    if order == LIKED:
        roots.sort(key=lambda root: (root.disagreed - root.agreed, root.pk))
    elif order == NEWEST:
        roots.reverse()
    number = paging.fitting(root.size for root in roots)
    following = roots[number].pk if number < len(roots) else None
    for root in roots[:number]:
        if root.size > paging.SHOWN_OF_A_THREAD:
            root.whole = paging.thread_from(article, root.pk)
    return ConversationPage(
        steps=list(_walk(roots[:number])),
        begins=roots[0].pk if roots else None,
        order=order,
        earlier=paging.earlier(article, start, order) if start else "",
        later=paging.page_from(article, following, order) if following and order != LIKED else "",
        pick=_picked(article, pick, roots) if pick and not start else None,
    )


def _rows(
    comments: QuerySet[SiteComment], article: Article
) -> QuerySet[SiteComment, tuple[Any, ...]]:
    """Each tells which comment is the desk’s pick: it may stand on another page."""
    pick = FeaturedComment.objects.filter(article=article.pk).values("comment")
    return comments.order_by().annotate(pick_of_story=Subquery(pick[:1])).values_list(*FIELDS)


def _picked(article: Article, pk: int, roots: list[CommentView]) -> CommentView | None:
    """The desk’s pick, while it stands. One query, for one that is not among what was read already."""
    if read := _found(pk, roots):
        return None if read.is_tombstone else read
    row = _rows(
        SiteComment.objects.filter(pk=pk, is_public=True, is_removed=False), article
    ).first()
    return _comment(row) if row else None


def _found(pk: int, comments: list[CommentView]) -> CommentView | None:
    waiting = list(comments)
    while waiting:
        comment = waiting.pop()
        if comment.pk == pk:
            return comment
        waiting += comment.replies
    return None


def one_thread(article: Article, thread: int, start: int) -> ConversationPage:
    """A part of one thread: the comments from the one with the key `start` on, below what they
    answer.
    """
    of_thread = comments_on(article).filter(SEEN, thread_id=thread)
    following = of_thread.filter(pk__gte=start).order_by("pk")
    rows = list(_rows(following, article).order_by("pk")[: paging.COMMENTS_PER_PAGE + 1])
    conversation_page = ConversationPage(
        steps=[], begins=rows[0][0] if rows else None, order=ONE_THREAD
    )
    if len(rows) > paging.COMMENTS_PER_PAGE:
        conversation_page.later = paging.thread_from(article, thread, rows.pop()[0])
    if start > thread:
        conversation_page.earlier = paging.thread_from(
            article, thread, _earlier_in(of_thread, start)
        )
    roots, _ = _roots(sorted(rows + _answered_by(of_thread, rows, article), key=_PK))
    conversation_page.steps = list(_walk(roots))
    return conversation_page


def _earlier_in(of_thread: QuerySet[SiteComment], start: int) -> int:
    before = (
        of_thread.filter(pk__lt=start)
        .order_by("-pk")
        .values_list("pk", flat=True)[: paging.COMMENTS_PER_PAGE]
    )
    return min(before, default=0)


def _answered_by(
    of_thread: QuerySet[SiteComment], rows: list[tuple[Any, ...]], article: Article
) -> list[tuple[Any, ...]]:
    """Return the parents of these comments that are not among them: at most three queries, for
    there are four levels.
    """
    have, found = {row[0] for row in rows}, []
    missing = {row[1] for row in rows} - have
    while missing:
        parents = list(_rows(of_thread.filter(pk__in=missing), article))
        found += parents
        have |= missing
        missing = {row[1] for row in parents} - have
    return found


def _account_name(username: str, first: str, last: str) -> str:
    return f"{first} {last}".strip() or username


def _comment(row: tuple[Any, ...]) -> CommentView:
    pk, parent, name, url, comment, at, is_removed, is_public, *account = row[:14]
    agreed, disagreed, edited_at, deleted_at, nested, *answer, pick = row[14:]
    answers, answers_name, is_answer_removed, is_answer_public, *answered_user = answer
    if is_answer_removed or not is_answer_public:
        answers = None
    if answered_user[0]:
        answers_name = _account_name(*answered_user)
    user_id, username, first, last, is_staff, author = account
    if user_id:
        name = _account_name(username, first, last)
    gone = (
        ("writer" if deleted_at else "moderator") if is_removed else "" if is_public else "waiting"
    )
    states = (agreed or 0, disagreed or 0, edited_at is not None, gone, pick == pk, nested + 1)
    whom = (answers, answers_name or "")
    return CommentView(pk, parent, name, url, comment, at, bool(is_staff), author, *states, *whom)


def _roots(rows: Iterable[tuple[Any, ...]]) -> tuple[list[CommentView], int | None]:
    """The first comments of threads, with their replies hung on them; and the key of the desk’s
    pick.
    """
    comments: dict[int, CommentView] = {}
    pick = None
    for row in rows:
        pick = row[-1]
        comments[row[0]] = _comment(row)
    roots = []
    for comment in comments.values():
        parent = comments.get(comment.parent_id)
        if parent is None or parent is comment:
            roots.append(comment)
        else:
            parent.replies.append(comment)
    return roots, pick


def _walk(comments: list[CommentView]) -> Iterator[Step]:
    """Depth first without recursion: `opens` starts a list of replies, `closes` ends that many
    items.
    """
    stack = [(comment, 0, 0) for comment in reversed(shown(comments))]
    while stack:
        comment, depth, opens = stack.pop()
        replies = shown(comment.replies)
        following = stack[-1][1] if stack else 0
        yield Step(comment, opens, 0 if replies else depth - following, closes_item=not replies)
        stack.extend(
            (reply, depth + 1, 0 if index else len(replies))
            for index, reply in _last_first(replies)
        )


def _last_first(comments: list[CommentView]) -> Iterator[tuple[int, CommentView]]:
    return reversed(list(enumerate(comments)))


def shown(comments: list[CommentView]) -> list[CommentView]:
    return [comment for comment in comments if comment.is_shown]
