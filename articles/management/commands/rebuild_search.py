"""Make the search index anew."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.discovery import search_index


class Command(BaseCommand):
    help = "Makes the search index anew from the stories. The database keeps it; this is for when it could not."

    def handle(self, *args: Any, **options: Any) -> None:
        search_index.rebuild(self.stdout.write)
        self.stdout.write("The search index is made anew.")
