"""The status of prices and their providers: source, age, last error, quota."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ticker.models import Coin, Poller, PriceSource, Quote
from ticker.polling import poller as polling
from ticker.polling import quota
from ticker.providers import PROVIDERS, Provider


@dataclass(frozen=True)
class ProviderStatus:
    name: str
    is_used: bool
    is_down: bool
    last_success_at: datetime | None
    next_try_at: datetime | None
    failures: int
    errors: list[tuple[datetime, str]]
    calls: int
    monthly_calls: int | None
    coins: int  # that it is asked for
    is_slowed: bool
    is_spent: bool
    missing: list[str]
    doubtful: list[str]

    @property
    def share(self) -> int | None:
        """Return how much of the month’s calls is used, in per cent."""
        return min(100, self.calls * 100 // self.monthly_calls) if self.monthly_calls else None

    @property
    def said(self) -> str:
        """Its state in a word or two, for the desk."""
        if self.is_spent:
            return "No calls left this month"
        if self.failures:
            return "Does not answer" if self.is_down else "Did not answer last time"
        if self.is_used:
            return (
                "Gives the prices, slower than it could" if self.is_slowed else "Gives the prices"
            )
        return "Stands by" if self.coins else "Is not asked: no coin has a name there"


@dataclass(frozen=True)
class PriceStatus:
    source: str
    source_since: datetime | None
    newest_at: datetime | None
    is_sample: bool
    next_round_at: datetime | None
    sources: list[ProviderStatus]


def now_of(now: datetime) -> PriceStatus:
    """Four small queries."""
    poller = Poller.objects.first() or Poller()
    kept = {state.name: state for state in PriceSource.objects.all()}
    identifiers = list(
        Coin.objects.followed().values(*(provider.identifier for provider in PROVIDERS))
    )
    newest = Quote.objects.order_by("-quoted_at").only("quoted_at", "is_sample").first()
    return PriceStatus(
        source=poller.source,
        source_since=poller.source_since,
        newest_at=newest.quoted_at if newest else None,
        is_sample=bool(newest and newest.is_sample),
        next_round_at=poller.next_round_at,
        sources=[
            _of_source(
                provider,
                kept.get(provider.name) or PriceSource(name=provider.name),
                sum(bool(row[provider.identifier]) for row in identifiers),
                poller.source,
                now,
            )
            for provider in PROVIDERS
        ],
    )


def _of_source(
    provider: Provider, state: PriceSource, coins: int, used: str, now: datetime
) -> ProviderStatus:
    return ProviderStatus(
        name=provider.name,
        is_used=provider.name == used,
        is_down=polling.is_down(provider, state, coins, now),
        last_success_at=state.last_success_at,
        next_try_at=state.next_try_at,
        failures=state.failures,
        errors=[(datetime.fromisoformat(at), text) for at, text in state.errors],
        calls=state.calls_in(now),
        monthly_calls=provider.monthly_calls,
        coins=coins,
        is_slowed=quota.is_slowed(provider, state, coins, now),
        is_spent=quota.is_spent(provider, state, now),
        missing=state.missing,
        doubtful=state.doubtful,
    )


def as_json(state: PriceStatus) -> dict[str, Any]:
    return {
        "source": state.source,
        "newest": state.newest_at and state.newest_at.isoformat(),
        "sample": state.is_sample,
        "next_round": state.next_round_at and state.next_round_at.isoformat(),
        "sources": {
            each.name: {
                "state": each.said,
                "failures": each.failures,
                "last_error": each.errors[0][1] if each.errors else "",
                "next_try": each.next_try_at and each.next_try_at.isoformat(),
                "calls_this_month": each.calls,
                "monthly_calls": each.monthly_calls,
            }
            for each in state.sources
        },
    }


def as_metrics(state: PriceStatus, now: datetime) -> str:
    """In the text format of Prometheus, as the metrics of the page cache are."""
    lines = []
    if state.newest_at and not state.is_sample:
        lines += ["# TYPE newsroom_price_age_seconds gauge"]
        lines += [f"newsroom_price_age_seconds {(now - state.newest_at).total_seconds():.0f}"]
    for name, value in (
        ("failures", "failures"),
        ("calls_this_month", "calls"),
        ("is_used", "is_used"),
    ):
        lines.append(f"# TYPE newsroom_price_source_{name} gauge")
        for source in state.sources:
            lines.append(
                f'newsroom_price_source_{name}{{source="{source.name}"}} {int(getattr(source, value))}'
            )
    return "\n".join(lines) + "\n"
