"""Calls to a service outside that has a say about a comment."""

from typing import Any

from core import http_client
from core.http_client import Unreachable

AGENT = "Newsroom/1.0 | newsroom-comments/1.0"


def call(who: str, url: str, headers: dict[str, str] | None = None, **body: Any) -> str:
    """POST, and return the text of a successful answer. Raises Unreachable with `who` it was."""
    headers = {"User-Agent": AGENT, **(headers or {})}
    try:
        answer = http_client.call("POST", url, headers=headers, **body)
    except Unreachable as error:
        raise Unreachable(f"{who} did not answer. {error}") from error
    if not answer.is_success:
        raise Unreachable(f"{who} answered {answer.status}.")
    return answer.text
