"""Everything of the site in open forms."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from transfer.whole_site import exporting


class Command(BaseCommand):
    help = (
        "Writes the whole site to a zip file: rows as JSON, stories as HTML, pictures, and an export "
        "that WordPress takes. Neither passwords, nor advertisers and their money."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.exists():
            raise CommandError(f"{path} is there already.")
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}.")
        manifest = exporting.export(path)
        for label, number in manifest["rows"].items():
            self.stdout.write(f"{number:>10}  {label}")
        for name in manifest["pictures_missing"]:
            self.stderr.write(f"There is no file {name}.")
        self.stdout.write(f"Exported to {path}.")
