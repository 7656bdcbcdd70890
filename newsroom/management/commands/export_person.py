"""Tell what is held of one person."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from newsroom import privacy_requests


class Command(BaseCommand):
    help = "Writes everything that is held of whoever has an e-mail address, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="The person’s e-mail address.")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="Write it there, for its owner’s eyes only."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = privacy_requests.export(privacy_requests.named(options["address"]))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        if options["output"] is None:
            self.stdout.write(text)
            return
        try:
            options["output"].touch(mode=0o600)
            options["output"].write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"{options['output']} cannot be written: {error.strerror}."
            ) from error
        self.stdout.write(f"Written to {options['output']}.")
