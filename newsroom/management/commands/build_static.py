"""Collect, bundle, hash and compress static files, unless nothing changed since the last time."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from newsroom import stylesheets


class Command(BaseCommand):
    help = "Collects, bundles, hashes and compresses static files, if any changed."

    def handle(self, *args: Any, **options: Any) -> None:
        stamp = settings.STATIC_ROOT / ".sources"
        sources = fingerprint()
        if stamp.exists() and stamp.read_text() == sources:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources)


def fingerprint() -> str:
    """A digest of every source file’s name, size and time, and of what is bundled."""
    digest = hashlib.sha256(repr(stylesheets.BUNDLES).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(
                f"{path}:{storage.size(path)}:{storage.get_modified_time(path)}\n".encode()
            )
    return digest.hexdigest()
