"""An exported site into an empty one."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from transfer.bringing.parts import NotAnExport
from transfer.whole_site import importing

NOT_AN_EXPORT = 2


class Command(BaseCommand):
    help = (
        "Puts a file of export_site into this site, which must be empty. Ends with 2, having changed "
        "nothing, for a file that is none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = importing.bring(options["file"])
        except NotAnExport as error:
            raise CommandError(str(error), returncode=NOT_AN_EXPORT) from None
        for label, number in counts.items():
            self.stdout.write(f"{number:>10}  {label}")
        self.stdout.write("Imported: every table has as many rows as the file says.")
