"""Asking a site as readers do, one question after the other."""

import http.client
import re
from collections.abc import Callable
from urllib.parse import urlencode

from ..journeys.conftest import Site

# A request that carries this cookie is answered by Django.
MADE_ANEW = {"Cookie": "fresh=1"}


def fetch(site: Site, path: str, **fields: str) -> tuple[dict[str, str], bytes]:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"))
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in fields.items()}
    )
    answer = connection.getresponse()
    return {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def reader(site: Site) -> Callable[[str], None]:
    """Ask for pages, on one connection, that Django makes anew each time."""
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"))

    def ask(path: str) -> None:
        connection.request("GET", path, headers=MADE_ANEW)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")

    return ask


def talker(site: Site, **cookies: str) -> Callable[..., bytes]:
    """Ask as one browser does: with its cookies, which are kept."""
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"))

    def ask(method: str, path: str, **form: str) -> bytes:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.url}
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            if name != "fresh":
                cookies[name] = value
        body = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{path} answered {answer.status}")
        return body

    return ask


def sign_in(ask: Callable[..., bytes]) -> None:
    """As the demo’s editor."""
    token = re.search(
        rb'name="csrfmiddlewaretoken" value="([^"]+)"', ask("GET", "/accounts/login/")
    )[1].decode()
    ask(
        "POST",
        "/accounts/login/",
        login="editor",
        password="editor-demo",
        csrfmiddlewaretoken=token,
    )
