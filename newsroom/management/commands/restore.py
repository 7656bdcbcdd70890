"""Put a backup into an empty place, and check what is there then."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsroom.operations import backup


class Command(BaseCommand):
    help = "Puts a backup into an empty database and an empty folder of pictures, and counts."
    # The database is empty, and has no tables to be looked at.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            were, are = backup.restore(Path(options["file"]).absolute())
        except backup.BackupFailed as error:
            raise CommandError(str(error)) from error
        for table, rows in were.items():
            self.stdout.write(f"{rows:>10} {are.get(table, 0):>10}  {table}")
        if were != are:
            different = sorted(table for table in were | are if were.get(table) != are.get(table))
            raise CommandError(f"Not everything is there: {', '.join(different)}.")
        self.stdout.write("Restored: every table has as many rows as the backup counted.")
