"""Log-ins and refused ones: in the log, and on the desk for a month."""

import logging
import time
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.management import call_command
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django_tasks import task

from comments.privacy.ip_anonymisation import shortened
from core.client_ip import network_address
from newsroom.models import LogIn

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)
UNCONFIRMED_KEPT_FOR = timedelta(days=14)
# Whoever finds a desk left open finds it for a day, not for two weeks. A form that is open by then
# can still be saved.
STAFF_SESSION, OPEN_FORMS = timedelta(days=1), timedelta(hours=12)
LOGGED_IN_AT = "logged_in_at"
AT_ONCE = 500


def connect() -> None:
    user_logged_in.connect(_note_success)
    user_login_failed.connect(_note_failure)


def _note_success(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session[LOGGED_IN_AT] = time.time()
    _note(request, user, succeeded=True)


def _note_failure(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    name = str(credentials.get("username") or credentials.get("email") or "")
    users = get_user_model().objects.filter(Q(username__iexact=name) | Q(email__iexact=name))
    _note(request, users.first() if name else None, succeeded=False)


def _note(request: HttpRequest | None, user: Any, *, succeeded: bool) -> None:
    """Names that are nobody’s are not kept: people type their passwords into that field."""
    address = network_address(request) if request is not None else None
    network = shortened(address) if address else ""
    LogIn.objects.create(user=user, succeeded=succeeded, network=network)
    logger.info(
        "log-in" if succeeded else "log-in refused",
        extra={"user": user.pk if user else None, "network": network},
    )


def is_over(request: HttpRequest) -> bool:
    """Return whether somebody at the desk must log in again."""
    age = timedelta(seconds=time.time() - request.session.get(LOGGED_IN_AT, 0.0))
    is_reading = request.method in ("GET", "HEAD")
    return age > (STAFF_SESSION if is_reading else STAFF_SESSION + OPEN_FORMS)


@task()
def tidy_accounts() -> int:
    """Forget sessions that ended, log-ins of long ago, and accounts that nobody ever confirmed."""
    call_command("clearsessions")
    now = timezone.now()
    LogIn.objects.filter(at__lt=now - KEPT_FOR).delete()
    unconfirmed = get_user_model().objects.filter(
        is_staff=False,
        is_superuser=False,
        last_login=None,
        date_joined__lt=now - UNCONFIRMED_KEPT_FOR,
        emailaddress__isnull=False,
    )
    unconfirmed = unconfirmed.exclude(emailaddress__verified=True)
    return (
        get_user_model()
        .objects.filter(pk__in=list(unconfirmed.values_list("pk", flat=True)[:AT_ONCE]))
        .delete()[0]
    )
