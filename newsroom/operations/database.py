"""A database that is away is waited for; one that is being migrated is migrated once."""

import contextlib
import time
from collections.abc import Callable, Iterator

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from core.locks import file_lock
from newsroom import environment
from newsroom.operations.backoff import Backoff

AWAY = (OperationalError, InterfaceError)
MIGRATION_LOCK = 0x6E657773  # any number that nobody else takes


def limit_session(sender: object, connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Called for each new connection of a part that serves pages: nobody who reads waits for long.

    By `SET`, since PgBouncer refuses options of the first message.
    """
    if connection.vendor == "postgresql":
        limits = {
            "statement_timeout": f"{environment.LONGEST_QUERY}s",
            "lock_timeout": f"{environment.LOCK_WAIT}s",
            "idle_in_transaction_session_timeout": "60s",
        }
        connection.connection.execute(
            "; ".join(f"SET {name} = '{value}'" for name, value in limits.items())
        )


def problem() -> str:
    """Say why the database cannot be opened; nothing when it can."""
    try:
        connection.ensure_connection()
    except (DatabaseError, ValueError) as error:
        connection.close()
        return reason(error)
    return ""


def reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def wait(say: Callable[[str], object]) -> None:
    """Return when the database can be opened, however long that takes."""
    backoff = Backoff()
    while found := problem():
        pause = backoff.next()
        say(f"The database cannot be opened: {found} Tried again in {pause:.0f} s.")
        time.sleep(pause)


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextlib.contextmanager
def migration_lock(database: BaseDatabaseWrapper) -> Iterator[None]:
    """While this lasts nobody else migrates: a second one waits, and then finds nothing to do."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        return
    with file_lock("migrate", wait=True):
        yield
