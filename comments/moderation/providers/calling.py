"""One call to a service outside: bounded in time, to the address that was set and nowhere else."""

import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError

TIMEOUT = (3.05, 5)  # seconds to connect, and between two parts of the answer
LONGEST = 10  # seconds for the whole answer
LARGEST_ANSWER = 10_000  # bytes
AGENT = "Newsroom/1.0 | newsroom-comments/1.0"


class Unreachable(Exception):
    """The service did not answer as agreed; the job is tried again."""


def call(who: str, url: str, headers: dict[str, str] | None = None, **body: Any) -> str:
    """POST, and return what a successful answer says. Raises Unreachable with `who` it was."""
    headers = {"User-Agent": AGENT, **(headers or {})}
    try:
        answer = requests.post(
            url, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True, **body
        )
        with answer:
            text = _read(answer)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Unreachable(f"{who} did not answer: {type(error).__name__}.") from error
    if not 200 <= answer.status_code < 300:
        raise Unreachable(f"{who} answered {answer.status_code}.")
    return str(text.decode("utf-8", "replace"))


def _read(answer: requests.Response) -> bytes:
    """As much of the answer as may be long, as it comes: whoever sends a letter a second is not
    waited for.
    """
    ends, text = time.monotonic() + LONGEST, b""
    while len(text) < LARGEST_ANSWER and (
        part := answer.raw.read1(LARGEST_ANSWER, decode_content=True)
    ):
        text += part
        if time.monotonic() > ends:
            raise TimeoutError
    return text
