"""A whole site as a zip of open forms: rows as JSON, stories as HTML, pictures as files, and an export that
WordPress takes.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from articles.models import Article, Image
from transfer.whole_site import tables
from transfer.wordpress import writing

MANIFEST, ROWS, GROUPS, MEDIA, STORIES = "site.json", "rows", "groups.json", "media", "stories"
WORDPRESS = "wordpress.xml"
COPIED_AT_ONCE = 256 * 1024


def export(path: Path) -> dict[str, Any]:
    """Write the file, as of one moment, and return what it holds. A half of it is never left under its
    name.
    """
    half = path.with_name(f"{path.name}.half")
    is_outermost = not connection.in_atomic_block
    try:
        with (
            zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive,
            transaction.atomic(),
        ):
            if is_outermost:
                _see_one_moment()
            manifest = _write(archive)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return manifest


def _see_one_moment() -> None:
    """All queries of the transaction see the same, whatever is written meanwhile. SQLite does so by
    itself.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _write(archive: zipfile.ZipFile) -> dict[str, Any]:
    archive.writestr("README.txt", render_to_string("transfer/whole_site/README.txt"))
    counts = {
        label: _write_lines(archive, f"{ROWS}/{label}.jsonl", tables.rows_of(label, model))
        for label, model in tables.models()
    }
    people: Any = get_user_model().objects.filter(groups__isnull=False)
    groups = people.order_by("pk").values_list("username", "groups__name")
    archive.writestr(GROUPS, json.dumps(list(groups), ensure_ascii=False, indent=1))
    missing = [name for name in _files() if not _write_file(archive, name)]
    for story in Article.objects.select_related("section").order_by("pk").iterator():
        name = f"{STORIES}/{story.section.slug}/{story.slug or story.pk}.html"
        html = render_to_string("transfer/whole_site/story.html", {"story": story})
        archive.writestr(name, html.replace(f'"{settings.MEDIA_URL}', f'"../../{MEDIA}/'))
    with archive.open(WORDPRESS, "w", force_zip64=True) as file:
        for piece in writing.export():
            file.write(piece.encode())
    manifest = {
        "format": tables.FORMAT,
        "site": settings.SITE_URL,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "rows": counts,
        "pictures_missing": missing,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
    return manifest


def _write_lines(archive: zipfile.ZipFile, name: str, rows: Iterable[dict[str, Any]]) -> int:
    number = 0
    with (
        archive.open(name, "w", force_zip64=True) as packed,
        io.TextIOWrapper(packed, "utf-8") as file,
    ):
        for row in rows:
            number += 1
            file.write(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n")
    return number


def _files() -> Iterator[str]:
    for image in Image.objects.order_by("pk").iterator():
        yield from image.file_names()


def _write_file(archive: zipfile.ZipFile, name: str) -> bool:
    try:
        with default_storage.open(name) as picture:
            # Pictures are compressed already.
            info = zipfile.ZipInfo(f"{MEDIA}/{name}")
            with archive.open(info, "w", force_zip64=True) as file:
                while piece := picture.read(COPIED_AT_ONCE):
                    file.write(piece)
    except OSError:
        return False
    return True
