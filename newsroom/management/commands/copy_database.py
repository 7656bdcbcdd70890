"""Move to another database: from SQLite to PostgreSQL, say."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from core.locks import file_lock
from newsroom.operations import copying


class Command(BaseCommand):
    help = "Copies everything of another database into the empty one of DATABASE_URL, and counts."
    # The database is empty, and has no tables to be looked at.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="Such as sqlite:////var/lib/newsroom/newsroom.sqlite3")

    def handle(self, *args: Any, **options: Any) -> None:
        with file_lock("serve", wait=False) as is_alone:
            if not is_alone:
                raise CommandError(
                    f"The publication in {settings.DATA_DIR} is running. Stop it first: "
                    "what is written meanwhile would not be copied."
                )
            try:
                counts = copying.copy_from(options["source"], self.stdout.write)
            except (copying.CopyFailed, DatabaseError) as error:
                raise CommandError(str(error)) from error
        for table, rows in counts.items():
            self.stdout.write(f"{rows:>10}  {table}")
        self.stdout.write("Copied: every table has as many rows as the other one.")
