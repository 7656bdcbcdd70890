"""One caller for every provider: bounded in time and size, to the address that was set and no other.

A provider that sends a byte a second, or never ends, is not waited for; a redirect is an answer,
and not followed.
"""

import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError

CONNECT_TIMEOUT = 3.05  # seconds
READ_TIMEOUT = 10.0  # seconds between two parts of the answer
LONGEST = 10.0  # seconds for the whole answer
LARGEST = 10_000  # bytes, after decompression
PART = 65_536


class Unreachable(Exception):
    """A provider did not answer as agreed. The message says how, for the log and the desk."""


class TooLarge(Unreachable):
    """More came than an answer may be long."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def call(method: str, url: str, *, largest: int = LARGEST, **options: Any) -> Answer:
    """Send one request and return the answer, whatever its status. Raises Unreachable.

    `options` are those of requests: params, headers, data, json.
    """
    answers: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(_send(method, url, largest, options))
        except BaseException as error:
            answers.put(error)

    # In a thread of its own: headers that come a letter at a time know no deadline.
    threading.Thread(target=run, name="provider call", daemon=True).start()
    try:
        found = answers.get(timeout=LONGEST)
    except queue.Empty:
        raise Unreachable("The answer took too long.") from None
    if isinstance(found, BaseException):
        raise found
    return found


def _send(method: str, url: str, largest: int, options: dict[str, Any]) -> Answer:
    timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
    try:
        with requests.request(
            method, url, timeout=timeout, allow_redirects=False, stream=True, **options
        ) as response:
            body = _read(response, largest) if response.ok else b""
            return Answer(response.status_code, response.headers, body)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Unreachable(f"No answer: {type(error).__name__}.") from error


def _read(response: requests.Response, largest: int) -> bytes:
    parts, size, ends = [], 0, time.monotonic() + LONGEST
    while part := response.raw.read1(PART, decode_content=True):
        size += len(part)
        if size > largest:
            raise TooLarge("The answer is too large.")
        if time.monotonic() > ends:
            raise Unreachable("The answer took too long.")
        parts.append(part)
    return b"".join(parts)
