"""Bring comments of Disqus or Isso to the stories that they are about."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from transfer.bringing.parts import NotAnExport
from transfer.conversations import importing
from transfer.management.import_command import NOT_AN_EXPORT


class Command(BaseCommand):
    help = (
        "Imports comments from an export of Disqus (XML) or a database of Isso, after the stories. Run "
        "again, it brings what is new. Ends with 2, having changed nothing, for a file that is neither."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", choices=sorted(importing.READERS), metavar="SOURCE")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="Say what the file holds.")
        parser.add_argument("--report", type=Path, help="Write the report to this file as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=NOT_AN_EXPORT)
        try:
            report = importing.bring(path, options["source"], dry_run=options["dry_run"])
        except NotAnExport as error:
            raise CommandError(str(error), returncode=NOT_AN_EXPORT) from None
        if options["report"]:
            told = json.dumps(report, indent=2, ensure_ascii=False)
            options["report"].write_text(f"{told}\n")
        self.stdout.write(
            f"{report['comments']['total']:,} comments in {report['conversations']:,} conversations, "
            f"{len(report['without_a_story']):,} of them without a story here."
        )
        if brought := report.get("brought"):
            self.stdout.write(
                f"New: {brought['comments']:,}. Undo: manage.py undo_import {report['import']}"
            )
