"""
Privacy requests: export and erase one person’s data, by articles 15 and 17 of the GDPR.

Each app tells and erases its own part; this module finds the accounts, calls them, and keeps the
record.
"""

import re
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

import advertising.personal_data
import comments.privacy.personal_data
import newsletter.personal_data
from core import keyed_digests
from newsroom.models import PrivacyRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PARTS = (comments.privacy.personal_data, newsletter.personal_data, advertising.personal_data)
STAFF = "This address belongs to an account of the newsroom. Take the account off the staff first."

Kind = PrivacyRequest.Kind


def named(text: str) -> str:
    """The address that was written. Raises ValidationError with a sentence."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(
            "Write the e-mail address in full, such as name@example.com."
        ) from error
    return address


def accounts_of(address: str) -> list[Any]:
    # An address that nobody has confirmed may be another person’s, mistyped.
    confirmed = Q(emailaddress__email__iexact=address, emailaddress__verified=True)
    users = get_user_model().objects.filter(Q(email__iexact=address) | confirmed)
    return list(users.distinct())


def found(address: str) -> dict[str, int]:
    """Return how much of each kind there is, without showing it."""
    return {kind: len(rows) for kind, rows in _everything(address).items()}


def export(address: str, by: "User | None" = None) -> dict[str, list[Any]]:
    """Everything that is held of a person, by kind; and a line in the record that it was asked
    for.
    """
    with transaction.atomic():
        data = _everything(address)
        _note(Kind.EXPORT, address, by, {kind: len(rows) for kind, rows in data.items()})
        return data


def erase(address: str, by: "User | None" = None, *, keep_words: bool = False) -> dict[str, int]:
    """Forget a person, in one transaction. Raises ValidationError, having changed nothing, for
    staff.
    """
    with transaction.atomic():
        accounts = accounts_of(address)
        if any(account.is_staff or account.is_superuser for account in accounts):
            raise ValidationError(STAFF)
        counts: dict[str, int] = {}
        for part in PARTS:
            counts |= part.erase(address, accounts, keep_words=keep_words)
        counts |= _erase_accounts(address, accounts)
        _note(Kind.ERASE, address, by, counts)
        return counts


def digest(address: str) -> str:
    """By which it can be shown that a person was forgotten, to whoever knows the address, and to
    nobody else.
    """
    return keyed_digests.digest("newsroom.person", address.lower())


def _everything(address: str) -> dict[str, list[Any]]:
    accounts = accounts_of(address)
    data: dict[str, list[Any]] = {}
    for part in PARTS:
        data |= part.export(address, accounts)
    fields = (
        "username",
        "email",
        "first_name",
        "last_name",
        "date_joined",
        "last_login",
        "is_staff",
    )
    data["accounts"] = [
        {field: getattr(account, field) for field in fields} for account in accounts
    ]
    addresses = EmailAddress.objects.filter(Q(email__iexact=address) | Q(user__in=accounts))
    data["addresses of accounts"] = list(addresses.values("email", "verified", "primary"))
    log = _log(address, accounts)
    data["lines in the log of the desk"] = list(
        log.values("action_time", "object_repr", "change_message")
    )
    data["jobs that name the address"] = list(
        _jobs(address).values("task_path", "enqueued_at", "finished_at")
    )
    return data


def _erase_accounts(address: str, accounts: list[Any]) -> dict[str, int]:
    keys = {str(account.pk) for account in accounts}
    signed_in = [
        row.pk
        for row in Session.objects.iterator()
        if row.get_decoded().get("_auth_user_id") in keys
    ]
    Session.objects.filter(pk__in=signed_in).delete()
    addresses = EmailAddress.objects.filter(
        Q(email__iexact=address) | Q(user__in=accounts)
    ).delete()[0]
    lines = _log(address, accounts).update(object_repr="(erased)", change_message="")
    jobs = _jobs(address).delete()[0]
    DBTaskResult.objects.filter(traceback__icontains=address).update(
        traceback="(erased)", exception_class_path=""
    )
    for account in accounts:
        account.delete()
    return {
        "accounts": len(accounts),
        "addresses of accounts": addresses,
        "lines in the log of the desk": lines,
        "jobs that name the address": jobs,
    }


def _log(address: str, accounts: list[Any]) -> Any:
    """Lines that name the address, or what an account is called where the line is about just
    that.
    """
    named = {
        name
        for account in accounts
        for name in (account.get_username(), f"An account: {account.get_username()}")
    }
    rough = LogEntry.objects.filter(
        Q(object_repr__icontains=address) | Q(change_message__icontains=address)
    )
    exact = [row.pk for row in rough if _names(f"{row.object_repr} {row.change_message}", address)]
    return LogEntry.objects.filter(Q(pk__in=exact) | Q(object_repr__in=named))


def _jobs(address: str) -> Any:
    """Mails on their way to this address, and those of the last days."""
    rough = DBTaskResult.objects.filter(args_kwargs__icontains=address)
    return DBTaskResult.objects.filter(
        pk__in=[row.pk for row in rough if _names(str(row.args_kwargs), address)]
    )


def _names(text: str, address: str) -> bool:
    """Return whether `text` holds this very address, and not as a part of another’s."""
    return bool(re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)", text, re.IGNORECASE))


def _note(kind: str, address: str, by: "User | None", counts: dict[str, int]) -> None:
    kept = {name: number for name, number in counts.items() if number}
    PrivacyRequest.objects.create(
        kind=kind, digest=digest(address), by=by, at=timezone.now(), found=kept
    )
