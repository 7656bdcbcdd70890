"""Django’s `migrate`, one at a time: several machines may start a new release together."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from newsroom.operations import database


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with database.migration_lock(connections[options["database"]]):
            super().handle(*args, **options)
