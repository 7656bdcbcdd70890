"""Bring a WordPress site by its export, or say what it holds."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from transfer.management.import_command import ImportCommand
from transfer.models import Import
from transfer.sources import wordpress_files


class Command(ImportCommand):
    help = (
        "Imports WordPress export files (WXR 1.0 to 1.2, also packed as gzip or zip). "
        "Run again, it brings what is new or has changed. Ends with 2, having changed nothing, "
        "for a file that is no export."
    )
    source = Import.Source.WORDPRESS

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--uploads",
            type=Path,
            help="A folder with what lay under wp-content/uploads. Without it, pictures are fetched from the site.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.refuse_what_is_not_there(options["files"], options["uploads"])
        self.tell(self.bring(wordpress_files(options["files"]), options), options["report"])
