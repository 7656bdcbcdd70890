"""Check that every coin is still listed under its identifiers, and say what was found."""

from typing import Any

from django.core.management.base import BaseCommand

from ticker.polling import coin_catalogue


class Command(BaseCommand):
    help = "Fetches the providers’ lists of coins and checks the identifiers of those that are followed."

    def handle(self, *args: Any, **options: Any) -> None:
        done = coin_catalogue.check()
        for name, number in done.listed.items():
            self.stdout.write(f"{name} lists {number:,} coins.")
        for name, error in done.errors.items():
            self.stdout.write(f"{name}: {error} Its last list stays.")
        for coin in done.problems:
            self.stdout.write(f"{coin}: {coin.problem}")
        if not done.problems:
            self.stdout.write("Every coin is still listed under its identifiers.")
