"""Calls to a price provider: JSON with exact numbers, or a reason and how long to leave it alone."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from core import http_client
from core.http_client import Answer
from ticker.providers.errors import PricesUnavailable

LARGEST_ANSWER = 8_000_000  # bytes, after decompression
USER_AGENT = "newsroom-ticker/1.0"
WAIT = 60  # seconds; what a missing, a senseless and a zero Retry-After count as
WAIT_AFTER_REFUSAL = 600
LONGEST_WAIT_ASKED = 6 * 3600


def get_json(url: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
    """Return the answer, with every number as a Decimal.

    Raises PricesUnavailable, which says how long to wait.
    """
    agent = {"User-Agent": f"{USER_AGENT} (+{settings.SITE_URL})", "Accept": "application/json"}
    try:
        answer = http_client.call(
            "GET", url, params=params, headers=agent | dict(headers or {}), largest=LARGEST_ANSWER
        )
    except http_client.TooLarge as error:
        raise PricesUnavailable(str(error), WAIT_AFTER_REFUSAL) from error
    except http_client.Unreachable as error:
        raise PricesUnavailable(str(error)) from error
    _check(answer)
    try:
        return json.loads(
            answer.body, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise PricesUnavailable("The answer could not be read.", WAIT_AFTER_REFUSAL) from error


def get_list(
    url: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> list[Any]:
    """Return the answer where only a list is one."""
    return as_list(get_json(url, params, headers))


def as_list(rows: Any) -> list[Any]:
    if not isinstance(rows, list):
        raise PricesUnavailable("The answer has an unknown shape.", WAIT_AFTER_REFUSAL)
    return rows


def _check(answer: Answer) -> None:
    if answer.status in (402, 418, 429):
        raise PricesUnavailable(
            f"Asked too often ({answer.status}).", _retry_after(answer), answer.status
        )
    if answer.status != 200:
        wait = WAIT_AFTER_REFUSAL if answer.status < 500 else WAIT
        raise PricesUnavailable(f"Answered with status {answer.status}.", wait, answer.status)
    if "json" not in answer.headers.get("Content-Type", ""):
        raise PricesUnavailable("Answered with something that is not JSON.", WAIT_AFTER_REFUSAL)


def _retry_after(answer: Answer) -> int:
    """Seconds to wait. None, nonsense and 0 have all been seen, and count as a minute."""
    value = answer.headers.get("Retry-After", "")
    is_number = value.isascii() and value.isdecimal()
    return min(max(int(value[:9]), WAIT), LONGEST_WAIT_ASKED) if is_number else WAIT


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")
