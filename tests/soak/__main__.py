"""
Ten minutes of a running site whose price sources fail at random: no page may be blank, or say less
than the truth.

python -m tests.soak [--minutes 10] [--seed 1]
"""

import argparse
import logging
import random
import re
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ..journeys.conftest import running_site
from ..journeys.test_freshness import Elsewhere
from ..ticker import price_sources

PLACES = {
    "/gecko/coins/markets": "gecko",
    "/paprika/tickers": "paprika",
    "/binance/ticker/24hr": "binance",
}
PAGES = (
    "/",
    "/policy/nine-banks-agree-when-a-payment-is-over/",
    "/prices/",
    "/prices/bitcoin/",
    "/prices/strip/",
)
COINS = tuple(price_sources.COINS)
ONLY_THREE = 'Coin.objects.exclude(symbol__in=("BTC", "ETH", "SOL")).update(retired_at=timezone.now(), is_shown=False)'
ROUND = "polling.refresh(force=True)"
NAMES = (
    "from django.utils import timezone\n"
    "from ticker.models import Coin, PriceSource\n"
    "from ticker.polling import poller as polling\n"
)
# So that every source has its turn within the time: none is left alone for long.
AT_ONCE = "PriceSource.objects.update(next_try_at=None)\n"


class Fickle:
    """All three sources in one server, each in a mood that changes."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.moods: dict[str, str] = {}
        self.change()

    def change(self) -> None:
        kinds = ["good", "good", "bad coin", *price_sources.FAULTS]
        self.moods = {name: self.rng.choice(kinds) for name in PLACES.values()}

    def answer(self, request: Request) -> Response:
        source = PLACES.get(request.path, "")
        mood = self.moods.get(source, "503")
        now = datetime.now(UTC)
        if mood == "bad coin" and source == "gecko":
            bad = self.rng.choice(list(price_sources.BAD_COINS.values()))
            return price_sources.as_json(price_sources.gecko(now, BTC=bad))
        if mood in ("good", "bad coin"):
            return price_sources.as_json(getattr(price_sources, source)(now))
        return price_sources.FAULTS[mood]()


def wrong(page: str, address: str) -> str:
    """The faults of a page; empty where it is as it should be."""
    strip = (
        page[page.index('<li class="ticker__age">') :] if '<li class="ticker__age">' in page else ""
    )
    if not strip:
        return f"{address} has no strip"
    for symbol in COINS:
        row = re.search(rf'<li data-symbol="{symbol}">.*?</li>', strip, re.S)
        if row is None or "$" not in row[0]:
            return f"{address} shows no price of {symbol}"
    if "<time datetime=" not in strip[:300]:
        return f"{address} says no age"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    fickle, faults, seen, rounds = Fickle(random.Random(options.seed)), [], 0, 0
    with tempfile.TemporaryDirectory() as folder, HTTPServer() as server:
        server.expect_request(re.compile(".*")).respond_with_handler(fickle.answer)
        urls = {"COINGECKO": "/gecko", "COINPAPRIKA": "/paprika", "BINANCE": "/binance"}
        variables = {f"PRICES_{name}_URL": server.url_for(path) for name, path in urls.items()}
        with running_site(Path(folder) / "site", LOG_LEVEL="ERROR", **variables) as site:
            elsewhere = Elsewhere(site)
            fickle.moods = dict.fromkeys(PLACES.values(), "good")
            elsewhere.do(NAMES + ONLY_THREE)
            elsewhere.do(NAMES + ROUND)
            ends = time.monotonic() + options.minutes * 60
            while time.monotonic() < ends:
                fickle.change()
                elsewhere.do(NAMES + AT_ONCE + ROUND)
                rounds += 1
                for address in PAGES:
                    body = site.get(address)
                    seen += 1
                    if lacks := wrong(body, address):
                        faults.append(f"{lacks}; sources: {fickle.moods}")
                time.sleep(0.5)
            elsewhere.stop()
    print(
        f"{rounds} rounds with faults at random, {seen} pages looked at, {len(faults)} with something wrong"
    )
    for fault in faults[:10]:
        print(" ", fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
