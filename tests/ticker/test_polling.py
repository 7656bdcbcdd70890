"""The poller: one for all processes, patient with sources that fail, and true to the calls it may
make.
"""

import random
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pagecache.models import Invalidation
from pagecache.tags import table_tag
from ticker.models import Coin, History, Poller, PriceSource, Quote
from ticker.polling import history, quota
from ticker.polling import poller as polling
from ticker.providers import COINGECKO, COINPAPRIKA
from ticker.providers.errors import PricesUnavailable

from ..factories import CoinFactory, QuoteFactory
from . import price_sources as upstream
from .rounds import good, price_of, state_of, year

pytestmark = pytest.mark.django_db


def test_one_round_brings_all_coins_with_time_and_source(coins, sources):
    good(sources)
    assert polling.refresh().updated == 3
    quote = price_of("BTC")
    assert (quote.price, quote.source, quote.quoted_at) == (
        Decimal(61262),
        "CoinGecko",
        timezone.now(),
    )
    assert quote.expected_at == timezone.now() + timedelta(seconds=120)
    assert not quote.is_sample


def test_a_live_price_takes_the_place_of_the_sample_and_of_all_that_was_invented_with_it(
    coins, sources
):
    QuoteFactory(coin=coins[0], is_sample=True, source="sample", week=["1", "2"], spark="M0 0L1 1")
    History.objects.create(coin=coins[0], days=[["2026-11-01", "1"]], is_sample=True)
    good(sources)
    polling.refresh()
    quote = price_of("BTC")
    assert (quote.is_sample, quote.week, quote.spark) == (False, [], "")
    assert not History.objects.exists()


def test_pages_without_prices_are_made_anew_when_there_are_some_again(coins, sources, noon):
    def purges() -> int:
        return Invalidation.objects.filter(key=table_tag(Coin)).count()

    good(sources)
    before = purges()
    polling.refresh()
    assert purges() == before + 1
    noon.shift(120)
    polling.refresh()
    assert purges() == before + 1  # A page with prices asks by itself.
    noon.shift(timedelta(hours=25))
    polling.refresh()
    assert purges() == before + 2


def test_rounds_keep_their_distance(coins, sources, noon):
    good(sources)
    polling.refresh()
    noon.shift(119)
    assert not polling.is_due()
    assert polling.refresh().waiting
    noon.shift(1)
    assert polling.is_due()
    assert polling.refresh().updated == 3
    assert sources.calls == 2


def test_the_week_comes_once_an_hour_and_draws_its_line(coins, sources, noon):
    good(sources, BTC={"sparkline_in_7d": {"price": [1, 2.5, 1e-7, None, -1]}})
    polling.refresh()
    assert sources.asked("CoinGecko")[-1].args["sparkline"] == "true"
    quote = price_of("BTC")
    assert (quote.week, quote.week_at) == (["1", "2.5", "0.0000001", None, None], timezone.now())
    assert quote.spark.startswith("M0 ")
    assert quote.spark_direction == "down"
    noon.shift(120)
    good(sources)
    polling.refresh()
    assert "sparkline" not in sources.asked("CoinGecko")[-1].args
    assert price_of("BTC").week == ["1", "2.5", "0.0000001", None, None]


@pytest.mark.parametrize("fault", upstream.FAULTS)
def test_a_bad_answer_keeps_the_last_good_price_and_its_time_and_the_next_good_one_heals(
    coins, sources, fault, noon
):
    good(sources)
    polling.refresh()
    before = list(Quote.objects.order_by("pk").values())
    noon.shift(120)
    sources.answer("CoinGecko", upstream.FAULTS[fault])
    done = polling.refresh()
    assert done.updated == 0
    assert done.error.startswith("CoinGecko: ")
    assert list(Quote.objects.order_by("pk").values()) == before
    assert state_of("CoinGecko").failures == 1
    noon.shift(900)
    good(sources)
    assert polling.refresh().updated == 3
    assert state_of("CoinGecko").failures == 0


@pytest.mark.parametrize("fault", upstream.BAD_COINS)
def test_a_bad_coin_keeps_its_last_good_price(coins, sources, fault, noon):
    good(sources, BTC=upstream.BAD_COINS[fault])
    QuoteFactory(coin=coins[0], price=100)
    done = polling.refresh()
    assert done.updated == 2
    assert done.tried[0].missing == ("BTC",)
    assert price_of("BTC").price == 100


@pytest.mark.parametrize("change", [None, "up", 10_000, -100, -250])
def test_a_change_nobody_can_believe_is_unknown(coins, sources, change):
    good(sources, BTC={"price_change_percentage_24h": change})
    polling.refresh()
    assert price_of("BTC").change_24h is None


def test_an_answer_with_less_than_half_of_the_coins_is_none(coins, sources):
    sources.answer("CoinGecko", upstream.gecko(timezone.now())[:1])
    assert "Only 1 of 3 coins" in polling.refresh().error
    assert not Quote.objects.exists()


def test_an_older_price_does_not_replace_a_newer_one(coins, sources):
    QuoteFactory(coin=coins[0], price=61000)
    earlier = (timezone.now() - timedelta(minutes=5)).isoformat()
    good(sources, BTC={"last_updated": earlier})
    assert polling.refresh().updated == 2
    assert price_of("BTC").price == 61000


# --- Patience ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("header", "seconds"), [("119", 119), ("0", 60), (None, 60), ("soon", 60)])
def test_after_429_the_source_is_left_alone(coins, sources, header, seconds, noon):
    good(sources)
    polling.refresh()
    noon.shift(120)
    fields = {"Retry_After": header} if header else {}
    sources.answer("CoinGecko", lambda: upstream.as_json(upstream.THROTTLED_JSON, 429, **fields))
    polling.refresh()
    noon.shift(seconds - 1)
    assert polling.refresh().waiting
    assert len(sources.asked("CoinGecko")) == 2
    noon.shift(1)
    good(sources)
    assert polling.refresh().updated == 3


def test_failures_in_a_row_wait_longer_and_what_is_down_is_tried_now_and_then(coins, sources, noon):
    waits = []
    for _ in range(6):
        polling.refresh(force=True)
        waits.append((state_of("CoinGecko").next_try_at - timezone.now()).total_seconds())
    assert waits == [60, 120, 900, 900, 900, 900]
    errors = state_of("CoinGecko").errors
    assert len(errors) == 6
    assert errors[0][1] == "Answered with status 503."


def test_one_failure_is_waited_out_three_are_not(coins, sources, noon):
    good(sources)
    good(sources, "CoinPaprika")
    polling.refresh()
    sources.answer("CoinGecko", upstream.FAULTS["503"])
    for expected in (0, 0, 1):
        noon.shift(120)
        polling.refresh()
        assert len(sources.asked("CoinPaprika")) == expected
    assert price_of("BTC").source == "CoinPaprika"
    assert Poller.objects.get().source == "CoinPaprika"


def test_ten_minutes_without_an_answer_are_enough(coins, sources, noon):
    good(sources)
    good(sources, "CoinPaprika")
    polling.refresh()
    noon.shift(120)
    sources.answer("CoinGecko", lambda: upstream.as_json({}, 429, Retry_After="900"))
    polling.refresh()
    assert not sources.asked("CoinPaprika")
    noon.shift(479)
    assert polling.refresh().waiting
    noon.shift(1)
    polling.refresh()
    assert price_of("BTC").source == "CoinPaprika"
    assert len(sources.asked("CoinGecko")) == 2


def test_the_first_source_is_probed_every_quarter_of_an_hour_and_returns(coins, sources, noon):
    good(sources, "CoinPaprika")
    polling.refresh()
    assert price_of("BTC").source == "CoinPaprika"
    for _ in range(3):
        polling.refresh(force=True)  # Three failures: from now on it is probed.
    asked, began = len(sources.asked("CoinGecko")), timezone.now()
    while timezone.now() < began + timedelta(minutes=60):
        noon.shift(10)
        polling.refresh()
    assert len(sources.asked("CoinGecko")) - asked == 4
    good(sources)
    noon.shift(900)
    polling.refresh()
    assert price_of("BTC").source == "CoinGecko"
    assert Poller.objects.get().source == "CoinGecko"


def test_the_last_resort_comes_when_both_others_are_away(coins, sources, noon):
    good(sources, "Binance")
    done = polling.refresh()
    assert [tried.name for tried in done.tried] == ["CoinGecko", "CoinPaprika", "Binance"]
    assert price_of("BTC").source == "Binance"
    assert price_of("BTC").market_value is None


def test_what_the_next_source_does_not_know_stays_only_where_it_changes_slowly(
    coins, sources, noon
):
    good(sources)
    polling.refresh()
    noon.shift(1200)
    sources.answer("CoinGecko", upstream.FAULTS["503"])
    good(sources, "Binance")
    polling.refresh()
    quote = price_of("ETH")
    assert quote.source == "Binance"
    assert quote.supply == Decimal("20118006.0")
    assert quote.market_value == quote.price * quote.supply
    assert quote.high_24h == Decimal("1617.189600000000")


def test_a_jump_on_the_switch_is_not_believed_until_nothing_young_contradicts_it(
    coins, sources, noon
):
    good(sources)
    polling.refresh()
    sources.answer("CoinGecko", upstream.FAULTS["503"])
    good(sources, "CoinPaprika", factor=1.3)
    noon.shift(660)
    done = polling.refresh()
    assert done.tried[-1].doubtful == ("BTC", "ETH", "SOL")
    assert price_of("BTC").price == 61262
    noon.shift(300)
    assert polling.refresh().updated == 3
    assert price_of("BTC").price == Decimal("79640.6")


def test_a_jump_of_the_same_source_is_news(coins, sources, noon):
    good(sources)
    polling.refresh()
    noon.shift(120)
    good(sources, BTC={"current_price": 20_000})
    assert polling.refresh().updated == 3


def test_a_source_whose_prices_stand_still_gives_way(coins, sources, noon):
    began = timezone.now()
    sources.answer("CoinGecko", lambda: upstream.as_json(upstream.gecko(began)))
    good(sources, "CoinPaprika")
    while price_of_or_none("BTC") != "CoinPaprika":
        polling.refresh()
        noon.shift(30)
        assert timezone.now() < began + timedelta(minutes=17)
    assert "stand still since 12:00 UTC" in state_of("CoinGecko").errors[0][1]


def price_of_or_none(symbol):
    return Quote.objects.filter(coin__symbol=symbol).values_list("source", flat=True).first()


def test_a_source_that_knows_none_of_our_coins_is_passed_over(coins, sources, noon):
    Coin.objects.update(coinpaprika_id="")
    good(sources, "Binance")
    polling.refresh()
    assert price_of("BTC").source == "Binance"
    assert not sources.asked("CoinPaprika")


def test_a_fault_of_ours_in_reading_an_answer_is_a_failure_of_its_source(
    coins, sources, noon, monkeypatch
):
    def broken(self, *args, **options):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(type(COINGECKO), "fetch", broken)
    good(sources, "CoinPaprika")
    polling.refresh()
    assert price_of("BTC").source == "CoinPaprika"
    assert state_of("CoinGecko").calls == 1
    assert "RuntimeError" in state_of("CoinGecko").last_error


@pytest.mark.parametrize(
    "values", [{"current_price": 9e14, "circulating_supply": 589e12, "market_cap": None}]
)
def test_what_is_too_large_to_be_kept_spoils_no_round(client, coins, sources, values):
    good(sources, BTC=values)
    assert polling.refresh().updated == 3
    assert price_of("BTC").market_value is None
    assert client.get("/prices/").status_code == 200


# --- The calls of a month -----------------------------------------------------------------------


def test_the_pace_of_the_plan_lasts_for_a_month(demo_plan):
    first = timezone.now().replace(month=12, day=1, hour=0, minute=0, second=0, microsecond=0)
    state = PriceSource(name="CoinGecko")
    assert quota.interval(COINGECKO, state, 17, first) == timedelta(seconds=300)
    assert timedelta(days=31) / timedelta(seconds=300) < 10_000


def test_it_slows_down_before_the_month_runs_dry_and_starts_anew_with_the_next(demo_plan, noon):
    now = timezone.now()  # nine and a half days before the month ends
    state = PriceSource(name="CoinGecko", month="2026-11", calls=9_000)
    slowed = quota.interval(COINGECKO, state, 17, now)
    assert slowed == (quota.next_month(now) - now) / 800
    assert quota.is_slowed(COINGECKO, state, 17, now)
    state.calls = 10_000
    assert quota.is_spent(COINGECKO, state, now)
    assert quota.interval(COINGECKO, state, 17, now) == quota.next_month(now) - now
    assert not quota.is_spent(COINGECKO, state, quota.next_month(now))


@pytest.mark.drill
def test_a_whole_month_never_takes_more_calls_than_it_has(
    demo_plan, settings, coins, sources, noon
):
    settings.COINGECKO_MONTHLY_CALLS = 40
    good(sources)
    good(sources, "CoinPaprika")
    noon.move_to(timezone.now().replace(month=12, day=1, hour=0, minute=0))
    for _ in range(31 * 24):
        polling.refresh()
        noon.shift(3600)
        if timezone.now().month != 12:
            break
    assert len(sources.asked("CoinGecko")) <= 40
    assert len(sources.asked("CoinGecko")) >= 30
    assert state_of("CoinGecko").calls in (0, 1, *range(30, 41))


def test_a_source_without_calls_left_gives_way(demo_plan, coins, sources, noon):
    PriceSource.objects.create(name="CoinGecko", month="2026-11", calls=10_000)
    good(sources)
    good(sources, "CoinPaprika")
    polling.refresh()
    assert not sources.asked("CoinGecko")
    assert price_of("BTC").source == "CoinPaprika"


def test_a_source_that_has_too_few_calls_left_to_be_fresh_is_helped_by_the_next(
    demo_plan, coins, sources, noon
):
    PriceSource.objects.create(name="CoinGecko", month="2026-11", calls=9_750)
    good(sources)
    good(sources, "CoinPaprika")
    began = timezone.now()
    while timezone.now() < began + timedelta(hours=2):
        polling.refresh()
        noon.shift(60)
        assert timezone.now() - price_of("BTC").quoted_at < timedelta(minutes=15)


def test_calls_are_counted_whatever_comes(coins, sources, noon):
    polling.refresh(force=True)
    good(sources)
    polling.refresh(force=True)
    assert (state_of("CoinGecko").calls, state_of("CoinGecko").month) == (2, "2026-11")
    noon.move_to(timezone.now().replace(month=12, day=2))
    polling.refresh(force=True)
    assert (state_of("CoinGecko").calls, state_of("CoinGecko").month) == (1, "2026-12")


# --- One for all processes ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one_call(coins, sources):
    good(sources)
    together, done = threading.Barrier(10), []

    def poll():
        together.wait()
        done.append(polling.refresh())
        connections.close_all()

    threads = [threading.Thread(target=poll) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sources.calls == 1
    assert sorted(each.waiting for each in done) == [False] + [True] * 9
    assert Quote.objects.count() == 3


def test_ten_processes_make_six_calls_in_ten_minutes_at_most(coins, sources, noon):
    good(sources)
    sources.answer("a year", year(timezone.now()))
    for _ in range(120):
        for _ in range(10):
            polling.refresh()
            history.refresh_next()
        noon.shift(5)
    assert 5 <= sources.calls <= 6


def test_who_dies_with_the_lease_is_followed_by_another(coins, sources, noon):
    good(sources)
    assert polling._take_lease(force=False)
    assert polling.refresh().waiting
    noon.shift(polling.LEASE.total_seconds())
    assert polling.refresh().updated == 3


def test_who_was_so_slow_that_another_began_writes_nothing(coins, sources, noon, monkeypatch):
    def slow(wanted, now, with_week=False):
        Poller.objects.update(lease_holder="another")
        return {}

    monkeypatch.setattr(
        type(COINGECKO), "fetch", lambda self, *args, **options: slow(*args, **options) or real
    )
    real = {}
    from ticker.providers.answers import MarketQuote

    for coin in coins:
        real[coin.coingecko_id] = MarketQuote(
            coin.coingecko_id, coin.symbol, Decimal(5), timezone.now()
        )
    assert polling.refresh().waiting
    assert not Quote.objects.exists()
    assert Poller.objects.get().lease_holder == "another"


def test_a_round_that_breaks_gives_the_lease_back_and_keeps_its_count(
    coins, sources, noon, monkeypatch
):
    def broken(*args, **options):
        raise RuntimeError("a fault of ours")

    good(sources)
    polling.refresh()
    noon.shift(120)
    monkeypatch.setattr(polling.quotes, "store", broken)
    with pytest.raises(RuntimeError):
        polling.refresh()
    poller = Poller.objects.get()
    assert poller.lease_until is None
    assert poller.next_round_at == timezone.now() + timedelta(seconds=60)
    assert state_of("CoinGecko").calls == 2


def test_250_coins_take_six_queries(sources, noon):
    Coin.objects.all().delete()
    now = timezone.now()
    rows = []
    for number in range(250):
        CoinFactory(
            name=f"Coin {number}",
            symbol=f"C{number}",
            slug=f"c{number}",
            coingecko_id=f"coin-{number}",
        )
        values = {
            "id": f"coin-{number}",
            "symbol": f"c{number}",
            "sparkline_in_7d": {"price": [1.5] * 168},
        }
        rows.append(upstream.gecko_row("BTC", now) | values)
    sources.answer("CoinGecko", rows)
    polling.refresh()
    assert Quote.objects.count() == 250
    noon.shift(120)
    for row in rows:
        row["last_updated"] = timezone.now().isoformat()
    with CaptureQueriesContext(connection) as queries:
        assert polling.refresh().updated == 250
    asked = [
        query["sql"]
        for query in queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert len(asked) <= 6, asked


# --- The command and a soak ----------------------------------------------------------------------


def test_the_command_says_what_happened(coins, sources, capsys):
    good(sources, SOL={"current_price": None})
    call_command("refresh_quotes")
    assert capsys.readouterr().out == "CoinGecko: 2 prices updated. Without a usable price: SOL.\n"
    sources.answer("CoinGecko", upstream.FAULTS["503"])
    with pytest.raises(CommandError, match="The last good ones stay"):
        call_command("refresh_quotes")
    assert capsys.readouterr().out == "CoinGecko: Answered with status 503.\n"


def test_no_coins_are_no_error_of_a_source(coins, sources, capsys):
    Coin.objects.all().delete()
    with pytest.raises(CommandError, match="no coins"):
        call_command("refresh_quotes")
    assert polling.refresh().tried == ()


CALM = ("fifty megabytes", "a gzip bomb")  # slow to make; tried by themselves above


@pytest.mark.parametrize("seed", range(3))
def test_with_faults_at_random_no_page_is_blank_or_unmarked(client, coins, sources, noon, seed):
    """Six hours in steps of two minutes; each page names every coin with a price and says how old
    it is.
    """
    rng = random.Random(seed)
    good(sources)
    polling.refresh()
    kinds = [name for name in upstream.FAULTS if name not in CALM]
    for _ in range(180):
        for name in ("CoinGecko", "CoinPaprika", "Binance"):
            luck = rng.random()
            if luck < 0.3:
                good(sources, name)
            elif luck < 0.4 and name == "CoinGecko":
                good(sources, BTC=rng.choice(list(upstream.BAD_COINS.values())))
            elif luck < 0.6:
                sources.answer(name, upstream.FAULTS[rng.choice(kinds)])
        noon.shift(120)
        polling.refresh()
        page = client.get("/prices/strip/").content.decode()
        assert page.count("no price") == 0
        assert page.count("$") == 6
        late = [
            quote
            for quote in Quote.objects.all()
            if quote.quoted_at <= timezone.now() - timedelta(minutes=15)
        ]
        assert page.count('class="late"') == 2 * len(late)
        assert ("<b>Delayed</b>" in page) == (len(late) == 3)
        assert page.count("<time") == 2 + 2 * len(late)


def test_a_wait_is_never_shorter_than_a_minute():
    assert PricesUnavailable("no").wait == 60
    assert COINPAPRIKA.every(17) == 300
