"""Cloudflare: https://developers.cloudflare.com/api/resources/cache/methods/purge/ (by cache
tag).
"""

from collections.abc import Sequence

import requests
from django.conf import settings

from pagecache.cdn.purging import Unreachable

MOST_TAGS = 100  # in one call
TIMEOUT = 5  # seconds


class Cloudflare:
    header = "Cache-Tag"
    separator = ","

    def purge(self, keys: Sequence[str]) -> None:
        root = settings.CDN_URL or "https://api.cloudflare.com/client/v4"
        for start in range(0, len(keys), MOST_TAGS):
            self._post(
                f"{root}/zones/{settings.CDN_SITE}/purge_cache",
                list(keys[start : start + MOST_TAGS]),
            )

    def _post(self, address: str, tags: list[str]) -> None:
        headers = {"Authorization": f"Bearer {settings.CDN_TOKEN}"}
        try:
            answer = requests.post(address, json={"tags": tags}, headers=headers, timeout=TIMEOUT)
            answer.raise_for_status()
            if not answer.json().get("success"):
                raise Unreachable("Cloudflare refused the purge.")
        except requests.RequestException as error:
            raise Unreachable(f"Cloudflare took no purge: {type(error).__name__}") from error
