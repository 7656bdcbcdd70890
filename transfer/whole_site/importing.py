"""An exported site into an empty one: the same stories under the same addresses."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import Error, connection, transaction
from django.db.models import Model

from articles.models import Article
from core import raw_rows
from newsletter.models import Subscriber
from pagecache.invalidation import invalidate
from pagecache.tags import EVERYTHING
from ticker.models import History, Quote
from transfer.bringing.parts import NotAnExport
from transfer.whole_site import tables
from transfer.whole_site.exporting import GROUPS, MANIFEST, MEDIA, ROWS

LONGEST_LINE = 64 * 1024 * 1024  # characters


def bring(path: Path) -> dict[str, int]:
    """Returns the rows of each table, as many as were exported. Raises NotAnExport, having changed
    nothing.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive, path)
        _refuse_to_overwrite()
        try:
            with transaction.atomic():
                counts = _fill(archive)
                if counts != manifest["rows"]:
                    raise NotAnExport(
                        f"{path.name} is damaged: it does not hold as many rows as it says."
                    )
                _put_into_groups(archive)
                _bring_pictures(archive)
                invalidate(EVERYTHING)
        except (
            Error,
            ValidationError,
            ValueError,
            TypeError,
            KeyError,
            zipfile.BadZipFile,
        ) as error:
            raise NotAnExport(f"{path.name} is damaged: {error}") from error
    return counts


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile):
        raise NotAnExport(f"{path.name} is no zip file.") from None


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(archive.read(MANIFEST))
        rows, version = manifest["rows"], manifest["format"]
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile):
        raise NotAnExport(f"{path.name} is no export of a site.") from None
    if version != tables.FORMAT or not isinstance(rows, dict):
        raise NotAnExport(f"{path.name} is of a form that this version does not know: {version}.")
    return dict(manifest)


def _refuse_to_overwrite() -> None:
    if any(model.objects.exists() for model in (get_user_model(), Article, Subscriber)):
        raise NotAnExport("This site is not empty. An export is put into an empty one.")


def _fill(archive: zipfile.ZipFile) -> dict[str, int]:
    models = dict(tables.models())
    # What migrations left behind has other keys; prices belong to coins by them.
    every: list[Any] = [Quote, History, *models.values()]
    for model in every:
        model._base_manager.all()._raw_delete(using="default")
    counts = {label: _fill_table(archive, label, model) for label, model in models.items()}
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)
    return counts


def _fill_table(archive: zipfile.ZipFile, label: str, model: type[Model]) -> int:
    """Columns that the file does not have get what a new row has; those that are not known here are
    left out.
    """
    fields = raw_rows.fields_of(model)
    kinds = {f"{kind.app_label}.{kind.model}": kind.pk for kind in _kinds()}

    def rows() -> Iterator[list[Any]]:
        for told in _lines(archive, f"{ROWS}/{label}.jsonl"):
            yield [_value(field, told, kinds) for field in fields]

    return raw_rows.insert(model, fields, rows())


def _kinds() -> list[ContentType]:
    """Of all models: a new site notes each when it is first asked for."""
    return [ContentType.objects.get_for_model(model) for model in apps.get_models()]


def _value(field: Any, told: dict[str, Any], kinds: dict[str, int]) -> Any:
    if field.attname not in told:
        return field.get_default()
    value = told[field.attname]
    if field.related_model is ContentType:
        return kinds[value] if value else None
    if field.is_relation or field.get_internal_type() == "JSONField":
        return value
    return field.to_python(value)


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with archive.open(name) as packed, io.TextIOWrapper(packed, "utf-8") as file:
        while line := file.readline(LONGEST_LINE):
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError(f"{name} holds a line that is no row.")
            yield row


def _put_into_groups(archive: zipfile.ZipFile) -> None:
    groups = {group.name: group for group in Group.objects.all()}
    people: Any = {user.get_username(): user for user in get_user_model().objects.all()}
    for username, name in json.loads(archive.read(GROUPS)):
        if name in groups:
            people[username].groups.add(groups[name])


def _bring_pictures(archive: zipfile.ZipFile) -> None:
    """Under their own names, and nowhere outside of the folder of pictures."""
    for info in archive.infolist():
        folder, _, name = info.filename.partition("/")
        if folder != MEDIA or info.is_dir():
            continue
        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            raise ValueError(f"{info.filename} is no name of a picture.")
        if not default_storage.exists(name):
            with archive.open(info) as file:
                default_storage.save(name, file)  # type: ignore[arg-type]
