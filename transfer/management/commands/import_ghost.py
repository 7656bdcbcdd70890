"""Bring a Ghost site by its export, or say what it holds."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from newsletter.models import Newsletter
from transfer.bringing.parts import NotAnExport
from transfer.ghost import members, redirects
from transfer.ghost.export import Export
from transfer.management.import_command import NOT_AN_EXPORT, ImportCommand
from transfer.models import Import


class Command(ImportCommand):
    help = (
        "Imports the JSON export of a Ghost site (also packed as gzip or zip): posts, pages, tags, "
        "authors, comments and members. Run again, it brings what is new or has changed. Ends with "
        "2, having changed nothing, for a file that is no export."
    )
    source = Import.Source.GHOST

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--site",
            default="",
            metavar="URL",
            help="The address of the site, which the file does not say: pictures are fetched from it.",
        )
        parser.add_argument(
            "--uploads", type=Path, metavar="DIR", help="A folder with what lay in content/images."
        )
        parser.add_argument(
            "--redirects", type=Path, metavar="FILE", help="Its redirects.json or redirects.yaml."
        )
        parser.add_argument(
            "--newsletter",
            metavar="SLUG",
            help="The newsletter here for members of one that is not here by its own name.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = [each for each in (options["file"], options["redirects"]) if each]
        self.refuse_what_is_not_there(files, options["uploads"])
        if options["site"] and not options["site"].startswith(("https://", "http://")):
            raise CommandError("--site is an address such as https://old.example.")
        usual = self.newsletter(options["newsletter"])
        try:
            export = Export(options["file"], options["site"])
            report = self.bring(export.read, options)
            report |= self.beside(export, usual, options)
        except NotAnExport as error:
            raise CommandError(str(error), returncode=NOT_AN_EXPORT) from None
        self.tell(report, options["report"])
        if told := report.get("members"):
            self.stdout.write(
                f"Members: {told['subscribed']:,} subscribed, {len(told['skipped']):,} not."
            )

    def newsletter(self, slug: str | None) -> Newsletter | None:
        if slug is None:
            return None
        if found := Newsletter.objects.filter(slug=slug).first():
            return found
        known = ", ".join(Newsletter.objects.values_list("slug", flat=True))
        raise CommandError(f"There is no newsletter “{slug}”. There are: {known}.")

    def beside(
        self, export: Export, usual: Newsletter | None, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Members and redirects. A dry run counts the members alone."""
        if options["dry_run"]:
            return {"members_all": len(export.rows("members"))}
        told: dict[str, Any] = {"members_all": len(export.rows("members"))}
        brought = members.bring(export, usual)
        told["members"] = {
            "subscribed": brought.subscribed,
            "skipped": [{"email": email, "reason": reason} for email, reason in brought.skipped],
        }
        if options["redirects"]:
            new, left_out = redirects.bring(options["redirects"])
            told["redirects"] = {"new": new, "left_out": left_out}
        return told
