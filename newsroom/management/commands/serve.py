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
from django.db import connection

from core.locks import file_lock
from newsroom.demo import accounts
from newsroom.management.commands import prepare
from newsroom.models import Publication
from newsroom.operations import database, jobs, metrics
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
            refuse_old_schema()
            command = PARTS[options["only"]]()
            os.execv(command[0], command)
        check_port(settings.PORT)
        # Two of them would share a port, or write the same files.
        with file_lock("serve", wait=False) as is_alone:
            if not is_alone:
                raise CommandError(
                    f"Another ./run uses {settings.DATA_DIR}. Stop it first, or choose another DATA_DIR."
                )
            self.serve()

    def serve(self) -> None:
        problem = database.problem()
        if problem and not prepare.prepared_mark().exists():
            raise CommandError(f"The database of DATABASE_URL cannot be opened: {problem}")
        if problem:
            self.say(
                f"The database cannot be opened: {problem} What is kept is shown until it can."
            )
        else:
            call_command("prepare", stdout=self.stdout)
            self.announce()
        connection.close()
        sys.exit(Supervisor(children(is_prepared=not problem), self.say).run())

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

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
    metrics.forget_requests()
    worker_class = "fast_worker.worker.FastWorker" if settings.FAST_WORKER else "asgi"
    return [
        *(sys.executable, "-m", "gunicorn", "newsroom.asgi:application"),
        *("--bind", f"{bracketed(settings.HOST)}:{settings.PORT}"),
        *("--workers", str(settings.WEB_WORKERS)),
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
    return [sys.executable, "manage.py", "worker"]


def pictures() -> list[str]:
    return [sys.executable, "manage.py", "worker", "--queue", jobs.PICTURES]


def scheduler() -> list[str]:
    return [sys.executable, "manage.py", "scheduler"]


PARTS = {"web": web, "worker": worker, "pictures": pictures, "scheduler": scheduler}


def children(*, is_prepared: bool) -> list[Child]:
    """The parts. While the database is away the web server shows what is kept, and the others begin
    when it was prepared.
    """
    step = Child("preparation", [sys.executable, "manage.py", "prepare", "--wait"], is_step=True)
    step.is_done = is_prepared
    return [
        Child("web server", web()),
        step,
        Child("worker", worker(), after=step),
        Child("worker of pictures", pictures(), after=step),
        Child("scheduler", scheduler(), after=step),
    ]


def refuse_old_schema() -> None:
    """A part of this release on a database of the last one would fail at every page. While the
    database is away nobody knows, and what is kept is shown.
    """
    if database.problem():
        return
    missing = database.pending_migrations()
    connection.close()
    if missing:
        raise CommandError(
            f"The database lacks {missing} of this release’s migrations. Run manage.py migrate first."
        )


def bracketed(host: str) -> str:
    """An address of IPv6, such as `::`, as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def check_port(port: int) -> None:
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except (OSError, OverflowError) as error:
            in_use = getattr(error, "errno", None) == errno.EADDRINUSE
            reason = "is in use" if in_use else "cannot be used"
            raise CommandError(
                f"Port {port} {reason}. Choose another one with PORT=8001 ./run"
            ) from error
