"""Run the scheduler: put periodic jobs in the queue when they are due."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections

from newsroom import scheduler


class Command(BaseCommand):
    help = "Puts periodic jobs in the queue when they are due."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                scheduler.tick()
            except OperationalError as error:
                # The database is away or busy; the next second may be better.
                self.stderr.write(f"The scheduler missed a beat: {error}")
            stop.wait(1)
