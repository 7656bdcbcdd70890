"""Forget one person."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsroom import privacy_requests


class Command(BaseCommand):
    help = "Erases whoever has an e-mail address from conversations, the newsletter, advertising and accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="The person’s e-mail address.")
        parser.add_argument(
            "--keep-words", action="store_true", help="Leave what they said, under nobody’s name."
        )
        parser.add_argument(
            "--yes", action="store_true", help="Do it. Without this, it says what would be erased."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            address = privacy_requests.named(options["address"])
            if options["yes"]:
                counts = privacy_requests.erase(address, keep_words=options["keep_words"])
            else:
                counts = privacy_requests.found(address)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        for kind, number in counts.items():
            if number:
                self.stdout.write(f"{kind}: {number}")
        self.stdout.write(
            "Erased." if options["yes"] else "Nothing was erased. Add --yes to do it."
        )
