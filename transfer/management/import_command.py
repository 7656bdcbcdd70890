"""The common part of the commands that import a site: the report, and what is said of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from transfer.bringing.importing import Read, SiteImport, count
from transfer.bringing.parts import NotAnExport
from transfer.models import Import

NOT_AN_EXPORT = 2


class ImportCommand(BaseCommand):
    """Ends with 2, having changed nothing, for a file that is no export."""

    source: Import.Source

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what the file holds, and bring nothing."
        )
        parser.add_argument("--report", type=Path, help="Write the report to this file as JSON.")
        parser.add_argument(
            "--no-pictures",
            action="store_true",
            help="Bring the words alone. A later run can bring the pictures.",
        )

    def refuse_what_is_not_there(self, files: Iterable[Path], folder: Path | None) -> None:
        for path in files:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.", returncode=NOT_AN_EXPORT)
        if folder is not None and not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.", returncode=NOT_AN_EXPORT)

    def bring(self, read: Read, options: dict[str, Any]) -> dict[str, Any]:
        """The report of what was brought, or of what would be. Raises CommandError."""
        try:
            if options["dry_run"]:
                return count(read).as_report(self.source) | {"dry_run": True}
            run = SiteImport(
                self.source,
                read,
                uploads=options["uploads"],
                with_pictures=not options["no_pictures"],
            ).run()
        except NotAnExport as error:
            raise CommandError(str(error), returncode=NOT_AN_EXPORT) from None
        notes = [
            {"item": note.item, "address": note.address, "sentence": note.sentence}
            for note in run.notes.iterator()
        ]
        return run.report | {"dry_run": False, "import": run.pk, "notes": notes}

    def tell(self, report: dict[str, Any], file: Path | None) -> None:
        if file:
            file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
        told = report["comments"]
        out = self.stdout.write
        out(
            f"{report['site']}: {report['items']:,} items, of which {report['imported']:,} are brought."
        )
        out(
            f"{report['posts']:,} posts, {report['pages']:,} pages, {report['attachments']:,} attachments; "
            f"{report['authors_all']:,} authors, {report['categories_all']:,} categories, {report['tags_all']:,} tags."
        )
        out(
            f"{told['total']:,} comments, {told['replies']:,} of them replies, {told['max_depth']} deep."
        )
        for reason, number in report["reasons"].items():
            out(f"Left out, {reason}: {number:,}")
        if brought := report.get("brought"):
            out(
                f"New: {brought['new']:,}, changed: {brought['changed']:,}, unchanged: {brought['unchanged']:,}, "
                f"comments: {brought['comments']:,}."
            )
            out(
                f"{len(report['notes']):,} notes. Undo all of it: manage.py undo_import {report['import']}"
            )
