"""Pages that an import brings become pages about the publication."""

from collections.abc import Iterator

from django.db import IntegrityError, transaction

from newsroom.models import AboutPage
from transfer.pages import Pages, register

MOST_TRIES = 20


def connect() -> None:
    register(Pages(write=write, address=address, delete=delete, every=every))


def write(key: int | None, title: str, slug: str, html: str) -> int:
    """Store a page under its address, or the next that is free."""
    page = AboutPage.objects.filter(pk=key or 0).first() or AboutPage()
    page.title, page.body = title, html
    if page.pk:
        page.save()
        return page.pk
    for number in range(1, MOST_TRIES + 1):
        page.slug = slug if number == 1 else f"{slug[:46]}-{number}"
        try:
            with transaction.atomic():
                page.save()
        except IntegrityError:
            if number == MOST_TRIES:
                raise
        else:
            break
    return int(page.pk)


def address(key: int) -> str:
    page = AboutPage.objects.filter(pk=key).first()
    return page.get_absolute_url() if page else "/about/"


def delete(keys: list[int]) -> int:
    return AboutPage.objects.filter(pk__in=keys).delete()[0]


def every() -> Iterator[tuple[str, str, str, str]]:
    for page in AboutPage.objects.order_by("pk"):
        yield page.title, page.slug, page.body, page.get_absolute_url()
