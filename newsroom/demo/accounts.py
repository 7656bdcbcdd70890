"""The demo’s people. Their passwords open nothing outside the demo."""

from dataclasses import dataclass
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings


@dataclass(frozen=True)
class Account:
    username: str
    group: str = ""
    is_staff: bool = True
    is_superuser: bool = False

    @property
    def password(self) -> str:
        return f"{self.username}-demo"


EDITOR = "editor"
ACCOUNTS = (
    Account(EDITOR, group="Editors"),
    Account("author", group="Authors"),
    Account("moderator", group="Moderators"),
    Account("adops", group="Ad desk"),
    Account("finance", group="Finance"),
    Account("advertiser", is_staff=False),
    Account("admin", is_superuser=True),
)


def is_demo_login(username: str, password: str) -> bool:
    return any((username, password) == (account.username, account.password) for account in ACCOUNTS)


class GuardedBackend(AuthenticationBackend):
    """Refuses the demo’s well-known passwords wherever the demo does not run."""

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if (
            user
            and not settings.DEMO
            and is_demo_login(user.get_username(), credentials.get("password", ""))
        ):
            return None
        return user
