"""Run the scheduler: put periodic jobs in the queue when they are due."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection

from newsroom import scheduler
from newsroom.operations import database
from newsroom.operations.backoff import Backoff


class Command(BaseCommand):
    help = "Puts periodic jobs in the queue when they are due."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        backoff = Backoff()
        while not stop.is_set():
            close_old_connections()
            try:
                scheduler.tick()
            except database.AWAY as error:
                connection.close()
                pause = backoff.next()
                self.stderr.write(
                    f"The scheduler missed a beat: {database.reason(error)} Tried again in {pause:.0f} s."
                )
                stop.wait(pause)
            else:
                backoff.reset()
                stop.wait(1)
