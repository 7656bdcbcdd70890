"""Readers report a comment: moderators see it at once, and several reports take it off the page
until they have.
"""

from django.db import IntegrityError, transaction

from comments.models import CommentStats, ModerationDecision, Report, Rule, SiteComment
from comments.moderation import decisions

HIDDEN_AT = 3


def report(comment: SiteComment, reporter: str, reason: str, note: str = "") -> bool:
    """Keep a report, once for each reporter, and put the comment before the moderators. Whether it
    was new.
    """
    try:
        with transaction.atomic():
            Report.objects.create(
                comment=comment, reporter=reporter, reason=reason, note=note[:300]
            )
    except IntegrityError:
        return False
    with transaction.atomic():
        found = decisions.lock(SiteComment.objects.filter(pk=comment.pk, is_removed=False))
        if not found:
            return True  # A moderator was quicker.
        locked = found[0]
        name = f"{decisions.REPORTED}{Report.Reason(reason).label}"[:60]
        decisions.note(locked, name=name, found=note, action=Rule.Action.FLAG)
        if _is_to_be_hidden(locked):
            decisions.hold_back(locked)
    return True


def _is_to_be_hidden(comment: SiteComment) -> bool:
    """Return whether enough readers reported it. What a moderator approved stays, unless it was
    changed since.
    """
    if not comment.is_public:
        return False
    approved = ModerationDecision.objects.filter(
        comment=comment, action=ModerationDecision.Action.APPROVE, undone_at=None
    )
    changed_at = (
        CommentStats.objects.filter(comment=comment).values_list("edited_at", flat=True).first()
    )
    if changed_at is not None:
        approved = approved.filter(at__gt=changed_at)
    return not approved.exists() and Report.objects.filter(comment=comment).count() >= HIDDEN_AT
