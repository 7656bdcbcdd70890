"""Take subscribers in from a CSV of ours, Mailchimp, Substack, Ghost or listmonk."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from newsletter.models import Newsletter
from newsletter.subscribing import by_hand, csv_files

NOT_A_LIST = 2
MOST_LINES = 1_000_000


class Command(BaseCommand):
    help = (
        "Subscribes the readers in a CSV file to a newsletter, with their dates and their consent. Who "
        "left or bounced there is remembered and not written to. Ends with 2, having changed nothing, "
        "for a file that is no such list."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--newsletter", required=True, metavar="SLUG")
        parser.add_argument(
            "--proof",
            required=True,
            metavar="TEXT",
            help="Where and when they agreed: kept with each subscription, as the proof of consent.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would come.")
        parser.add_argument("--report", type=Path, help="Write the report to this file as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        path, slug = options["file"], options["newsletter"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=NOT_A_LIST)
        newsletter = Newsletter.objects.filter(slug=slug).first()
        if newsletter is None:
            known = ", ".join(Newsletter.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no newsletter “{slug}”. There are: {known}.")
        if len(options["proof"].strip()) < by_hand.SHORTEST_PROOF:
            raise CommandError("--proof says where and when they agreed, in ten letters or more.")
        with transaction.atomic():
            try:
                report = csv_files.take_in(
                    path.read_bytes(), newsletter, options["proof"], most_lines=MOST_LINES
                )
            except ValidationError as error:
                raise CommandError(error.messages[0], returncode=NOT_A_LIST) from None
            if options["dry_run"]:
                transaction.set_rollback(True)
        if options["report"]:
            told = json.dumps(asdict(report), indent=2, ensure_ascii=False)
            options["report"].write_text(f"{told}\n")
        self.stdout.write(
            f"Added: {report.added:,}, had it already: {report.had_already:,}, left or bounced there: "
            f"{report.kept_out:,}, skipped: {len(report.skipped):,}."
        )
        for line, address, reason in report.skipped[:20]:
            self.stdout.write(f"Line {line:,}, {address}: {reason}")
        if report.columns_not_used:
            self.stdout.write(f"Columns not used: {', '.join(report.columns_not_used)}")
