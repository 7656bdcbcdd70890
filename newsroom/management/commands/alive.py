"""Exit with 0 while a part gives signs of life: for health checks of containers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from newsroom.models import Heartbeat
from newsroom.operations.health import SILENT_AFTER


class Command(BaseCommand):
    help = "Exits with 0 while the worker or the scheduler gives signs of life."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=sorted(SILENT_AFTER))

    def handle(self, *args: Any, **options: Any) -> None:
        part = options["part"]
        since = timezone.now() - SILENT_AFTER[part]
        if not Heartbeat.objects.filter(name=part, at__gte=since).exists():
            raise CommandError(f"The {part} is silent.")
