"""Pictures of an export into the library: from a folder of uploads, or from the network with bounds."""

import hashlib
import ipaddress
import socket
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from articles.media import rendering
from articles.models import Image
from core import http_client
from core.http_client import Unreachable

LARGEST = 40 * 1024 * 1024  # bytes
MOST_HOPS = 3
TRIES = 2
UPLOADS = ("/wp-content/uploads/", "/content/images/")
NO_ALT = "Picture"
SHORTEST_ALT, LONGEST = 3, 300


class NotToBeHad(Exception):
    """A picture could not be fetched or read. The message says why."""


def key_of(address: str) -> str:
    """The same for a picture in any spelling of its address, and for its smaller versions’ folder."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        path = address
    return hashlib.sha256(path.encode()).hexdigest()


def content_of(address: str, uploads: Path | None, site: str) -> bytes:
    """The bytes of a picture. Raises NotToBeHad."""
    if uploads is not None:
        return _from_folder(address, uploads)
    try:
        return _from_network(urljoin(f"{site}/", address))
    except ValueError:
        raise NotToBeHad("Its address is none.") from None


def _from_folder(address: str, uploads: Path) -> bytes:
    """By its path behind the site’s folder, and from nowhere outside of ours."""
    path = unquote(urlsplit(address).path)
    rest = next((path.partition(folder)[2] for folder in UPLOADS if folder in path), "")
    if not rest:
        raise NotToBeHad("It is not one of the site’s uploads.")
    file = (uploads / rest).resolve()
    if not file.is_relative_to(uploads.resolve()) or not file.is_file():
        raise NotToBeHad("It is not in the folder of uploads.")
    if file.stat().st_size > LARGEST:
        raise NotToBeHad("It is larger than 40 MB.")
    return file.read_bytes()


def _from_network(address: str) -> bytes:
    for _ in range(MOST_HOPS):
        _refuse_inner(address)
        answer = _asked(address)
        if answer.is_success:
            return answer.body
        if answer.status not in (301, 302, 303, 307, 308) or "Location" not in answer.headers:
            raise NotToBeHad(f"The site answered {answer.status}.")
        address = urljoin(address, answer.headers["Location"])
    raise NotToBeHad("It leads from one address to another.")


def _asked(address: str) -> http_client.Answer:
    for tries_left in reversed(range(TRIES)):
        try:
            return http_client.call("GET", address, largest=LARGEST)
        except Unreachable as error:
            if not tries_left:
                raise NotToBeHad(str(error)) from None
    raise AssertionError


def _refuse_inner(address: str) -> None:
    """An export of a stranger must not have us ask our own network, or a file."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotToBeHad("Its address is none.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise NotToBeHad("Its address is none of the web.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotToBeHad("Its site is not found.") from None
    if not all(ipaddress.ip_address(each[4][0]).is_global for each in found):
        raise NotToBeHad("Its address is not of the public network.")


def add(content: bytes, address: str, alt: str, caption: str) -> Image:
    """Take a picture into the library. Raises NotToBeHad."""
    name = unquote(urlsplit(address).path).rsplit("/", 1)[-1] or "picture"
    words = " ".join((alt or caption).split())
    image = Image(
        file=ContentFile(content, name=name[-100:]),
        alt=words[:LONGEST] if len(words) >= SHORTEST_ALT else NO_ALT,
        caption=" ".join(caption.split())[:LONGEST],
    )
    try:
        with transaction.atomic():
            image.save()
    except ValidationError as error:
        raise NotToBeHad(" ".join(error.messages)) from None
    rendering.render_later(image)
    return image
