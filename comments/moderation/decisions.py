"""Decisions of moderators: one function writes a comment’s state, and each decision can be
undone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from articles.models import Article
from comments import notifications, signals
from comments.models import CommentStats, Flag, ModerationDecision, Rule, SiteComment
from comments.models.moderation import LONGEST_FOUND
from comments.moderation import bans, premoderation
from comments.moderation.rules.drafts import written_by
from comments.moderation.rules.judging import Judgement
from comments.reading import comment_counts

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Action = ModerationDecision.Action
_OUTCOMES = {
    Action.APPROVE: Flag.Outcome.APPROVED,
    Action.REMOVE: Flag.Outcome.REMOVED,
    Action.SPAM: Flag.Outcome.SPAM,
}
# A ban as spam takes everything of the writer's with it, as far back as this.
SWEPT = timedelta(days=90)
MOST_COUNTED = 5_000
# So long a click is listed with its undo.
UNDONE_WITHIN = timedelta(days=7)
# How what readers reported is named in the queue.
REPORTED = "Reported: "


def note_judgement(comment: SiteComment, judgement: Judgement) -> Flag:
    """Put a comment before the moderators, under the name of the rule."""
    rule = judgement.rule
    return note(
        comment,
        name=rule.name,
        found=judgement.found,
        action=judgement.action,
        rule=rule if rule.pk else None,  # pre-moderation is no row
    )


def note(
    comment: SiteComment, *, name: str, found: str, action: str, rule: Rule | None = None
) -> Flag:
    """Put a comment before the moderators, and say why. One that waits already goes on waiting."""
    why = {"rule": rule, "rule_name": name, "found": found[:LONGEST_FOUND], "action": action}
    return Flag.objects.get_or_create(comment=comment, settled_at=None, defaults=why)[0]


def approve(comments: QuerySet[SiteComment], by: "User | None" = None) -> list[ModerationDecision]:
    """Put comments on the page, or back on it."""
    return decide(comments, Action.APPROVE, by)


def remove(comments: QuerySet[SiteComment], by: "User | None" = None) -> list[ModerationDecision]:
    """Leave a tombstone where a comment has replies, nothing where it has none."""
    return decide(comments, Action.REMOVE, by)


def decide(
    comments: QuerySet[SiteComment],
    action: str,
    by: "User | None",
    *,
    together: UUID | None = None,
    told: str = "",
) -> list[ModerationDecision]:
    """Write the state of comments, settle their open flags, and log it, in one transaction.

    What stands so already and does not wait is left alone: of two who decide the same, the second
    changes nothing.
    What its writer took back is nobody’s to put on the page.
    Decisions of one call are undone together: with those of another call under one `together`.
    `told`: the name of a reason that writers are mailed.
    """
    together = together or uuid4()
    with transaction.atomic():
        locked = lock(comments)
        if action == Action.APPROVE:
            taken_back = _deleted_by_writers(locked)
            locked = [each for each in locked if each.pk not in taken_back]
        waiting = {
            flag.comment_id: flag
            for flag in Flag.objects.filter(comment__in=locked, settled_at=None)
        }
        decided = [
            _decide(
                each,
                waiting.get(each.pk),
                ModerationDecision(action=Action(action), by=by, together=together, told=told),
            )
            for each in locked
        ]
        decisions = [each for each in decided if each is not None]
        _recount(locked)
        for decision in decisions:
            signals.decided.send(ModerationDecision, decision=decision)
        return decisions


def _decide(
    comment: SiteComment, flag: Flag | None, decision: ModerationDecision
) -> ModerationDecision | None:
    was_public, was_removed = comment.is_public, comment.is_removed
    removes = decision.action != Action.APPROVE
    stands = was_removed if removes else was_public and not was_removed
    if stands and flag is None:
        return None
    decision.comment, decision.flag = comment, flag
    decision.was_public, decision.was_removed = was_public, was_removed
    decision.save()
    _write(comment, is_removed=removes, is_public=was_public or not removes)
    if flag is not None:
        Flag.objects.filter(pk=flag.pk).update(
            settled_at=timezone.now(),
            settled_by=decision.by,
            outcome=_OUTCOMES[Action(decision.action)],
        )
    if not removes and not was_public:
        notifications.tell_followers_later(comment)
    return decision


@dataclass(frozen=True)
class Undone:
    comments: int = 0
    bans: int = 0

    def __bool__(self) -> bool:
        return bool(self.comments or self.bans)


def undo(decisions: Collection[int], by: "User | None") -> Undone:
    """Put comments back to where they stood before these decisions, and lift bans that came with
    them; what waited waits again.

    A decision is undone once, and only while it is the last one on its comment. Bans are lifted
    only by whoever may lift one.
    """
    with transaction.atomic():
        asked = ModerationDecision.objects.filter(pk__in=decisions, undone_at=None)
        comments = {each.pk: each for each in lock(SiteComment.objects.filter(decisions__in=asked))}
        taken_back = _deleted_by_writers(comments.values())
        undone, lifted = 0, 0
        for decision in ModerationDecision.objects.filter(
            pk__in=decisions, undone_at=None
        ).order_by("-pk"):
            later = ModerationDecision.objects.filter(
                comment=decision.comment_id, pk__gt=decision.pk, undone_at=None
            )
            if decision.bans and (by is None or by.has_perm("comments.change_ban")):
                lifted += bans.put_back(decision.bans)
                ModerationDecision.objects.filter(pk=decision.pk).update(bans=None)
            if later.exists() or decision.comment_id in taken_back:
                continue
            _put_back(decision, comments[decision.comment_id])
            undone += 1
        _recount(comments.values())
        return Undone(undone, lifted)


def undo_click(pk: int, by: "User") -> Undone:
    """Undo a decision of this moderator, with all of the same click."""
    mine = ModerationDecision.objects.filter(by=by, undone_at=None)
    decision = mine.filter(pk=pk).first()
    if decision is None:
        return Undone()
    if decision.together is None:
        return undo([pk], by)
    together = mine.filter(together=decision.together)
    return undo(list(together.values_list("pk", flat=True)), by)


def _put_back(decision: ModerationDecision, comment: SiteComment) -> None:
    ModerationDecision.objects.filter(pk=decision.pk).update(undone_at=timezone.now())
    _write(comment, is_removed=decision.was_removed, is_public=decision.was_public)
    waits_again = Flag.objects.filter(comment=comment.pk, settled_at=None)
    if decision.flag_id is not None and not waits_again.exists():
        settled = Flag.objects.filter(pk=decision.flag_id)
        settled.update(settled_at=None, settled_by=None, outcome="")


def _deleted_by_writers(comments: Iterable[SiteComment]) -> set[int]:
    stats = CommentStats.objects.filter(comment__in=list(comments), deleted_at__isnull=False)
    return set(stats.values_list("comment", flat=True))


def ban_writer(comment: SiteComment, sentence: bans.Sentence) -> list[ModerationDecision]:
    """Ban whoever wrote a comment, and remove as spam what they wrote lately.

    With the decisions stands what the ban changed, so that an undo lifts it.
    """
    with transaction.atomic():
        made = bans.impose_on(comment, sentence)
        if comment.user is None and "@" not in comment.user_email:
            # Somebody who was erased: nobody knows what else was theirs.
            written = SiteComment.objects.filter(pk=comment.pk)
        else:
            written = written_by(comment.user_id, comment.user_email).filter(
                submit_date__gte=timezone.now() - SWEPT
            )
        decisions = decide(written, Action.SPAM, sentence.by)
        if made and not decisions:
            # Everything of theirs is gone already: the ban alone is what can be undone.
            decisions = [_ban_alone(comment, sentence)]
        if made:
            ModerationDecision.objects.filter(pk=decisions[0].pk).update(bans=made)
        return decisions


def _ban_alone(comment: SiteComment, sentence: bans.Sentence) -> ModerationDecision:
    return ModerationDecision.objects.create(
        comment=comment,
        action=Action.SPAM,
        by=sentence.by,
        together=uuid4(),
        was_public=comment.is_public,
        was_removed=comment.is_removed,
    )


def hold_back(comment: SiteComment) -> None:
    """Take a comment off the page until a moderator has read it. The caller has locked it and noted
    why.
    """
    _write(comment, is_public=False)
    comment.is_public = False
    comment_counts.recount(int(comment.object_pk))


def settle_as_gone(comment: SiteComment) -> None:
    """Nobody need read what its writer took back."""
    Flag.objects.filter(comment=comment, settled_at=None).update(
        settled_at=timezone.now(), outcome=Flag.Outcome.REMOVED
    )


def lock(comments: QuerySet[SiteComment]) -> list[SiteComment]:
    """The articles first, then their comments: everybody locks in this order."""
    rows = list(comments.values_list("pk", "object_pk"))
    articles = sorted({int(object_pk) for _, object_pk in rows})
    # A lock that lets a vote on a comment refer to it meanwhile.
    of_self: dict[str, Any] = {"of": ("self",), "no_key": True}
    list(
        Article.objects.select_for_update(**of_self)
        .only("pk")
        .filter(pk__in=articles)
        .order_by("pk")
    )
    # What was asked for may have changed while we waited, so it is asked again.
    still = set(comments.filter(pk__in=[pk for pk, _ in rows]).values_list("pk", flat=True))
    return list(
        SiteComment.objects.select_for_update(**of_self).filter(pk__in=still).order_by("pk")
    )


def _write(comment: SiteComment, **state: bool) -> None:
    SiteComment.objects.filter(pk=comment.pk).update(**state)


def _recount(comments: Iterable[SiteComment]) -> None:
    for article_id in sorted({int(each.object_pk) for each in comments}):
        comment_counts.recount(article_id)


def waiting() -> QuerySet[Flag]:
    """Return the queue, the oldest first."""
    return Flag.objects.filter(settled_at=None).order_by("pk")


@dataclass(frozen=True)
class Click:
    """Decisions that a moderator made at once."""

    decision: ModerationDecision  # one of them
    comments: int
    banned: bool


def decided_lately(by: "User", most: int) -> list[Click]:
    """The clicks of a moderator that can still be undone, the newest first. Two queries."""
    mine = ModerationDecision.objects.filter(
        by=by, undone_at=None, together__isnull=False, at__gte=timezone.now() - UNDONE_WITHIN
    )
    clicks = list(
        mine.order_by()
        .values("together")
        .annotate(last=Max("pk"), comments=Count("pk"), bans=Count("bans"))
        .order_by("-last")[:most]
    )
    last = ModerationDecision.objects.select_related("comment__user").in_bulk(
        [click["last"] for click in clicks]
    )
    return [
        Click(last[click["last"]], click["comments"], banned=click["bans"] > 0) for click in clicks
    ]


def count_waiting() -> int:
    """Return how many wait, counted only as far as somebody would read the number."""
    return waiting()[:MOST_COUNTED].count()


def is_held(comment: SiteComment) -> bool:
    return not comment.is_public and not comment.is_removed


def reason_of(comment: SiteComment) -> str:
    """Return why a comment waits, in words for its writer."""
    flag = Flag.objects.select_related("rule").filter(comment=comment, settled_at=None).first()
    if flag is not None and flag.rule is not None:
        return flag.rule.reason
    if flag is not None and flag.rule_name == premoderation.NAME:
        return premoderation.REASON
    is_reported = flag is None or flag.rule_name.startswith(REPORTED)
    return (
        "Readers have reported it."
        if is_reported
        else "A program that looks for spam and abuse was not sure about it."
    )
