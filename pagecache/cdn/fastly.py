"""Fastly: https://www.fastly.com/documentation/reference/api/purging/ (purge multiple surrogate
keys).
"""

from collections.abc import Sequence

from django.conf import settings

from core import http_client
from core.http_client import Unreachable

MOST_KEYS = 256  # in one call


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
        answer = http_client.call("POST", address, json={"surrogate_keys": keys}, headers=headers)
        if not answer.is_success:
            raise Unreachable(f"Fastly answered {answer.status}.")
