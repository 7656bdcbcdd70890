"""The library of comments asks django.contrib.sites where it is; the answer is SITE_URL."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings


def ensure(**kwargs: Any) -> None:
    from django.contrib.sites.models import Site

    host = urlsplit(settings.SITE_URL).netloc
    Site.objects.update_or_create(pk=settings.SITE_ID, defaults={"domain": host, "name": host})
