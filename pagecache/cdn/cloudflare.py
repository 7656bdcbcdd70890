"""Cloudflare: https://developers.cloudflare.com/api/resources/cache/methods/purge/ (by cache
tag).
"""

import json
from collections.abc import Sequence

from django.conf import settings

from core import http_client
from core.http_client import Unreachable

MOST_TAGS = 100  # in one call


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
        answer = http_client.call("POST", address, json={"tags": tags}, headers=headers)
        if not answer.is_success or not _is_taken(answer.body):
            raise Unreachable(f"Cloudflare refused the purge, with {answer.status}.")


def _is_taken(body: bytes) -> bool:
    try:
        return bool(json.loads(body)["success"])
    except (ValueError, KeyError, TypeError):
        return False
