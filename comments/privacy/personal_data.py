"""Personal data in comments: exported and erased."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from comments.models import (
    Ban,
    CommenterNote,
    CommentStats,
    Confirmation,
    Edit,
    Flag,
    Reaction,
    ReplyNotification,
    Report,
    SiteComment,
    VerifiedCommenter,
)
from comments.models.moderation import LONGEST_FOUND
from comments.moderation import bans, decisions
from comments.reading import comment_counts
from core.email_addresses import inbox

ERASED_NAME = "A former reader"
AT_ONCE = 500


def export(address: str, accounts: list[Any]) -> dict[str, list[Any]]:
    """Everything that conversations hold of whoever has this address or these accounts, by kind."""
    comments = _comments(address, accounts).order_by("pk")
    own = list(comments.values_list("pk", flat=True))
    voters = _voters(accounts)
    words = (
        "pk",
        "object_pk",
        "submit_date",
        "user_name",
        "user_email",
        "user_url",
        "comment",
        "ip_address",
    )
    states = (
        "followup",
        "is_public",
        "is_removed",
        "stats__edited_at",
        "stats__deleted_at",
    )
    return {
        "comments": list(comments.values(*words, *states)),
        "why comments were looked at": list(
            Flag.objects.filter(comment__in=own).values(
                "comment", "rule_name", "found", "made_at", "outcome"
            )
        ),
        "earlier words of comments": list(
            Edit.objects.filter(comment__in=own).values("comment", "text", "made_at")
        ),
        "comments waiting for a mail": list(
            _waiting(address).values("article", "name", "comment", "url", "ip_address")
        ),
        "votes": list(
            Reaction.objects.filter(voter__in=voters).values("comment", "agrees", "made_at")
        ),
        "reports": list(
            Report.objects.filter(reporter__in=voters).values(
                "comment", "reason", "note", "made_at"
            )
        ),
        "bans": list(
            _bans(address, accounts).values("kind", "value", "until", "reason", "note", "made_at")
        ),
        "notes of moderators": list(_notes(address, accounts).values("text", "at")),
        "remembered browsers": list(
            _browsers(address).values("name", "email", "url", "confirmed_at", "seen_at")
        ),
        "mails about replies": list(
            ReplyNotification.objects.filter(answered__in=own).values(
                "answered", "reply", "made_at", "mailed_at"
            )
        ),
    }


def erase(address: str, accounts: list[Any], *, keep_words: bool = False) -> dict[str, int]:
    """Take a person out of every conversation, in one transaction. Returns how much of each kind
    was changed.

    Their comments leave the page; where somebody answered, a line stays. With `keep_words` what
    they said stays under a name that is nobody’s. A ban on an address goes on without the address.
    """
    with transaction.atomic():
        comments = decisions.lock(_comments(address, accounts))
        pks = [comment.pk for comment in comments]
        voters = _voters(accounts)
        voted = list(Reaction.objects.filter(voter__in=voters))
        _forget_notes(voters)
        counts = {
            "comments": len(pks),
            "earlier words of comments": Edit.objects.filter(comment__in=pks).delete()[0],
            "comments waiting for a mail": _waiting(address).delete()[0],
            "votes": len(voted),
            "reports": Report.objects.filter(reporter__in=voters).delete()[0],
            "bans": _forget_bans(address, accounts),
            "notes of moderators": _notes(address, accounts).delete()[0],
            "remembered browsers": _browsers(address).delete()[0],
            "mails about replies": ReplyNotification.objects.filter(answered__in=pks).delete()[0],
        }
        for vote in voted:
            # Their vote goes on counting: a number says nothing of who gave it.
            Reaction.objects.filter(pk=vote.pk).update(voter=f"erased:{vote.pk}")
        _empty(comments, keep_words=keep_words)
        return counts


def _forget_notes(voters: list[str]) -> None:
    """Forget notes of reports, which stand in the queue as well."""
    for report in Report.objects.filter(reporter__in=voters).exclude(note=""):
        Flag.objects.filter(comment=report.comment_id, found=report.note[:LONGEST_FOUND]).update(
            found=""
        )


def _empty(comments: list[SiteComment], *, keep_words: bool) -> None:
    nobody = {"user": None, "user_email": "", "user_url": "", "ip_address": None, "followup": False}
    pks = [comment.pk for comment in comments]
    # What a rule found, and what readers noted, repeats the words.
    Flag.objects.filter(comment__in=pks).update(found="")
    Report.objects.filter(comment__in=pks).update(note="")
    for start in range(0, len(pks), AT_ONCE):
        some = SiteComment.objects.filter(pk__in=pks[start : start + AT_ONCE])
        some.update(user_name=ERASED_NAME, **nobody)
        if not keep_words:
            some.update(comment="", is_removed=True)
    for comment in [] if keep_words else comments:
        CommentStats.objects.update_or_create(
            comment=comment, defaults={"deleted_at": timezone.now()}
        )
        decisions.settle_as_gone(comment)
    for article in sorted({int(comment.object_pk) for comment in comments}):
        comment_counts.recount(article)


def _comments(address: str, accounts: list[Any]) -> QuerySet[SiteComment]:
    """By the account, and by the address: an index each."""
    by_address = (
        SiteComment.objects.alias(address=Lower("user_email"))
        .filter(address=address.lower())
        .values("pk")
    )
    by_account = SiteComment.objects.filter(user__in=accounts).values("pk")
    return SiteComment.objects.filter(Q(pk__in=by_address) | Q(pk__in=by_account))


def _waiting(address: str) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(email__iexact=address)


def _browsers(address: str) -> QuerySet[VerifiedCommenter]:
    return VerifiedCommenter.objects.filter(email__iexact=address)


def _notes(address: str, accounts: list[Any]) -> QuerySet[CommenterNote]:
    return CommenterNote.objects.filter(Q(user__in=accounts) | Q(inbox=inbox(address)))


def _voters(accounts: list[Any]) -> list[str]:
    """As `visitors` names accounts. What strangers pressed is theirs alone to know: it names no
    address.
    """
    return [f"account:{account.pk}" for account in accounts]


def _bans(address: str, accounts: list[Any]) -> QuerySet[Ban]:
    names = [account.get_username() for account in accounts]
    of_address = Q(kind=Ban.Kind.ADDRESS, value__in=bans.spellings(address))
    return Ban.objects.filter(of_address | Q(kind=Ban.Kind.ACCOUNT, value__in=names))


def _forget_bans(address: str, accounts: list[Any]) -> int:
    found = _bans(address, accounts)
    number = found.count()
    found.filter(kind=Ban.Kind.ACCOUNT).delete()
    for ban in found.filter(kind=Ban.Kind.ADDRESS):
        # One of an earlier erasure may stand already: then this one stands for both.
        Ban.objects.filter(kind=ban.kind, value__in=bans.veils(ban.value)).delete()
        Ban.objects.filter(pk=ban.pk).update(value=bans.veiled(ban.value), note="", reason="")
    return number
