"""Bring a WordPress site by its export, or say what it holds."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from transfer.wordpress.files import NotAnExport
from transfer.wordpress.importing import WordPressImport, count

NOT_AN_EXPORT = 2


class Command(BaseCommand):
    help = (
        "Imports WordPress export files (WXR 1.0 to 1.2, also packed as gzip or zip). "
        "Run again, it brings what is new or has changed. Ends with 2, having changed nothing, "
        "for a file that is no export."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what the files hold, and bring nothing."
        )
        parser.add_argument("--report", type=Path, help="Write the report to this file as JSON.")
        parser.add_argument(
            "--uploads",
            type=Path,
            help="A folder with what lay under wp-content/uploads. Without it, pictures are fetched from the site.",
        )
        parser.add_argument(
            "--no-pictures",
            action="store_true",
            help="Bring the words alone. A later run can bring the pictures.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.", returncode=NOT_AN_EXPORT)
        uploads = options["uploads"]
        if uploads is not None and not uploads.is_dir():
            raise CommandError(f"There is no folder {uploads}.", returncode=NOT_AN_EXPORT)
        try:
            report = self.report_of(options)
        except NotAnExport as error:
            raise CommandError(str(error), returncode=NOT_AN_EXPORT) from None
        if options["report"]:
            options["report"].write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
        self.say(report)

    def report_of(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["dry_run"]:
            return count(options["files"]).as_report() | {"dry_run": True}
        run = WordPressImport(
            options["files"], uploads=options["uploads"], with_pictures=not options["no_pictures"]
        ).run()
        notes = [
            {"item": note.item, "address": note.address, "sentence": note.sentence}
            for note in run.notes.iterator()
        ]
        return run.report | {"dry_run": False, "import": run.pk, "notes": notes}

    def say(self, report: dict[str, Any]) -> None:
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
