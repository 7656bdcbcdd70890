"""The catalogue of coins, by their providers’ own lists: fetched once a week, to choose from and to
check against.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django_tasks import task

from ticker.models import Coin, ListedCoin, PriceSource
from ticker.polling.poller import count_calls, leave_alone, save_calls
from ticker.providers import BINANCE, COINGECKO, COINPAPRIKA
from ticker.providers.answers import Listed
from ticker.providers.errors import PricesUnavailable

logger = logging.getLogger(__name__)

EVERY = timedelta(days=7)
DIRECTORIES = (COINGECKO, COINPAPRIKA, BINANCE)
FEWEST = 15  # of one list; less is no list
MOST_FOUND = 20
MOST_AT_ONCE = 1_000


@dataclass
class Checked:
    """The result of one check: how many coins each provider lists, errors, coins with a problem."""

    listed: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    problems: list[Coin] = field(default_factory=list)


def is_due() -> bool:
    """Return whether a list is missing or a week old: a look at three rows."""
    recent = PriceSource.objects.filter(listed_at__gt=timezone.now() - EVERY)
    return recent.count() < len(DIRECTORIES)


@task()
def check_in_background() -> None:
    check()


def check() -> Checked:
    """Fetch the lists and look up every coin that is followed. A list that does not come leaves the
    last one.
    """
    done, now = Checked(), timezone.now()
    for provider in DIRECTORIES:
        state, _ = PriceSource.objects.get_or_create(name=provider.name)
        count_calls(state, now, 1)
        try:
            done.listed[provider.name] = _replace(provider.name, provider.listed(), now)
            save_calls(state, listed_at=now)
        except PricesUnavailable as error:
            done.errors[provider.name] = str(error)
            logger.warning(
                "no list of coins", extra={"source": provider.name, "reason": str(error)}
            )
            leave_alone(state, error, now)
    done.problems = look_up_all()
    return done


def _replace(provider: str, found: list[Listed], now: datetime) -> int:
    coins = {coin.identifier: coin for coin in found}
    before = ListedCoin.objects.filter(provider=provider).count()
    if len(coins) < max(FEWEST, before // 2):
        raise PricesUnavailable(f"The list has {len(coins)} coins only.")
    rows = [
        ListedCoin(
            provider=provider,
            identifier=key,
            symbol=coin.symbol,
            name=coin.name,
            rank=coin.rank,
            listed_at=now,
        )
        for key, coin in coins.items()
    ]
    with transaction.atomic():
        ListedCoin.objects.filter(provider=provider).delete()
        ListedCoin.objects.bulk_create(rows, batch_size=MOST_AT_ONCE)
    return len(rows)


def look_up_all() -> list[Coin]:
    """Write what is wrong with the identifiers of each coin, and return those where something
    is.
    """
    coins = list(Coin.objects.followed())
    listings = {
        provider.name: dict(
            ListedCoin.objects.filter(
                provider=provider.name,
                identifier__in=[getattr(coin, provider.identifier) for coin in coins],
            ).values_list("identifier", "symbol")
        )
        for provider in DIRECTORIES
        if ListedCoin.objects.filter(provider=provider.name).exists()
    }
    for coin in coins:
        problem = _problem(coin, listings)
        if coin.problem != problem:
            Coin.objects.filter(pk=coin.pk).update(problem=problem)  # no page shows it
            coin.problem = problem
    return [coin for coin in coins if coin.problem]


def _problem(coin: Coin, listings: dict[str, dict[str, str]]) -> str:
    for provider in DIRECTORIES:
        identifier, listed = getattr(coin, provider.identifier), listings.get(provider.name)
        if not identifier or listed is None:
            continue
        symbol = listed.get(identifier)
        if symbol is None:
            return f"{provider.name} lists no “{identifier}” any more."
        if symbol != coin.symbol:
            return f"{provider.name} calls “{identifier}” {symbol}."
    return ""


@dataclass(frozen=True)
class Candidate:
    """A coin that can be chosen, as CoinGecko lists it, with what is likely to be the same coin
    elsewhere.
    """

    listed: ListedCoin
    coinpaprika_id: str
    is_followed: bool


def find(words: str) -> list[Candidate]:
    """Return what a name or a symbol may mean, the likeliest first. Symbols collide: a person
    chooses.
    """
    words = " ".join(words.split())[:60]
    if not words:
        return []
    ours = ListedCoin.objects.filter(provider=COINGECKO.name)
    by_symbol = ours.filter(symbol=words.upper())
    by_name = ours.filter(Q(name__istartswith=words) | Q(identifier__startswith=words.lower()))
    found = list(by_symbol.order_by(Length("name"), "name")[:MOST_FOUND])
    found += by_name.exclude(pk__in=[coin.pk for coin in found]).order_by(Length("name"), "name")[
        :MOST_FOUND
    ]
    twins = _twins(found)
    known = Coin.objects.filter(coingecko_id__in=[coin.identifier for coin in found])
    followed = set(known.values_list("coingecko_id", flat=True))
    candidates = [
        Candidate(
            coin, twins.get((coin.symbol, coin.name.lower()), ""), coin.identifier in followed
        )
        for coin in found
    ]
    # What both know is likelier to be meant than what one of fifteen thousand tokens calls itself.
    return sorted(candidates, key=lambda each: not each.coinpaprika_id)[:MOST_FOUND]


def _twins(found: list[ListedCoin]) -> dict[tuple[str, str], str]:
    """CoinPaprika’s identifiers of coins with the same symbol and the same name; the higher ranked
    where two have.
    """
    rows = ListedCoin.objects.filter(
        provider=COINPAPRIKA.name, symbol__in={coin.symbol for coin in found}
    )
    ranked = sorted(rows, key=lambda row: row.rank or 10**9, reverse=True)
    return {(row.symbol, row.name.lower()): row.identifier for row in ranked}
