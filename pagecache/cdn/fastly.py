"""Fastly: https://www.fastly.com/documentation/reference/api/purging/ (purge multiple surrogate
keys).
"""

from collections.abc import Sequence

import requests
from django.conf import settings

from pagecache.cdn.purging import Unreachable

MOST_KEYS = 256  # in one call
TIMEOUT = 5  # seconds


class Fastly:
    header = "Surrogate-Key"
    separator = " "

    def purge(self, keys: Sequence[str]) -> None:
        address = (
            f"{settings.CDN_URL or 'https://api.fastly.com'}/service/{settings.CDN_SITE}/purge"
        )
        for start in range(0, len(keys), MOST_KEYS):
            self._post(address, list(keys[start : start + MOST_KEYS]))

    def _post(self, address: str, keys: list[str]) -> None:
        headers = {"Fastly-Key": settings.CDN_TOKEN, "Accept": "application/json"}
        try:
            answer = requests.post(
                address, json={"surrogate_keys": keys}, headers=headers, timeout=TIMEOUT
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            raise Unreachable(f"Fastly took no purge: {type(error).__name__}") from error
