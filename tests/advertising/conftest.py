"""A page of ours, asked and answered as a browser does it."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Sum

from advertising.models import Advertiser, DailyCount

from ..factories import AdvertiserFactory, PublishedArticleFactory, UserFactory

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
ROBOT = "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"


@dataclass
class Browser:
    """Opens one story, and does what `slots.js` does."""

    client: Any
    page: str
    agent: str = CHROME

    def positions(self, slot: str = "rectangle") -> list[str]:
        html = self.client.get(self.page).content.decode()
        return re.findall(f'data-slot="{slot}" data-position="([^"]+)"', html)

    def ask(
        self, *positions: str, agent: str | None = None, width: int = 1280, **headers: str
    ) -> list[Any]:
        address = "/slots/"
        query = {"w": str(width), "s": list(positions or self.positions()[:1])}
        answer = self.client.get(
            address, query, headers={"User-Agent": agent or self.agent, **headers}
        )
        assert answer.status_code == 200
        assert answer["Cache-Control"].startswith("private, no-store")
        return answer.json()["slots"]

    def token(self, **kwargs: Any) -> str:
        return self.ask(**kwargs)[0]["token"]

    def say(self, action: str, *tokens: str, agent: str | None = None, **more: Any) -> int:
        headers = {"User-Agent": agent or self.agent, **more.pop("headers", {})}
        data = {"action": action, "token": list(tokens), **more}
        return self.client.post("/slots/seen/", data, headers=headers).status_code

    def click(self, token: str, agent: str | None = None, **headers: str) -> Any:
        return self.client.get(
            f"/slots/go/{token}/", headers={"User-Agent": agent or self.agent, **headers}
        )


@pytest.fixture
def advertiser(client: Any) -> Advertiser:
    """Somebody of it is signed in, and may submit."""
    advertiser = AdvertiserFactory()
    user = UserFactory()
    advertiser.members.add(user)
    client.force_login(user)
    return advertiser


@pytest.fixture
def browser(client: Any, noon: Any) -> Browser:
    return Browser(client, PublishedArticleFactory().get_absolute_url())


def ledger(action: str) -> dict[str, int]:
    """The counts of an action, by reason; “” is billable."""
    rows = DailyCount.objects.filter(action=action).values_list("reason").order_by("reason")
    return dict(rows.annotate(number=Sum("number")))
