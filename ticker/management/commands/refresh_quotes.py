"""Ask for prices once, and say what happened."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ticker import quotes


class Command(BaseCommand):
    help = "Asks the provider once for all prices and says what happened."

    def handle(self, *args: Any, **options: Any) -> None:
        done = quotes.refresh(force=True)
        if done.error:
            raise CommandError(f"No new prices. {done.error} The last good ones stay.")
        missing = f" Without a usable price: {', '.join(done.missing)}." if done.missing else ""
        self.stdout.write(f"{done.updated} prices updated.{missing}")
