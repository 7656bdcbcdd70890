"""Everything that must be done before pages can be made: migrations, the demo where it is wanted,
static files.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from newsroom.demo import loader
from newsroom.models import Publication
from newsroom.operations import database

DEMO_IN_PRODUCTION = (
    "This database holds the demo publication, whose passwords are public. "
    "Start with an empty database, or with DEMO=1."
)


class Command(BaseCommand):
    help = "Migrates the database, loads the demo where DEMO=1, and builds static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", action="store_true", help="Wait for a database that is away.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["wait"]:
            database.wait(self.say)
        call_command("migrate", interactive=False, verbosity=0)
        is_demo = Publication.objects.filter(is_demo=True).exists()
        if is_demo and not settings.DEMO:
            raise CommandError(DEMO_IN_PRODUCTION)
        if settings.DEMO and not is_demo:
            try:
                loader.load(self.say)
            except loader.NotADemo as error:
                raise CommandError(str(error)) from error
        if not settings.DEBUG:
            # Only when something changed: the second start takes no time for it.
            call_command("build_static", verbosity=0)
        connection.close()
        prepared_mark().touch()

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def prepared_mark() -> Path:
    """The file that says that this folder was prepared once, so that its database is a real one."""
    return Path(settings.DATA_DIR / "prepared")
