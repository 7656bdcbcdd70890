"""The quota of a provider: how often it may be asked, and slower before the calls of the month run
out.
"""

from datetime import datetime, timedelta

from ticker.models import PriceSource
from ticker.providers import Provider

# Of the month’s calls, for rounds that somebody asks for by hand and for weekly checks.
KEPT_BACK = 0.02
SLOWEST = timedelta(hours=12)  # prices are shown for a day


def next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def calls_left(provider: Provider, state: PriceSource, now: datetime) -> int | None:
    """Until the month ends, without those that are kept back. None: the plan sets no number."""
    if provider.monthly_calls is None:
        return None
    return max(0, int(provider.monthly_calls * (1 - KEPT_BACK)) - state.calls_in(now))


def interval(provider: Provider, state: PriceSource, coins: int, now: datetime) -> timedelta:
    """From one round to the next: as the plan wants it, or so that what is left lasts until the
    month ends.
    """
    wanted = timedelta(seconds=provider.every(coins))
    left = calls_left(provider, state, now)
    if left is None:
        return wanted
    rounds = left // provider.calls(coins)
    if rounds == 0:
        return next_month(now) - now
    return max(wanted, min((next_month(now) - now) / rounds, SLOWEST))


def is_slowed(provider: Provider, state: PriceSource, coins: int, now: datetime) -> bool:
    """Return whether the plan’s own pace would use up the month too early."""
    return interval(provider, state, coins, now) > timedelta(seconds=provider.every(coins))


def is_spent(provider: Provider, state: PriceSource, now: datetime) -> bool:
    return calls_left(provider, state, now) == 0
