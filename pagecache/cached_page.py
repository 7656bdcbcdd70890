"""A page as it is kept: its bodies in every encoding, its headers, what it is made of, and until
when it holds.
"""

import gzip
import hashlib
import json
import re
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import cached_property, lru_cache
from http import HTTPStatus

import brotli
from django.conf import settings

from pagecache import live_parts
from pagecache.live_parts import PlacedPart
from pagecache.minifying import minified

IDENTITY, GZIP, BROTLI = "", "gzip", "br"
# What brotli and gzip gain beyond these costs more than it saves on a page that lives for minutes.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
# Of a page that got new parts: in half the time, 3 to 5 per cent larger.
QUICK_BROTLI_QUALITY = 4
QUICK_GZIP_LEVEL = 4
SMALLEST_COMPRESSED = 200  # bytes
COMPRESSED_TYPES = re.compile(
    r"text/|application/(json|xml|javascript)|[a-z]{1,20}/[\w.-]{1,80}\+(json|xml)"
)
STALE_IF_ERROR = 86_400  # seconds

# Ours to say, or true of one answer only.
NOT_KEPT = frozenset(
    {
        *(
            "age",
            "connection",
            "content-encoding",
            "content-length",
            "date",
            "etag",
            "expires",
            "last-modified",
        ),
        *(
            "server",
            "set-cookie",
            "transfer-encoding",
            "vary",
            "x-accel-expires",
            "x-cache",
            "x-request-id",
        ),
    }
)
REPEATED = frozenset({"cache-control", "surrogate-key", "cache-tag", "content-security-policy"})


def kept_by_nginx(now: float) -> list[tuple[str, str]]:
    """To the end of this second, whatever a CDN before it may keep: nginx makes nearly two of one
    that it is given.
    """
    return [("X-Accel-Expires", f"@{int(now)}")] if settings.BEHIND_PROXY else []


@dataclass(frozen=True)
class CachedPage:
    status: int
    headers: tuple[tuple[str, str], ...]
    bodies: dict[str, bytes]
    digest: str
    keys: frozenset[str]
    # Seconds since 1970.
    made_at: float
    refresh_at: float
    changes_at: float
    last_modified: int
    # The number of the last change that was known when it was made.
    as_of: int = 0
    # Parts that can be made anew by themselves, and until when the rest need not be.
    parts: tuple[PlacedPart, ...] = ()
    lasts_until: float = 0
    # When the rest becomes untrue.
    rest_changes_at: float = 0
    # A purged page stays for a while, never to be shown, so that its successor knows what changed.
    is_purged: bool = field(default=False, compare=False)
    # Nobody could be asked whether it still holds when it was taken out.
    is_unverified: bool = field(default=False, compare=False)

    @cached_property
    def size(self) -> int:
        """About how many bytes it takes in memory: bodies, the lines of headers before each, keys,
        and the rest.
        """
        headers = sum(len(name) + len(value) + 200 for name, value in self.headers)
        lines = 2 * len(self.bodies) * headers
        return sum(map(len, self.bodies.values())) + headers + lines + 200 * len(self.keys) + 3_000

    def unverified(self, now: float) -> "CachedPage":
        """This page while nobody can be asked whether it still holds: to be made anew as soon as
        somebody can.
        """
        return replace(
            self,
            refresh_at=min(self.refresh_at, now),
            changes_at=min(self.changes_at, now),
            is_unverified=True,
        )

    def is_fresh(self, now: float) -> bool:
        return now < self.refresh_at and not self.is_purged

    def is_true(self, now: float) -> bool:
        """May be shown while it is made anew."""
        return now < self.changes_at and not self.is_purged

    def best_encoding(self, accepted: str) -> str:
        """The smallest body that the reader’s Accept-Encoding allows."""
        return next(name for name in preferred(accepted) if name in self.bodies)

    def etag(self, encoding: str) -> str:
        return f'"{self.digest}-{encoding}"' if encoding else f'"{self.digest}"'

    def is_known_by(self, if_none_match: str, if_modified_since: str = "") -> bool:
        """Return whether the reader has this very page, in whatever encoding: RFC 9110, section
        13.2.2.
        """
        if self.status != 200:
            return False
        if if_none_match:
            return if_none_match.strip() == "*" or f'"{self.digest}' in if_none_match
        return bool(self.last_modified and if_modified_since == http_date(self.last_modified))

    @cached_property
    def heads(self) -> dict[str, bytes]:
        """Status line and headers for each encoding, without what differs from answer to answer."""
        return {encoding: self._head(encoding) for encoding in self.bodies}

    @cached_property
    def not_modified_heads(self) -> dict[str, bytes]:
        lines = {encoding: _lines(self.not_modified_headers(encoding)) for encoding in self.bodies}
        return {
            encoding: b"HTTP/1.1 304 Not Modified\r\n" + each for encoding, each in lines.items()
        }

    def _head(self, encoding: str) -> bytes:
        return f"HTTP/1.1 {self.status_line}\r\n".encode() + _lines(self.headers_for(encoding))

    def fields_of_the_moment(self) -> list[tuple[str, str]]:
        """Return the header fields that are true of one answer only."""
        now, fields = time.time(), []
        if settings.CDN:
            # Without it, a CDN that we purge would keep the page for longer than the page has left.
            fields.append(("Age", str(max(0, int(now - self.made_at)))))
        return fields + kept_by_nginx(now)

    @property
    def status_line(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def headers_for(self, encoding: str) -> list[tuple[str, str]]:
        body = self.bodies[encoding]
        fields = [*self.headers, ("Content-Length", str(len(body)))]
        if encoding:
            fields.append(("Content-Encoding", encoding))
        return [*fields, *self.validators(encoding)]

    def validators(self, encoding: str) -> list[tuple[str, str]]:
        fields = [("ETag", self.etag(encoding)), ("Vary", "Accept-Encoding")]
        if self.last_modified:
            fields.append(("Last-Modified", http_date(self.last_modified)))
        return fields

    def not_modified_headers(self, encoding: str) -> list[tuple[str, str]]:
        """Return the fields of a 304: RFC 9110, section 15.4.5."""
        repeated = [(name, value) for name, value in self.headers if name.lower() in REPEATED]
        return [*repeated, *self.validators(encoding)]

    def can_be_renewed(self, now: float) -> bool:
        """Return whether only the time of its parts is over."""
        return (
            bool(self.parts)
            and now < self.lasts_until
            and not (self.is_purged or self.is_unverified)
        )

    def with_parts(
        self,
        html: dict[str, bytes],
        refresh_at: float,
        changes_at: float,
        keys: Iterable[str],
        cache_control: str,
    ) -> "CachedPage":
        """This page with new parts, by their names, and what follows from their time."""
        body, parts = live_parts.replaced(self.bodies[IDENTITY], self.parts, html)
        now = time.time()
        headers = tuple(
            (name, cache_control if name.lower() == "cache-control" else value)
            for name, value in self.headers
        )
        content_type = {name.lower(): value for name, value in headers}["content-type"]
        return replace(
            self,
            headers=headers,
            bodies=compressed(body, content_type, is_quick=True),
            digest=digest_of(self.status, headers, body),
            keys=self.keys | frozenset(keys),
            parts=parts,
            made_at=now,
            refresh_at=refresh_at,
            changes_at=changes_at,
            last_modified=int(now) - 1,
        )

    def successor(self, earlier: "CachedPage | None") -> "CachedPage":
        """This page with the Last-Modified that an unchanged body keeps.

        Two versions of one second would share a Last-Modified, so the second has none.
        """
        if earlier is None:
            return self
        if earlier.digest == self.digest:
            return replace(self, last_modified=earlier.last_modified)
        if earlier.last_modified in (0, self.last_modified):
            return replace(self, last_modified=0)
        return self

    # --- As bytes, for files and Redis ----------------------------------------------------

    def to_bytes(self) -> bytes:
        names = sorted(self.bodies)
        front = {
            "status": self.status,
            "headers": self.headers,
            "digest": self.digest,
            "keys": sorted(self.keys),
            "times": [
                self.made_at,
                self.refresh_at,
                self.changes_at,
                self.last_modified,
                self.as_of,
                self.lasts_until,
                self.rest_changes_at,
            ],
            "parts": [[part.name, part.begins, part.ends] for part in self.parts],
            "bodies": [[name, len(self.bodies[name])] for name in names],
        }
        written = json.dumps(front).encode()
        return (
            struct.pack("!I", len(written))
            + written
            + b"".join(self.bodies[name] for name in names)
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "CachedPage":
        """Raises ValueError for anything that `to_bytes` did not write in full."""
        try:
            (length,) = struct.unpack_from("!I", data)
            front = json.loads(data[4 : 4 + length])
            place, bodies = 4 + length, {}
            for name, size in front["bodies"]:
                bodies[name] = data[place : place + size]
                place += size
            made_at, refresh_at, changes_at, last_modified, as_of, *rest = front["times"]
            lasts_until, rest_changes_at = rest
            page = cls(
                status=front["status"],
                headers=tuple((name, value) for name, value in front["headers"]),
                bodies=bodies,
                digest=front["digest"],
                keys=frozenset(front["keys"]),
                made_at=made_at,
                refresh_at=refresh_at,
                changes_at=changes_at,
                last_modified=last_modified,
                as_of=as_of,
                parts=tuple(PlacedPart(*part) for part in front["parts"]),
                lasts_until=lasts_until,
                rest_changes_at=rest_changes_at,
            )
        except (struct.error, KeyError, TypeError, ValueError) as error:
            raise ValueError("This is not a kept page.") from error
        if place != len(data) or page.digest != digest_of(
            page.status, page.headers, bodies[IDENTITY]
        ):
            raise ValueError("This kept page is damaged.")
        return page


def make_cached_page(
    status: int,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    *,
    keys: Iterable[str] = (),
    refresh_at: float = 0,
    changes_at: float = 0,
    lasts_until: float = 0,
    rest_changes_at: float = 0,
    as_of: int = 0,
) -> CachedPage:
    """A page from what the application answered, compressed once for all its readers."""
    kept = tuple((name, value) for name, value in headers if name.lower() not in NOT_KEPT)
    content_type = {name.lower(): value for name, value in kept}.get("content-type", "")
    parts: tuple[PlacedPart, ...] = ()
    if content_type.startswith("text/html"):
        body, parts = live_parts.placed(minified(body))
    now = time.time()
    return CachedPage(
        status=status,
        headers=kept,
        bodies=compressed(body, content_type),
        digest=digest_of(status, kept, body),
        keys=frozenset(keys),
        made_at=now,
        refresh_at=refresh_at,
        changes_at=changes_at,
        last_modified=int(now) - 1,  # never later than a Date header that was written a moment ago
        as_of=as_of,
        parts=parts,
        lasts_until=lasts_until,
        rest_changes_at=rest_changes_at,
    )


def compressed(body: bytes, content_type: str, *, is_quick: bool = False) -> dict[str, bytes]:
    if len(body) < SMALLEST_COMPRESSED or not COMPRESSED_TYPES.match(content_type):
        return {IDENTITY: body}
    return {
        IDENTITY: body,
        GZIP: gzip.compress(body, QUICK_GZIP_LEVEL if is_quick else GZIP_LEVEL, mtime=0),
        BROTLI: brotli.compress(
            body,
            mode=brotli.MODE_TEXT,
            quality=QUICK_BROTLI_QUALITY if is_quick else BROTLI_QUALITY,
        ),
    }


def digest_of(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    location = dict(headers).get("Location", "")
    return hashlib.blake2b(
        body, digest_size=12, key=f"{status}{location}".encode()[:64]
    ).hexdigest()


@lru_cache(256)
def preferred(accepted: str) -> tuple[str, ...]:
    """The encodings that a reader’s Accept-Encoding allows, the smallest first."""
    return (*(name for name in (BROTLI, GZIP) if _allows(accepted, name)), IDENTITY)


def _allows(accepted: str, name: str) -> bool:
    for part in accepted.split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() == name:
            return weight.replace(" ", "").rstrip("0.").lower() != "q="
    return False


def http_date(seconds: float) -> str:
    return formatdate(seconds, usegmt=True)


def _lines(fields: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode("latin-1")
