"""The body of a request is taken whole before Django sees it: a thread that waited for a slow sender
would be missing to everybody else.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any

LONGEST_PAUSE = 15.0  # seconds without a byte
LONGEST_BODY = 120.0  # seconds for all of it
IN_MEMORY = 1_000_000  # bytes; a longer body waits in a file
PIECE = 64 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]


class TooSlow(Exception):
    """The sender let us wait too long."""


class SenderLeft(Exception):
    """The connection ended before the body did."""


async def taken_whole(receive: Receive, largest: int) -> Receive:
    """Return a `receive` that repeats the body from memory or a file.

    Of one that is longer than `largest` bytes only the beginning is taken: Django refuses it by its
    length. Raises TooSlow and SenderLeft.
    """
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed with what repeats it)
    try:
        async with asyncio.timeout(LONGEST_BODY):
            has_more = await _take(receive, file, largest)
    except TimeoutError as error:
        file.close()
        raise TooSlow from error
    except SenderLeft:
        file.close()
        raise
    file.seek(0)
    return _repeat(file, receive, has_more)


async def _take(receive: Receive, file: Any, largest: int) -> bool:
    """Write the body to `file`. Returns whether there is more of it."""
    taken = 0
    while True:
        message = await asyncio.wait_for(receive(), LONGEST_PAUSE)
        if message["type"] != "http.request":
            raise SenderLeft
        piece = message.get("body", b"")
        file.write(piece)
        taken += len(piece)
        if not message.get("more_body", False):
            return False
        if taken > largest:
            return True


def _repeat(file: Any, receive: Receive, has_more: bool) -> Receive:
    is_repeated = False

    async def again() -> dict[str, Any]:
        nonlocal is_repeated
        if is_repeated:
            return await receive()
        piece = file.read(PIECE)
        is_repeated = len(piece) < PIECE
        if is_repeated:
            file.close()
        return {
            "type": "http.request",
            "body": piece,
            "more_body": has_more or not is_repeated,
        }

    return again
