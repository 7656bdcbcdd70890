"""
One account of every mailbox, whichever of our mails told us of it.

A server that says that there is no such address, and an owner who calls a mail spam, end all mail
that we send of our own accord: at once. Several refusals in a row pause it for a week. A mail that
somebody has just asked for is tried in spite of that, once a day: people mend their mailboxes, and
want to sign in.
"""

from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django_tasks import task

from core.email_addresses import spelled
from core.keyed_digests import digest, digests
from core.models import Mailbox

State = Mailbox.State
PURPOSE = "core.mailbox"
MOST_SOFT = 5  # mails in a row that did not get through
PAUSE = timedelta(days=7)
IN_A_ROW_WITHIN = timedelta(days=14)
BETWEEN_TRIES = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=365)

# address, state: sent once when mail to a mailbox ends, so that each app stops what it sends.
ended = Signal()


def _of(address: str) -> QuerySet[Mailbox]:
    return Mailbox.objects.filter(digest__in=digests(PURPOSE, spelled(address)))


def note_hard(address: str) -> None:
    """There is no such mailbox."""
    _end(address, State.BOUNCED)


def note_complaint(address: str) -> None:
    """Its owner called a mail of ours spam."""
    _end(address, State.COMPLAINED)


def note_soft(address: str) -> None:
    """It is full or busy; several times in a row it is left alone for a week."""
    mine, now = _row(address), timezone.now()
    # Long ago is not in a row: where bounces come later, nobody says that a mail got through.
    mine.filter(changed_at__lt=now - IN_A_ROW_WITHIN, state=State.GOOD).update(soft_bounces=0)
    mine.update(soft_bounces=F("soft_bounces") + 1, changed_at=now)
    full = mine.filter(soft_bounces__gte=MOST_SOFT, state=State.GOOD)
    if full.update(state=State.FULL):
        ended.send(Mailbox, address=address, state=State.FULL)


def note_accepted(address: str) -> None:
    """A mail got through. Nothing is written for a mailbox that never refused one."""
    known = _of(address)
    known.filter(state__in=("", State.FULL)).exclude(soft_bounces=0).update(
        soft_bounces=0, state=State.GOOD
    )


def revive(address: str) -> None:
    """Its owner opened a mail: it works, and may be written to."""
    _of(address).delete()


class Paused(Exception):
    """Mail to the mailbox waits for some days: it refused several in a row."""


def may_mail(address: str, *, asked: bool) -> bool:
    """Return whether a mail may be sent: `asked` for by its reader just now, or of our own accord.
    Raises Paused for what may be sent later.
    """
    now = timezone.now()
    mine = _of(address).exclude(state=State.GOOD)
    found = mine.first()
    if found is None:
        return True
    if found.state == State.FULL and found.changed_at < now - PAUSE:
        # The week is over: it begins anew with the next refusal.
        mine.update(state=State.GOOD, soft_bounces=MOST_SOFT - 1)
        return True
    if not asked and found.state == State.FULL:
        raise Paused
    if not asked:
        return False
    if found.state == State.COMPLAINED:
        return True  # They asked themselves; who else asks is bounded by the limits of forms.
    lately = Q(tried_at__gte=now - BETWEEN_TRIES)
    return mine.exclude(lately & Q(tried_at__isnull=False)).update(tried_at=now) == 1


@task()
def forget_old() -> int:
    """Forget what was known a year ago: addresses are given to other people."""
    old = Mailbox.objects.filter(changed_at__lt=timezone.now() - FORGOTTEN_AFTER)
    return old.exclude(state=State.COMPLAINED).delete()[0]


def _end(address: str, state: str) -> None:
    if not address:
        return
    # What is worse stays: a complaint is not made a bounce.
    open_ones = _row(address).exclude(state__in=(state, State.COMPLAINED))
    if open_ones.update(state=state, changed_at=timezone.now()):
        ended.send(Mailbox, address=address, state=state)


def _row(address: str) -> QuerySet[Mailbox]:
    if not _of(address).exists():
        key = digest(PURPOSE, spelled(address))
        Mailbox.objects.get_or_create(digest=key, defaults={"changed_at": timezone.now()})
    return _of(address)
