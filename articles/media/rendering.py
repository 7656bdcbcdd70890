"""Renditions of pictures, made by the worker after an upload."""

from django.db import transaction
from django_tasks import task

from articles.media import images
from articles.models import Image


@task(queue_name="pictures")
def render_image(image_id: int, again: bool = False) -> None:
    image = Image.objects.filter(pk=image_id).first()
    if image and (again or not image.renditions):
        images.make_renditions(image)


def render_later(image: Image, again: bool = False) -> None:
    """Have the worker make the renditions once the upload is committed; until then the picture is
    shown as it was.
    """
    transaction.on_commit(lambda: render_image.enqueue(image.pk, again))
