"""The account behind a request, and how it is called."""

from typing import TYPE_CHECKING, cast

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def signed_in(request: HttpRequest) -> "User":
    """Return the account of a request that only signed-in people can send, as the type checker
    wants it.
    """
    return cast("User", request.user)


def name_of(user: "User") -> str:
    return user.get_full_name() or user.get_username()


def staff() -> "QuerySet[User]":
    """Everybody who works on the desk, to choose from."""
    people = get_user_model().objects.filter(is_staff=True, is_active=True)
    return people.order_by("first_name", "username")
