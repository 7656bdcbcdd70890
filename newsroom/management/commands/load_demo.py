"""Load the demo publication."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsroom.demo import loader, scale


class Command(BaseCommand):
    help = (
        "Loads the demo publication. Safe to run again; refuses on a database that is not a demo’s."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale",
            type=int,
            default=0,
            metavar="N",
            help="Also add N thousand plain stories and comments, for measuring.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loader.load(self.stdout.write)
        except loader.NotADemo as error:
            raise CommandError(str(error)) from error
        if options["scale"] > 0:
            scale.load(options["scale"], self.stdout.write)
