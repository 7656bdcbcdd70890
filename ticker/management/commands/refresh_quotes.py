"""Ask for prices once, and say what happened."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ticker.polling import poller
from ticker.polling.poller import ProviderResult


class Command(BaseCommand):
    help = "Asks for all prices once, whenever the next round would be, and says what happened."

    def handle(self, *args: Any, **options: Any) -> None:
        done = poller.refresh(force=True)
        if done.waiting:
            raise CommandError("Another process is asking for prices just now.")
        if not done.tried:
            raise CommandError("There are no coins to ask for.")
        for tried in done.tried:
            self.stdout.write(sentence(tried))
        if not done.updated:
            raise CommandError("No new prices. The last good ones stay, with their time.")


def sentence(tried: ProviderResult) -> str:
    if tried.error:
        return f"{tried.name}: {tried.error}"
    said = f"{tried.name}: {tried.updated} price{'' if tried.updated == 1 else 's'} updated."
    if tried.missing:
        said += f" Without a usable price: {', '.join(tried.missing)}."
    if tried.doubtful:
        said += f" Too far from the last price of another source: {', '.join(tried.doubtful)}."
    return said
