"""One call to a price source: bounded in time and size, to the address that was set and nowhere
else.
"""

import json
import queue
import threading
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from ticker.providers.errors import PricesUnavailable

TIMEOUT = (3, 10)  # seconds to connect, and between two parts of the answer
LONGEST = 10  # seconds for the whole answer
LARGEST_ANSWER = 8_000_000  # bytes, after decompression
PART = 65_536
USER_AGENT = "newsroom-ticker/1.0"
WAIT = 60  # seconds; what a missing, a senseless and a zero Retry-After count as
WAIT_AFTER_REFUSAL = 600
LONGEST_WAIT_ASKED = 6 * 3600


def get_json(url: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
    """Return the answer, with every number as a Decimal. Raises PricesUnavailable, which says how
    long to wait.
    """
    content = _within(LONGEST, lambda: _get(url, params, headers or {}))
    try:
        return json.loads(
            content, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise PricesUnavailable("The answer could not be read.", WAIT_AFTER_REFUSAL) from error


def get_list(
    url: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> list[Any]:
    """The same where only a list is an answer."""
    return as_list(get_json(url, params, headers))


def as_list(rows: Any) -> list[Any]:
    if not isinstance(rows, list):
        raise PricesUnavailable("The answer has an unknown shape.", WAIT_AFTER_REFUSAL)
    return rows


def _within(seconds: float, ask: Any) -> bytes:
    """Return what `ask` returns. A source that sends its headers a letter at a time is not waited
    for.
    """
    answers: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(ask())
        except BaseException as error:
            answers.put(error)

    threading.Thread(target=run, name="price call", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise PricesUnavailable("The answer took too long.") from None
    if isinstance(found, BaseException):
        raise found
    return found


def _get(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    agent = {"User-Agent": f"{USER_AGENT} (+{settings.SITE_URL})", "Accept": "application/json"}
    try:
        with requests.get(
            url,
            params=params,
            headers=agent | dict(headers),
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            _check(response)
            return _read(response)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise PricesUnavailable(f"No answer: {type(error).__name__}.") from error


def _check(response: requests.Response) -> None:
    if response.status_code in (402, 418, 429):
        raise PricesUnavailable(
            f"Asked too often ({response.status_code}).",
            _retry_after(response),
            response.status_code,
        )
    if response.status_code != 200:
        wait = WAIT_AFTER_REFUSAL if response.status_code < 500 else WAIT
        raise PricesUnavailable(
            f"Answered with status {response.status_code}.", wait, response.status_code
        )
    if "json" not in response.headers.get("Content-Type", ""):
        raise PricesUnavailable("Answered with something that is not JSON.", WAIT_AFTER_REFUSAL)


def _retry_after(response: requests.Response) -> int:
    """Seconds to wait. None, nonsense and 0 have all been seen, and count as a minute."""
    value = response.headers.get("Retry-After", "")
    is_number = value.isascii() and value.isdecimal()
    return min(max(int(value[:9]), WAIT), LONGEST_WAIT_ASKED) if is_number else WAIT


def _read(response: requests.Response) -> bytes:
    parts, size, ends = [], 0, time.monotonic() + LONGEST
    while part := response.raw.read1(PART, decode_content=True):
        size += len(part)
        if size > LARGEST_ANSWER:
            raise PricesUnavailable("The answer is too large.", WAIT_AFTER_REFUSAL)
        if time.monotonic() > ends:
            raise PricesUnavailable("The answer took too long.")
        parts.append(part)
    return b"".join(parts)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")
