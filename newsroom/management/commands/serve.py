"""Everything that `./run` starts: checks, database, static files, then web, worker and scheduler
under one parent.
"""

import errno
import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from newsroom.demo import accounts, loader
from newsroom.models import Publication
from newsroom.operations.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Prepares the publication and serves it: web, worker and scheduler under one parent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            choices=list(PARTS),
            help="Become one part, where another program watches over it. The database must be migrated by then.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["only"]:
            command = PARTS[options["only"]]()
            os.execv(command[0], command)
        check_port(settings.PORT)
        check_database()
        self.prepare()
        self.announce()
        connection.close()
        sys.exit(Supervisor(children(), self.say).run())

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        is_demo = Publication.objects.filter(is_demo=True).exists()
        if is_demo and not settings.DEMO:
            raise CommandError(
                "This database holds the demo publication, whose passwords are public. "
                "Start with an empty database, or with DEMO=1."
            )
        if settings.DEMO and not is_demo:
            try:
                loader.load(self.say)
            except loader.NotADemo as error:
                raise CommandError(str(error)) from error
        if not settings.DEBUG:
            self.collect_static()

    def collect_static(self) -> None:
        """Only when something changed: the second start takes no time for it."""
        call_command("build_static", verbosity=0)

    def announce(self) -> None:
        self.say(
            f"\n  {Publication.objects.values_list('name', flat=True).first() or 'The publication'}"
        )
        self.say(f"  Read it:   {settings.SITE_URL}/")
        self.say(f"  The desk:  {settings.SITE_URL}/admin/")
        if settings.DEMO:
            people = ", ".join(
                f"{account.username} / {account.password}" for account in accounts.ACCOUNTS
            )
            self.say(f"  Demo log-ins: {people}")
        if not settings.EMAIL_URL:
            self.say(f"  Mail is written to {settings.DATA_DIR / 'mail'}")
        self.say("  Stop with Ctrl+C.\n")


def web() -> list[str]:
    worker_class = "fast_worker.worker.FastWorker" if settings.FAST_WORKER else "asgi"
    return [
        *(sys.executable, "-m", "gunicorn", "newsroom.asgi:application"),
        *("--bind", f"{settings.HOST}:{settings.PORT}", "--workers", str(settings.WEB_WORKERS)),
        *("--worker-class", worker_class, "--http-parser", "python"),
        *("--keep-alive", "20", "--no-control-socket"),
        *(
            "--log-level",
            "warning",
            "--graceful-timeout",
            "8",
            "--worker-tmp-dir",
            str(settings.DATA_DIR),
        ),
    ]


def worker() -> list[str]:
    options = ("--no-reload", "--no-startup-delay", "--interval", "0.5", "-v", "0")
    return [sys.executable, "manage.py", "db_worker", *options]


def scheduler() -> list[str]:
    return [sys.executable, "manage.py", "scheduler"]


PARTS = {"web": web, "worker": worker, "scheduler": scheduler}


def children() -> list[Child]:
    return [Child("web server", web()), Child("worker", worker()), Child("scheduler", scheduler())]


def check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except (OSError, OverflowError) as error:
            in_use = getattr(error, "errno", None) == errno.EADDRINUSE
            reason = "is in use" if in_use else "cannot be used"
            raise CommandError(
                f"Port {port} {reason}. Choose another one with PORT=8001 ./run"
            ) from error


def check_database() -> None:
    try:
        connection.ensure_connection()
    except (DatabaseError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CommandError(f"The database of DATABASE_URL cannot be opened: {reason}") from error
