"""Imports that are begun on the desk: the worker does them, from the file that was sent."""

import gzip
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from transfer.bringing.importing import SiteImport, count
from transfer.bringing.parts import NotAnExport
from transfer.models import Import
from transfer.sources import reader_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = Import.State
PACKED = (b"PK\x03\x04", b"\x1f\x8b")


def begin(
    file: File[bytes], by: "User", *, source: str, site: str = "", with_pictures: bool
) -> Import:
    """Count what a file holds, and have the worker bring it. Raises ValidationError for one that is no
    export.
    """
    name = str(file.name or "export.xml")[-200:]
    data = file.read()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        path.write_bytes(data)
        try:
            report = count(reader_of(path, source, site)).as_report(source)
        except NotAnExport as error:
            raise ValidationError(str(error).replace("export ", f"{name} ", 1)) from None
    run = Import.objects.create(
        source=source,
        state=State.WAITING,
        site=str(report["site"])[:300],
        file_name=name,
        data=data if data.startswith(PACKED) else gzip.compress(data),
        with_pictures=with_pictures,
        report=report,
        by=by,
    )
    transaction.on_commit(lambda: work.enqueue(run.pk))
    return run


@task(queue_name="pictures")
def work(pk: int) -> None:
    """Bring a file, and forget it. Done twice, the second time finds nothing new."""
    if not Import.objects.filter(pk=pk, state__in=(State.WAITING, State.RUNNING)).exists():
        return
    run = Import.objects.select_related("by").get(pk=pk)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        path.write_bytes(bytes(run.data or b""))
        try:
            read = reader_of(path, run.source, run.site if run.site.startswith("http") else "")
            SiteImport(
                Import.Source(run.source),
                read,
                with_pictures=run.with_pictures,
                by=run.by,
                record=run,
            ).run()
        except NotAnExport as error:
            _end(pk, str(error))
        except Exception:
            _end(pk, "It failed. What came until then stays; the operator’s log says why.")
            raise
    Import.objects.filter(pk=pk).update(data=None)


def _end(pk: int, refusal: str) -> None:
    Import.objects.filter(pk=pk).update(
        state=State.REFUSED, refusal=refusal[:300], ended_at=timezone.now(), data=None
    )


def cancel(run: Import) -> None:
    """Stop it after the stories that are being stored. Raises ValidationError where it has ended."""
    waiting = Import.objects.filter(pk=run.pk, state=State.WAITING)
    if waiting.update(state=State.CANCELLED, ended_at=timezone.now(), data=None):
        return
    running = Import.objects.filter(pk=run.pk, state=State.RUNNING)
    if not running.update(state=State.CANCELLED):
        raise ValidationError("This import has ended.")
