"""
The one limit of mails that a form sends to whatever address is typed in it: comments and
newsletters to be confirmed, accounts, invitations.

By network it is checked when a form is sent, and said there. By inbox it is counted when a mail is
about to leave, over all forms together: what is too much for an hour waits for the next one, so
that nobody’s inbox is filled and nobody’s mail is lost.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks.base import Task

from core import ratelimit
from core.client_ip import network_of
from core.email_addresses import inbox

MOST_OF_NETWORK = 20  # mails in an hour
MOST_OF_INBOX = 5
HOUR = timedelta(hours=1)

_of_network = ratelimit.RateLimiter("mails-of-network", MOST_OF_NETWORK, seconds=3600)
_of_inbox = ratelimit.RateLimiter("mails-to-inbox", MOST_OF_INBOX, seconds=3600)


def check_network(ip: str | None) -> None:
    """Count one more mail that this network asks for. Raises RateLimited."""
    _of_network.check(network_of(ip))


def waits(task: Task[Any, Any], address: str, *args: Any) -> bool:
    """Count one more mail to an inbox. Over its limit `task` is put off by an hour with `args`, and
    the caller sends nothing now.
    """
    if not _of_inbox.is_over(inbox(address)) or not task.get_backend().supports_defer:
        return False
    task.using(run_after=timezone.now() + HOUR).enqueue(*args)
    return True
