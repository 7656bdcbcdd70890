"""Write a backup of the running publication, and check it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.media import StorageAway
from newsroom.operations import backup


class Command(BaseCommand):
    help = "Writes database and pictures into one file while the site runs, and checks the file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="A name that ends in gz is compressed.")
        parser.add_argument(
            "--folder", help="Instead: a folder, in which the file is named by time."
        )
        parser.add_argument(
            "--keep", type=int, default=14, help="How many of that folder are kept."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) == bool(options["folder"]) or options["keep"] < 1:
            raise CommandError("Name a file, or a folder with --folder and a number with --keep.")
        path = Path(options["file"] or self.named_by_time(options["folder"])).absolute()
        if not path.parent.is_dir():
            raise CommandError(f"The folder {path.parent} does not exist.")
        try:
            counts = backup.make(path)
        except backup.BackupFailed as error:
            raise CommandError(str(error)) from error
        for table, rows in counts.items():
            self.stdout.write(f"{rows:>10}  {table}")
        self.stdout.write(f"{path}: {path.stat().st_size / 1e6:.1f} MB, read again and whole.")
        if options["folder"]:
            for gone in backup.rotate(path.parent, options["keep"]):
                self.stdout.write(f"{gone}: deleted, as there are {options['keep']} newer ones.")

            self.send(path, options["keep"])
        backup.note_made()

    def send(self, path: Path, keep: int) -> None:
        """A backup beside what it is of goes with the machine."""
        if not settings.BACKUP_STORAGE_URL:
            return
        try:
            gone = backup.send(path, keep)
        except (backup.BackupFailed, StorageAway) as error:
            raise CommandError(f"{path} is written, but not in the bucket: {error}") from error
        self.stdout.write(f"{path.name} is in the bucket of backups, and whole.")
        for name in gone:
            self.stdout.write(f"{name}: deleted there, as there are {keep} newer ones.")

    def named_by_time(self, folder: str) -> Path:
        return Path(folder) / f"newsroom-{timezone.now():%Y-%m-%d-%H%M%S}.tar.gz"
