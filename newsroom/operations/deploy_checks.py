"""Checks of `manage.py check --deploy`: a production site that would run, and lose something."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection


@register(Tags.security, deploy=True)
def nothing_is_forgotten(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if not (settings.EMAIL_URL or settings.MAIL_PROVIDER):
        found.append(
            Warning(
                "EMAIL_URL is not set: mails are written to files, and nobody gets them.",
                hint="Set EMAIL_URL, or MAIL_PROVIDER and its key.",
                id="newsroom.W001",
            )
        )
    if connection.vendor == "sqlite" and not settings.DATABASE_URL:
        found.append(
            Warning(
                "DATABASE_URL is not set: everything is kept in SQLite in DATA_DIR.",
                hint="Set it to a PostgreSQL database, or to sqlite:///… if SQLite is what you want.",
                id="newsroom.W002",
            )
        )
    return found
