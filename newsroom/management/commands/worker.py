"""Do the jobs of one queue, and wait for the database whenever it is away."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from newsroom import scheduler
from newsroom.operations import database, jobs
from newsroom.operations.backoff import Backoff

SETTLED_AFTER = 60.0  # seconds of work after which the next trouble is a new one


class Command(BaseCommand):
    help = "Does the jobs: mails, prices, tidying; with --queue pictures, the pictures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queue", choices=jobs.QUEUES, default=jobs.DEFAULT)

    def handle(self, *args: Any, **options: Any) -> None:
        jobs.JobFollower({job.task.module_path for job in scheduler.JOBS}).connect()
        with jobs.worker_name() as name:
            self.work(name, options["queue"])

    def work(self, name: str, queue: str) -> None:
        backoff = Backoff()
        while True:
            began = time.monotonic()
            try:
                jobs.give_back_of(name)
                call_command(
                    "db_worker",
                    queue_name=queue,
                    worker_id=name,
                    interval=0.5,
                    startup_delay=False,
                    reload=False,
                    verbosity=0,
                )
                return
            except database.AWAY as error:
                connection.close()
                jobs.stop_clock()  # of the job that it was at
                if time.monotonic() - began > SETTLED_AFTER:
                    backoff.reset()
                pause = backoff.next()
                self.stderr.write(
                    f"The worker lost the database: {database.reason(error)} Tried again in {pause:.0f} s."
                )
                time.sleep(pause)
