"""
The one poller of the whole site: which source is asked when, and what follows from its answer.

However many processes run, one holds the lease; it asks the first source that is due, and the next
one only while those before it are down. What comes is written in one transaction, together with the
time of the next round.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django_tasks import task

from ticker.models import Coin, Poller, PriceSource, month_of
from ticker.polling import quota, quotes
from ticker.providers import PROVIDERS, MarketQuote, Provider
from ticker.providers.errors import PricesUnavailable

logger = logging.getLogger(__name__)

LEASE = timedelta(
    minutes=3
)  # longer than three sources may take; whoever dies is followed by another
SOONEST = timedelta(seconds=30)  # from one round to the next
WEEK_EVERY = timedelta(hours=1)
# A source is down after so many failures, or so long without an answer; then it is tried now and
# then.
MOST_FAILURES = 3
DOWN_AFTER = timedelta(minutes=10)
PROBE_EVERY = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=15)
ERRORS_KEPT = 8
WANTS_PEACE = frozenset({402, 403, 418, 429})


@dataclass(frozen=True)
class ProviderResult:
    """One source in one round."""

    name: str
    updated: int = 0
    missing: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class PollResult:
    """The result of one refresh. `waiting`: it was not time yet, or another process was at it."""

    tried: tuple[ProviderResult, ...] = ()
    waiting: bool = False

    @property
    def updated(self) -> int:
        return sum(each.updated for each in self.tried)

    @property
    def error(self) -> str:
        return " ".join(f"{each.name}: {each.error}" for each in self.tried if each.error)


class LeaseLost(Exception):
    """The round took so long that another process began one. Nothing was written."""


def is_due() -> bool:
    """Return whether it is time for a round and nobody is at it: a look at one row."""
    now = timezone.now()
    poller = Poller.objects.values_list("next_round_at", "lease_until").first()
    return poller is None or all(moment is None or moment <= now for moment in poller)


@task()
def refresh_in_background() -> None:
    refresh()


@task()
def refresh_now() -> None:
    refresh(force=True)


def refresh(force: bool = False) -> PollResult:
    """Ask for the price of every coin, once. Errors of sources are kept, not raised.

    `force`: now, whenever the next round would be; of sources that asked to be left alone the first
    is asked still.
    """
    holder = _take_lease(force)
    if not holder:
        return PollResult(waiting=True)
    try:
        return _round(holder, force)
    except LeaseLost:
        logger.warning("a round of prices took too long")
        return PollResult(waiting=True)
    except BaseException:
        # Whatever it was, it is not tried again at once.
        later = timezone.now() + timedelta(seconds=60)
        Poller.objects.filter(lease_holder=holder).update(
            lease_holder="", lease_until=None, next_round_at=later
        )
        raise


def _take_lease(force: bool) -> str:
    """One conditional statement: whoever changes the row has it. Empty where another process does,
    or it is early.
    """
    now, holder = timezone.now(), secrets.token_hex(16)
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    if not force:
        free &= Q(next_round_at=None) | Q(next_round_at__lte=now)
    leased: dict[str, Any] = {"lease_holder": holder, "lease_until": now + LEASE}
    if Poller.objects.filter(free).update(**leased):
        return holder
    if not Poller.objects.exists() and Poller.objects.get_or_create(pk=1)[1]:
        return holder if Poller.objects.filter(free).update(**leased) else ""
    return ""


def _round(holder: str, force: bool) -> PollResult:
    now = timezone.now()
    states = _states()
    coins = list(Coin.objects.followed().select_related("quote").order_by("pk"))
    tried: list[ProviderResult] = []
    answered: tuple[Provider, dict[str, MarketQuote]] | None = None
    asked = {provider: wanted for provider in PROVIDERS if (wanted := _wanted_of(provider, coins))}
    for provider, wanted in asked.items():
        state = states[provider.name]
        is_forced = force and not tried
        if is_forced or _is_due(provider, state, now):
            try:
                answered = provider, _ask(provider, state, wanted, now)
                break
            except PricesUnavailable as error:
                _note_failure(state, error, now)
                tried.append(ProviderResult(provider.name, error=str(error)))
        if not is_down(provider, state, len(coins), now):
            break
    try:
        with transaction.atomic():
            if answered:
                tried.append(_store(coins, *answered, states, now))
            _save([states[each.name] for each in tried])
            source = answered[0].name if answered and tried[-1].updated else ""
            _release(
                holder,
                [(provider, states[provider.name]) for provider in asked],
                len(coins),
                source,
                now,
            )
    except BaseException:
        for state in states.values():
            if state.pk and state.newly_counted:
                save_calls(state)  # They were made.
        raise
    return PollResult(tuple(tried))


def _wanted_of(provider: Provider, coins: list[Coin]) -> dict[str, str]:
    """Return a provider’s identifiers of coins, each with its symbol; nothing for one that is not
    to be asked.
    """
    named = {getattr(coin, provider.identifier): coin.symbol for coin in coins}
    named.pop("", None)
    return named


def _store(
    coins: list[Coin],
    provider: Provider,
    found: dict[str, MarketQuote],
    states: dict[str, PriceSource],
    now: datetime,
) -> ProviderResult:
    state = states[provider.name]
    state.next_try_at = now + quota.interval(provider, state, len(coins), now)
    stored = quotes.store(coins, found, provider, now, expected_at=state.next_try_at)
    state.missing, state.doubtful = list(stored.missing), list(stored.doubtful)
    return ProviderResult(provider.name, stored.updated, stored.missing, stored.doubtful)


def _states() -> dict[str, PriceSource]:
    kept = {state.name: state for state in PriceSource.objects.all()}
    return {
        provider.name: kept.get(provider.name) or PriceSource(name=provider.name)
        for provider in PROVIDERS
    }


def _is_due(provider: Provider, state: PriceSource, now: datetime) -> bool:
    is_time = state.next_try_at is None or state.next_try_at <= now
    return is_time and not quota.is_spent(provider, state, now)


def is_down(provider: Provider, state: PriceSource, coins: int, now: datetime) -> bool:
    """Return whether to fail over to the next provider: this one fails, or has too few calls left
    to keep prices fresh.
    """
    if quota.interval(provider, state, coins, now) > DOWN_AFTER:
        return True
    is_late = state.last_success_at is None or state.last_success_at <= now - DOWN_AFTER
    return state.failures >= MOST_FAILURES or (state.failures > 0 and is_late)


def _ask(
    provider: Provider, state: PriceSource, wanted: dict[str, str], now: datetime
) -> dict[str, MarketQuote]:
    """Ask for all at once, and judge by what came. Raises PricesUnavailable. Every call counts,
    whatever comes.
    """
    is_old = state.last_week_at is None or state.last_week_at <= now - WEEK_EVERY
    with_week = provider.has_weeks and is_old
    count_calls(state, now, provider.calls(len(wanted)))
    try:
        found = provider.fetch(wanted, now, with_week=with_week)
    except PricesUnavailable:
        raise
    except Exception as error:
        # A fault of ours in reading it: to readers the same as an answer that cannot be read.
        logger.exception("an answer could not be read")
        raise PricesUnavailable(
            f"The answer could not be read ({type(error).__name__}).", 600
        ) from error
    if len(found) * 2 < len(wanted):
        raise PricesUnavailable(
            f"Only {len(found)} of {len(wanted)} coins had a usable price.", 600
        )
    newest = max(quote.quoted_at for quote in found.values())
    if newest <= now - DOWN_AFTER - provider.lag:
        raise PricesUnavailable(f"Its prices stand still since {newest:%H:%M} UTC.")
    state.last_success_at, state.failures = now, 0
    if with_week:
        state.last_week_at = now
    return found


def count_calls(state: PriceSource, now: datetime, calls: int) -> None:
    """Count, on the row that is saved later."""
    state.calls, state.month = state.calls_in(now) + calls, month_of(now)
    state.newly_counted += calls


def leave_alone(state: PriceSource, error: PricesUnavailable, now: datetime) -> None:
    """Another call than a round failed. Where the source wants peace, rounds keep it as well. Saves
    it.
    """
    _note_error(state, error, now)
    values: dict[str, Any] = {"errors": state.errors}
    if error.code in WANTS_PEACE:
        later = now + timedelta(seconds=max(error.wait, 60))
        values["next_try_at"] = max(later, state.next_try_at) if state.next_try_at else later
    save_calls(state, **values)


def _note_error(state: PriceSource, error: PricesUnavailable, now: datetime) -> None:
    state.errors = [[now.isoformat(timespec="seconds"), str(error)[:300]], *state.errors][
        :ERRORS_KEPT
    ]


def _note_failure(state: PriceSource, error: PricesUnavailable, now: datetime) -> None:
    """Wait as long as asked, doubling with every failure in a row; a source that is down is tried
    now and then.
    """
    state.failures += 1
    asked = timedelta(seconds=max(error.wait, 60))
    wait = min(asked * 2 ** min(state.failures - 1, 10), max(LONGEST_WAIT, asked))
    state.next_try_at = now + (max(wait, PROBE_EVERY) if state.failures >= MOST_FAILURES else wait)
    _note_error(state, error, now)
    logger.warning("prices unavailable", extra={"source": state.name, "reason": str(error)})


def _save(states: list[PriceSource]) -> None:
    for state in states:
        if state.pk:
            save_calls(state, **{name: getattr(state, name) for name in SAVED})
        else:
            state.save()


SAVED = (
    "last_success_at",
    "last_week_at",
    "failures",
    "errors",
    "next_try_at",
    "missing",
    "doubtful",
)


def save_calls(state: PriceSource, **values: Any) -> None:
    """One statement. Calls are added to what is there: rounds and the charts of a year are counted
    apart.
    """
    calls = state.newly_counted
    counted = Case(When(month=state.month, then=F("calls") + calls), default=Value(calls))
    PriceSource.objects.filter(pk=state.pk).update(**values, calls=counted, month=state.month)
    state.newly_counted = 0


def _release(
    holder: str, asked: list[tuple[Provider, PriceSource]], coins: int, source: str, now: datetime
) -> None:
    """Give the lease back with the time of the next round, in the transaction of what was
    written.
    """
    moments = []
    for provider, state in asked:
        due = state.next_try_at
        moments.append(due if due and due > now else now + timedelta(seconds=provider.every(coins)))
        if not is_down(provider, state, coins, now):
            if state.failures and state.last_success_at:
                moments.append(
                    state.last_success_at + DOWN_AFTER
                )  # Then the next source has its turn.
            break
    following = max(min(moments, default=now + LONGEST_WAIT), now + SOONEST)
    values: dict[str, Any] = {"lease_holder": "", "lease_until": None, "next_round_at": following}
    if source:
        values |= {
            "source": source,
            "source_since": Case(When(source=source, then=F("source_since")), default=Value(now)),
        }
    if not Poller.objects.filter(lease_holder=holder).update(**values):
        raise LeaseLost
