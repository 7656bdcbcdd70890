"""
A whole publication in one file: the database by its own online means, the pictures, and a manifest by
which a restore is checked.

Settings are named and not kept: they hold secrets, and belong to the machine.
"""

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.core.files import File
from django.core.files.storage import default_storage, storages
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core.media import StorageAway
from newsroom.models import Heartbeat
from pagecache import invalidation
from pagecache.stores import persistent_store
from pagecache.tags import EVERYTHING

FORMAT = 1
MANIFEST, MEDIA = "manifest.json", "media"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
HEARTBEAT = "backup"
NAMED_BY_TIME = r"newsroom-[\d-]+\.tar\.gz"
# Names of what an operator sets; what they are set to is nobody’s business.
Counts = dict[str, int]


class BackupFailed(Exception):
    """The reason, in a sentence for the operator."""


# --- Making one -----------------------------------------------------------------------------


def make(path: Path) -> Counts:
    """Write a backup while the site runs, read it again, and return the rows of each table.

    Raises BackupFailed; then there is no file at `path`, or the one that was there before.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            database = Path(folder) / DATABASES[connection.vendor]
            with _snapshot(database) as counts:
                manifest = _manifest(counts, database)
            _write(part, manifest, database)
        check(part)
        os.replace(part, path)
    except OSError as error:
        raise BackupFailed(f"{path} cannot be written: {error.strerror or error}.") from error
    except StorageAway as error:
        raise BackupFailed(f"The bucket of pictures cannot be read: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return counts


def note_made() -> None:
    """A backup is where it belongs: health counts from now."""
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": timezone.now()})


def _manifest(counts: Counts, database: Path) -> dict[str, Any]:
    media = list(_media_sizes())
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version(),
        "site": settings.SITE_URL,
        "database": connection.vendor,
        "digest": _digest(database),
        "migrations": _migrations(),
        "rows": counts,
        "media": {"files": len(media), "bytes": sum(media)},
        "settings": [name for name in _names_of_settings() if os.environ.get(name)],
    }


def version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _names_of_settings() -> list[str]:
    """All that the table of settings lists: a test holds it to be whole."""
    table = (settings.BASE_DIR / "docs/settings.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([A-Z][A-Z0-9_]*)`[ *]*\|", table, re.MULTILINE)


@contextmanager
def _snapshot(target: Path) -> Iterator[Counts]:
    """Write the database as it is at one moment, and yield what it holds at that moment."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            # In one step: a copy in several begins again whenever somebody writes.
            connection.connection.backup(copy)
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupFailed("The database is damaged: PRAGMA integrity_check found faults.")
            yield _counts(lambda query: copy.execute(query).fetchone()[0])
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        yield _counts(_ask)


def _write(path: Path, manifest: dict[str, Any], database: Path) -> None:
    # For its owner alone, whatever the umask: it holds addresses, and digests of passwords.
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with tarfile.open(path, "w:gz" if _is_compressed(path) else "w") as archive:
        data = json.dumps(manifest, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
        archive.add(database, database.name)
        for name in _media_names():
            # One that was deleted this moment is not missed.
            with suppress(FileNotFoundError), default_storage.open(name) as file:
                entry = tarfile.TarInfo(f"{MEDIA}/{name}")
                entry.size = file.size
                archive.addfile(entry, file)


def _is_compressed(path: Path) -> bool:
    return path.name.removesuffix(".part").endswith(("gz", "tgz"))


def send(path: Path, keep: int) -> list[str]:
    """Copy a backup into the bucket of BACKUP_STORAGE_URL, of which the newest `keep` stay. Returns
    the names of those that went.
    """
    bucket = storages["backups"]
    with path.open("rb") as file:
        bucket.save(path.name, File(file))
    if bucket.size(path.name) != path.stat().st_size:
        raise BackupFailed(f"{path.name} did not arrive whole in the bucket of backups.")
    names = sorted(name for name in bucket.listdir("")[1] if re.fullmatch(NAMED_BY_TIME, name))
    for name in names[:-keep]:
        bucket.delete(name)
    return names[:-keep]


def rotate(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups of a folder. Returns those that went."""
    gone = sorted(folder.glob("newsroom-*.tar.gz"))[:-keep]
    for path in gone:
        path.unlink()
    return gone


# --- Reading one -----------------------------------------------------------------------------


def check(path: Path) -> dict[str, Any]:
    """Read a backup to its end and return its manifest. Raises BackupFailed if anything is missing
    or damaged.
    """
    with _opened(path) as archive:
        manifest = read_manifest(archive)
        database = DATABASES[manifest["database"]]
        digest, files = "", 0
        for entry in archive:
            stream = archive.extractfile(entry)
            if stream is None:
                continue
            found = _digest_of(stream)
            if entry.name == database:
                digest = found
            files += entry.name.startswith(f"{MEDIA}/")
        if digest != manifest["digest"]:
            raise BackupFailed(f"{path} is damaged: its database is not the one that was written.")
        if files < manifest["media"]["files"] - _deleted_meanwhile(manifest):
            raise BackupFailed(f"{path} is damaged: pictures are missing.")
    return manifest


def _deleted_meanwhile(manifest: dict[str, Any]) -> int:
    """The editors go on working: a few pictures may go while the rest are written."""
    return max(10, int(manifest["media"]["files"]) // 100)


def read_manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        stream = archive.extractfile(MANIFEST)
        manifest = json.load(stream) if stream else {}
    except (KeyError, ValueError) as error:
        raise BackupFailed("This is not a backup of a publication.") from error
    if manifest.get("format") != FORMAT:
        raise BackupFailed(
            "This backup was made by another version, in a form that is not known here."
        )
    return dict(manifest)


def restore(path: Path) -> tuple[Counts, Counts]:
    """Put a backup into an empty database and an empty folder of pictures. Returns the rows of each
    table as the backup counted them, and as they are now.

    Raises BackupFailed, having changed nothing, where something would be overwritten.
    """
    manifest = check(path)
    _refuse_to_overwrite(manifest)
    with _opened(path) as archive, tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        database = Path(folder) / DATABASES[manifest["database"]]
        with database.open("wb") as file:
            shutil.copyfileobj(_member(archive, database.name), file)
        _put_back(database)
        for entry in archive:
            if entry.name.startswith(f"{MEDIA}/"):
                _put_back_picture(entry.name.removeprefix(f"{MEDIA}/"), archive.extractfile(entry))
    # A later release may have tables that the backup has not; what it lists must be there.
    now = {table: rows for table, rows in count_rows().items() if table in manifest["rows"]}
    forget_pages()
    return manifest["rows"], now


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """Raises BackupFailed where there is no such file."""
    try:
        file = archive.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise BackupFailed(f"This backup holds no {name}.")
    return file


def _refuse_to_overwrite(manifest: dict[str, Any]) -> None:
    if manifest["database"] != connection.vendor:
        raise BackupFailed(
            f"This backup is of {manifest['database']}, and DATABASE_URL names {connection.vendor}."
        )
    if connection.introspection.table_names():
        raise BackupFailed("The database of DATABASE_URL is not empty. Restore into an empty one.")
    if any(_media_names()):
        place = _bucket() or settings.MEDIA_ROOT
        raise BackupFailed(f"{place} is not empty. Restore into an empty one.")
    unknown = set(manifest["migrations"]) - _known_migrations()
    if unknown:
        raise BackupFailed(
            f"This backup is of a later version, which has the migration {min(unknown)}. "
            "Install that version first."
        )


def _put_back(database: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(database)) as source:
            source.backup(connection.connection)
        return
    name = connection.settings_dict["NAME"]
    _run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        f"--dbname={name}",
        str(database),
    )


def _media_sizes() -> Iterator[int]:
    for name in _media_names():
        # One that was deleted this moment is not missed.
        with suppress(FileNotFoundError):
            yield default_storage.size(name)


def _put_back_picture(name: str, file: IO[bytes] | None) -> None:
    if file is None:
        return
    # A name that leads out of the place of pictures is refused by the storage.
    kept = default_storage.save(name, File(file))
    if kept != name:
        raise BackupFailed(f"The picture {name} is there already. Restore into an empty place.")


def _bucket() -> str:
    return urlsplit(settings.MEDIA_STORAGE_URL).path.strip("/")


def forget_pages() -> None:
    """Clear every cache: no cached page may outlive the data that it was made from."""
    persistent_store().clear()
    for cache in caches.all():
        cache.clear()
    invalidation.invalidate(EVERYTHING)


# --- What both need ---------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path) as archive:
            yield archive
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupFailed(f"{path} cannot be read: {error}.") from error


def _counts(ask: Callable[[str], int]) -> Counts:
    """The rows of each of our tables."""
    tables = sorted(connection.introspection.django_table_names(only_existing=True))
    return {
        table: ask(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (our own names)
        for table in tables
    }


def count_rows() -> Counts:
    """The rows of each of our tables in the database of DATABASE_URL."""
    return _counts(_ask)


def _ask(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _migrations() -> list[str]:
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _media_names(folder: str = "") -> Iterator[str]:
    """The names of all pictures, wherever they are kept."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from _media_names(f"{folder}{name}/")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _digest_of(file)


def _digest_of(stream: IO[bytes]) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL’s on our database. Raises BackupFailed with what it said."""
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(f"{program} is not installed. On Debian: apt install postgresql-client")
    parts = connection.settings_dict
    where = {"PGHOST": parts["HOST"], "PGPORT": parts["PORT"], "PGUSER": parts["USER"]}
    where |= {"PGPASSWORD": parts["PASSWORD"], "PGDATABASE": parts["NAME"]}
    environment = os.environ | {name: str(value) for name, value in where.items() if value}
    done = subprocess.run(  # noqa: S603 (PostgreSQL’s own programs)
        [found, *arguments], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise BackupFailed(f"{program}: {lines[-1]}")
