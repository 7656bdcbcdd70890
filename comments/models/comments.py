"""The library’s comments under our rules."""

from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery
from django_comments.managers import CommentManager
from django_comments_xtd.models import XtdComment

from articles.models import Article

# The kind of object by its names: joined, and not asked for by itself first.
UNDER_STORIES = {"content_type__app_label": "articles", "content_type__model": "article"}
NOT_HERE = "The comment you answer is no longer here."
DEEPEST_LEVEL = 3  # four levels, counted from nought, as the design draws them


class ReplyRefused(Exception):
    """The comment answers something that cannot be answered here. Nothing was stored."""


class _Place(NamedTuple):
    """The facts about a parent that a reply needs. Plain values: a post asks for it again and
    again.
    """

    pk: int
    parent_id: int
    thread_id: int
    level: int
    followup: bool


class SiteComment(XtdComment):
    """The library’s comment with an insert that is one transaction, or nothing at all.

    Whoever inserts has locked the article: so no two replies get the same place.
    """

    objects = CommentManager()
    # Whether the writer of what it answers wants to hear of it; known once it was inserted.
    parent_follows = False

    class Meta:
        proxy = True
        verbose_name = "comment"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # XtdComment.save() renumbers whole threads in three transactions; it is skipped on purpose.
        if self.pk is not None:
            super(XtdComment, self).save(*args, **kwargs)
            return
        # No savepoint of its own: what fails here, fails the post.
        with transaction.atomic(savepoint=False):
            if self.parent_id:
                self._insert_reply(*args, **kwargs)
            else:
                self._insert_root(*args, **kwargs)

    def _insert_root(self, *args: Any, **kwargs: Any) -> None:
        super(XtdComment, self).save(*args, **kwargs)
        self.parent_id = self.thread_id = self.pk
        XtdComment.norel_objects.filter(pk=self.pk).update(parent_id=self.pk, thread_id=self.pk)

    def _insert_reply(self, *args: Any, **kwargs: Any) -> None:
        answered, last = self._answered()
        parent = answered
        if answered.level >= DEEPEST_LEVEL:
            # A reply to the deepest level stands beside what it answers.
            parent = _Place(
                *XtdComment.norel_objects.values_list(*_Place._fields).get(pk=answered.parent_id)
            )
        self.parent_id, self.parent_follows = parent.pk, answered.followup
        self.thread_id, self.level = parent.thread_id, parent.level + 1
        self.order = last + 1
        super(XtdComment, self).save(*args, **kwargs)
        # No more than four levels: these are all of them.
        ancestors = {parent.pk, parent.parent_id, parent.thread_id}
        XtdComment.norel_objects.filter(pk__in=ancestors).update(nested_count=F("nested_count") + 1)
        if answered is not parent:
            AnswerBeside.objects.create(comment_id=self.pk, answered_id=answered.pk)

    @property
    def answers_id(self) -> int | None:
        """The key of what it answers, which is not its parent where threads go no deeper. One query
        there.
        """
        if self.parent_id == self.pk:
            return None
        if self.level < DEEPEST_LEVEL:
            return self.parent_id
        beside = AnswerBeside.objects.filter(comment=self.pk).values_list("answered_id", flat=True)
        return beside.first() or self.parent_id

    def _answered(self) -> "tuple[_Place, int]":
        """Return the parent’s position, and the last position taken in its thread. Raises
        ReplyRefused.
        """
        in_thread = (
            XtdComment.norel_objects.filter(thread_id=OuterRef("thread_id"))
            .order_by("-order")
            .values("order")
        )
        found = (
            XtdComment.norel_objects.filter(
                pk=self.parent_id,
                content_type_id=self.content_type_id,
                object_pk=str(self.object_pk),
                is_public=True,
                is_removed=False,
            )
            .values_list(*_Place._fields, Subquery(in_thread[:1]))
            .first()
        )
        if found is None:
            raise ReplyRefused(NOT_HERE)
        *place, last = found
        return _Place(*place), last


class AnswerBeside(models.Model):
    """Keeps what a reply below the deepest level answers: it stands beside it, not below it."""

    comment = models.OneToOneField(
        SiteComment, primary_key=True, on_delete=models.CASCADE, related_name="answer"
    )
    answered = models.ForeignKey(SiteComment, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.comment_id} answers {self.answered_id}"


def comments_on(article: Article) -> models.QuerySet[SiteComment]:
    """Every comment on `article` in any state. The kind of object is joined, not asked for by
    itself first.
    """
    return SiteComment.objects.filter(object_pk=str(article.pk), **UNDER_STORIES)


def answerable(article: Article, number: int) -> models.QuerySet[SiteComment]:
    """The comment with that key, if a new one on `article` may answer it."""
    return comments_on(article).filter(pk=number, is_public=True, is_removed=False).order_by()
