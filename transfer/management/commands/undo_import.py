"""Take back what an import brought."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from transfer.models import Import
from transfer.undoing import undo


class Command(BaseCommand):
    help = "Deletes what an import brought, and nothing that was here before it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="Of the import, as its report says.")

    def handle(self, *args: Any, **options: Any) -> None:
        run = Import.objects.filter(pk=options["number"]).first()
        if run is None:
            raise CommandError(f"There is no import {options['number']}.")
        try:
            gone = undo(run)
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        told = ", ".join(f"{number:,} {kind}" for kind, number in gone.items() if number)
        self.stdout.write(f"Deleted: {told or 'nothing'}.")
