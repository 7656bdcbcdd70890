"""What conversations hold of one person: told, and erased."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from comments.models import (
    Ban,
    Confirmation,
    Edit,
    KnownReader,
    Notice,
    Reaction,
    Report,
    SiteComment,
    Standing,
    Verdict,
)
from comments.models.moderation import LONGEST_FOUND
from comments.moderation import bans, decisions
from comments.reading import comment_counts

ERASED_NAME = "A former reader"
AT_ONCE = 500


def export(address: str, accounts: list[Any]) -> dict[str, list[Any]]:
    """Everything that conversations hold of whoever has this address or these accounts, by kind."""
    thoughts = _thoughts(address, accounts).order_by("pk")
    own = list(thoughts.values_list("pk", flat=True))
    voters = _voters(accounts)
    words = ("pk", "object_pk", "submit_date", "user_name", "user_email", "user_url", "comment", "ip_address")
    states = ("followup", "is_public", "is_removed", "standing__edited_at", "standing__taken_back_at")
    return {
        "thoughts": list(thoughts.values(*words, *states)),
        "why thoughts were looked at": list(
            Verdict.objects.filter(comment__in=own).values("comment", "rule_name", "found", "made_at", "outcome")
        ),
        "earlier words of thoughts": list(Edit.objects.filter(comment__in=own).values("comment", "text", "made_at")),
        "thoughts waiting for a mail": list(
            _waiting(address).values("article", "name", "comment", "url", "ip_address")
        ),
        "votes": list(Reaction.objects.filter(voter__in=voters).values("comment", "agrees", "made_at")),
        "reports": list(Report.objects.filter(reporter__in=voters).values("comment", "reason", "note", "made_at")),
        "bans": list(_bans(address, accounts).values("kind", "value", "until", "note", "made_at")),
        "remembered browsers": list(_browsers(address).values("name", "email", "url", "confirmed_at", "seen_at")),
        "mails about replies": list(
            Notice.objects.filter(answered__in=own).values("answered", "reply", "made_at", "mailed_at")
        ),
    }


def erase(address: str, accounts: list[Any], *, keep_words: bool = False) -> dict[str, int]:
    """Take a person out of every conversation, in one transaction. Returns how much of each kind was changed.

    Their thoughts leave the page; where somebody answered, a line stays. With `keep_words` what they said stays under
    a name that is nobody’s. A ban on an address goes on without the address.
    """
    with transaction.atomic():
        thoughts = decisions.lock(_thoughts(address, accounts))
        pks = [thought.pk for thought in thoughts]
        voters = _voters(accounts)
        voted = list(Reaction.objects.filter(voter__in=voters))
        _forget_notes(voters)
        counts = {
            "thoughts": len(pks),
            "earlier words of thoughts": Edit.objects.filter(comment__in=pks).delete()[0],
            "thoughts waiting for a mail": _waiting(address).delete()[0],
            "votes": len(voted),
            "reports": Report.objects.filter(reporter__in=voters).delete()[0],
            "bans": _forget_bans(address, accounts),
            "remembered browsers": _browsers(address).delete()[0],
            "mails about replies": Notice.objects.filter(answered__in=pks).delete()[0],
        }
        for vote in voted:
            # Their vote goes on counting: a number says nothing of who gave it.
            Reaction.objects.filter(pk=vote.pk).update(voter=f"erased:{vote.pk}")
        _empty(thoughts, keep_words=keep_words)
        return counts


def _forget_notes(voters: list[str]) -> None:
    """What they wrote in reports stands in the queue as well."""
    for report in Report.objects.filter(reporter__in=voters).exclude(note=""):
        Verdict.objects.filter(comment=report.comment_id, found=report.note[:LONGEST_FOUND]).update(found="")


def _empty(thoughts: list[SiteComment], *, keep_words: bool) -> None:
    nobody = {"user": None, "user_email": "", "user_url": "", "ip_address": None, "followup": False}
    pks = [thought.pk for thought in thoughts]
    # What a rule found, and what readers noted, repeats the words.
    Verdict.objects.filter(comment__in=pks).update(found="")
    Report.objects.filter(comment__in=pks).update(note="")
    for start in range(0, len(pks), AT_ONCE):
        some = SiteComment.objects.filter(pk__in=pks[start : start + AT_ONCE])
        some.update(user_name=ERASED_NAME, **nobody)
        if not keep_words:
            some.update(comment="", is_removed=True)
    for thought in [] if keep_words else thoughts:
        Standing.objects.update_or_create(comment=thought, defaults={"taken_back_at": timezone.now()})
        decisions.settle_as_gone(thought)
    for article in sorted({int(thought.object_pk) for thought in thoughts}):
        comment_counts.recount(article)


def _thoughts(address: str, accounts: list[Any]) -> QuerySet[SiteComment]:
    """By the account, and by the address: an index each."""
    by_address = SiteComment.objects.alias(address=Lower("user_email")).filter(address=address.lower()).values("pk")
    by_account = SiteComment.objects.filter(user__in=accounts).values("pk")
    return SiteComment.objects.filter(Q(pk__in=by_address) | Q(pk__in=by_account))


def _waiting(address: str) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(email__iexact=address)


def _browsers(address: str) -> QuerySet[KnownReader]:
    return KnownReader.objects.filter(email__iexact=address)


def _voters(accounts: list[Any]) -> list[str]:
    """As `visitors` names accounts. What strangers pressed is theirs alone to know: it names no address."""
    return [f"account:{account.pk}" for account in accounts]


def _bans(address: str, accounts: list[Any]) -> QuerySet[Ban]:
    names = [account.get_username() for account in accounts]
    of_address = Q(kind=Ban.Kind.ADDRESS, value=address.lower())
    return Ban.objects.filter(of_address | Q(kind=Ban.Kind.ACCOUNT, value__in=names))


def _forget_bans(address: str, accounts: list[Any]) -> int:
    found = _bans(address, accounts)
    number = found.count()
    found.filter(kind=Ban.Kind.ACCOUNT).delete()
    for ban in found.filter(kind=Ban.Kind.ADDRESS):
        # One of an earlier erasure may stand already: then this one stands for both.
        Ban.objects.filter(kind=ban.kind, value=bans.veiled(ban.value)).delete()
        Ban.objects.filter(pk=ban.pk).update(value=bans.veiled(ban.value), note="")
    return number
