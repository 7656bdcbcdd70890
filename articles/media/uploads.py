"""Reading of uploaded pictures, in a process that may be killed: small files can cost minutes of
work or gigabytes of memory, and a fault of a decoder ends what it runs in.
"""

import json
import logging
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from articles.media import decoder

logger = logging.getLogger(__name__)

PROGRAM = ("-m", "articles.media.decoder")
LIBRARY, ADVERT = decoder.LIBRARY, decoder.ADVERT
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}  # of what is kept
LARGEST_BYTES = 40_000_000
SECONDS = 45  # by the clock; the decoder limits its CPU itself
# For a turn, by the clock. A thread of the web server waits with it: editors upload several pictures at once,
# and anybody may sign up as an advertiser.
WAIT = {LIBRARY: 20, ADVERT: 2}
# Each may take a gigabyte; the rest wait their turn.
AT_ONCE = threading.BoundedSemaphore(2)
REFUSALS = {
    "bytes": "This picture is larger than 40 MB. Save it smaller and try again.",
    "pixels": "This picture has too many pixels: 50 million are the most, 110 million of a JPEG. "
    "Make it smaller and try again.",
    "advert": "This picture has too many pixels for an advertisement: 12 million are the most.",
    "long": "This picture is too long: no side may have more than 16,000 pixels.",
    "slow": "This picture takes too long to read. Save it again with an ordinary program.",
    "damaged": "This is not a JPEG, PNG, WebP, GIF, HEIC or AVIF picture, or it is damaged.",
    "busy": "Many pictures are being read at this moment. Try again.",
}


@dataclass(frozen=True)
class Upload:
    """A picture that was read to the end, and the file to keep of it."""

    content: bytes
    format: str
    width: int  # as it is shown: a camera may have stored it lying on its side
    height: int
    moves: bool

    @property
    def file(self) -> ContentFile[bytes]:
        return ContentFile(self.content, name=f"picture.{SUFFIXES[self.format]}")


def read(file: Any, purpose: str) -> Upload:
    """Raises ValidationError with one sentence."""
    if file.size > LARGEST_BYTES:
        raise ValidationError(REFUSALS["bytes"])
    file.seek(0)
    facts, content = decode(file.read(), purpose)
    file.seek(0)
    if "refused" in facts:
        raise ValidationError(REFUSALS[facts["refused"]])
    return Upload(content=content, **facts)


def decode(content: bytes, purpose: str) -> tuple[dict[str, Any], bytes]:
    """The decoder’s answer: the facts of an Upload or why it was refused, and the file to keep."""
    if not AT_ONCE.acquire(timeout=WAIT[purpose]):
        return {"refused": "busy"}, b""
    try:
        answer = subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, *PROGRAM, purpose],
            cwd=settings.BASE_DIR,
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "slow"}, b""
    finally:
        AT_ONCE.release()
    if answer.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return {"refused": "slow"}, b""
    if answer.returncode:
        logger.error("The decoder of pictures ended with %s", answer.returncode, extra={
            "said": answer.stderr[-2000:].decode(errors="replace")
        })  # fmt: skip
        return {"refused": "damaged"}, b""
    line, _, rest = answer.stdout.partition(b"\n")
    return json.loads(line), rest
