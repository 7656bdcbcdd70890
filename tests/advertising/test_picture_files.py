"""Files of adverts: none is left behind, and none goes while a version shows it."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow

from advertising.models import Creative, CreativePicture

from ..factories import DraftBannerFactory, png

pytestmark = pytest.mark.django_db


def test_the_file_of_a_replaced_picture_goes_with_the_last_version_that_shows_it(committed):
    placement = DraftBannerFactory()
    first = placement.latest_creative.pictures.first()
    second = Creative.objects.create(placement=placement, version=2, headline="Three sets")
    shared = CreativePicture.objects.create(
        creative=second, size=first.size, file=first.file.name, digest=first.digest
    )
    with committed():
        first.delete()
    assert default_storage.exists(shared.file.name)
    with committed():
        shared.delete()
    assert not default_storage.exists(shared.file.name)


def test_they_go_with_a_draft_that_is_deleted(committed):
    placement = DraftBannerFactory()
    names = [each.file.name for each in placement.latest_creative.pictures.all()]
    assert all(map(default_storage.exists, names))
    with committed():
        placement.delete()
    assert not any(map(default_storage.exists, names))


def test_whatever_the_way_in_it_is_a_picture_and_nothing_else():
    exif = Pillow.Exif()
    exif[0x010F] = "Camera of Ada"
    buffer = io.BytesIO()
    Pillow.open(io.BytesIO(png(300, 250))).convert("RGB").save(buffer, "JPEG", exif=exif)
    picture = CreativePicture.objects.create(
        creative=Creative.objects.create(placement=DraftBannerFactory(), version=2),
        size="300x250",
        file=ContentFile(buffer.getvalue() + b"<script>", "a.png"),
    )
    with picture.file.open("rb") as file:
        kept = file.read()
    assert b"Camera of Ada" not in kept
    assert b"<script>" not in kept
    assert picture.file.name.endswith(".jpg")
