"""Browsers that open pages, as `audience.js` tells of them."""

import itertools
import re
from dataclasses import dataclass
from typing import Any

import pytest

from audience.models import DailyFigure, DailyViews

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
ROBOT = "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"

_numbers = itertools.count(1)


@dataclass
class Browser:
    client: Any
    agent: str = CHROME
    network: str = "198.51.100.1"

    def signed(self, path: str) -> str:
        """What the page at a path calls itself."""
        html = self.client.get(path).content.decode()
        found = re.search(r'data-page="([^"]+)"', html)
        return found[1] if found else ""

    def post(self, address: str, words: dict[str, Any], **headers: str) -> int:
        return self.client.post(
            address,
            words,
            headers={"User-Agent": self.agent, **headers},
            REMOTE_ADDR=self.network,
        ).status_code

    def open(self, path: str, key: str = "", headers: Any = None, **words: Any) -> str:
        """Open a page; returns the key that it made up."""
        key = key or f"page-{next(_numbers):08}"
        words = {"p": self.signed(path), "k": key, "w": "1280", **words}
        assert self.post("/views/", words, **(headers or {})) == 204
        return key

    def tell(self, path: str, key: str, **words: Any) -> None:
        assert self.post("/views/read/", {"p": self.signed(path), "k": key, **words}) == 204


@pytest.fixture
def browser(client: Any, db: Any) -> Browser:
    return Browser(client)


def views() -> dict[str, int]:
    return {each.page.path: each.views for each in DailyViews.objects.select_related("page")}


def figures(kind: str) -> dict[str, int]:
    return dict(DailyFigure.objects.filter(kind=kind).values_list("word", "number"))
