"""Counting: what is billable, what is not and why, and that it all adds up."""

from datetime import date, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advertising.delivery import tokens
from advertising.measurement import ledger as ledger_file
from advertising.measurement import reach
from advertising.models import Action, DailyCount, DailyReach, PageCount, UsedToken
from audience import digests
from audience.models import DailySalt

from ..factories import UserFactory, add_version, member_of, running_banner
from .conftest import CHROME, ROBOT, ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def placement(noon):
    return running_banner()


def test_ten_views_of_which_five_count(browser, client, noon):
    """Two robots, one fetched ahead, one sent again, one of our staff: 10 = 5 + 2 + 1 + 1 + 1."""
    positions = browser.positions()[:1]
    for _ in range(5):
        token = browser.token()
        browser.say("rendered", token)
    browser.say("rendered", token)
    for _ in range(2):
        browser.say("rendered", browser.token(agent=ROBOT), agent=ROBOT)
    browser.say("rendered", browser.token(**{"Sec-Purpose": "prefetch;prerender"}))
    client.force_login(member_of("Ad desk"))
    browser.say("rendered", browser.ask(*positions)[0]["token"])
    assert ledger("rendered") == {"": 5, "prefetch": 1, "replayed": 1, "robot": 2, "staff": 1}
    assert sum(ledger("rendered").values()) == 10


def test_our_own_staff_does_not_count(browser, client):
    positions = browser.positions()[:1]
    client.force_login(member_of("Ad desk"))
    token = browser.ask(*positions)[0]["token"]
    client.logout()
    browser.say("rendered", token)
    assert ledger("rendered") == {"staff": 1}
    assert ledger("offered") == {"staff": 1}


def test_the_advertisers_own_people_do_not_count_on_their_own_placement(browser, client, placement):
    user = UserFactory()
    placement.advertiser.members.add(user)
    positions = browser.positions()[:1]
    client.force_login(user)
    browser.say("rendered", browser.ask(*positions)[0]["token"])
    assert ledger("rendered") == {"advertiser": 1}
    client.force_login(UserFactory())
    browser.say("rendered", browser.ask(*positions)[0]["token"])
    assert ledger("rendered") == {"": 1, "advertiser": 1}


def test_each_action_is_counted_apart(browser, noon):
    token = browser.token()
    noon.shift(timedelta(seconds=2))
    assert browser.say("rendered", token) == 204
    assert browser.say("viewable", token) == 204
    assert browser.click(token).status_code == 302
    assert {action: ledger(action) for action in Action.values} == {
        action: {"": 1} for action in Action.values
    }


def test_one_token_is_worth_one_of_each(browser, noon):
    token = browser.token()
    noon.shift(timedelta(seconds=2))
    for _ in range(3):
        browser.say("rendered", token)
        browser.say("viewable", token)
        browser.click(token)
    for action in ("rendered", "viewable", "clicked"):
        assert ledger(action) == {"": 1, "replayed": 2}


def test_the_same_token_twice_in_one_beacon_counts_once(browser):
    token = browser.token()
    browser.say("rendered", token, token)
    assert ledger("rendered") == {"": 1, "replayed": 1}


def test_a_token_grows_old(browser, noon):
    token = browser.token()
    noon.shift(tokens.VALID_FOR + timedelta(seconds=1))
    browser.say("rendered", token)
    assert ledger("rendered") == {"old": 1}


def test_a_viewable_second_takes_a_second(browser, noon):
    token = browser.token()
    browser.say("rendered", token)
    noon.shift(timedelta(milliseconds=900))
    browser.say("viewable", token)
    assert ledger("viewable") == {"too_fast": 1}
    noon.shift(timedelta(milliseconds=100))
    browser.say("viewable", token)
    assert ledger("viewable") == {"": 1, "too_fast": 1}


def test_a_click_on_what_was_never_shown_does_not_count(browser, noon):
    token = browser.token()
    noon.shift(timedelta(seconds=5))
    assert browser.click(token)["Location"] == "https://palisade.example/report"
    assert ledger("clicked") == {"no_view": 1}


def test_nothing_is_viewable_that_was_never_shown(browser, noon):
    token = browser.token()
    noon.shift(timedelta(seconds=5))
    browser.say("viewable", token)
    assert ledger("viewable") == {"no_view": 1}
    browser.say("rendered", token)
    browser.say("viewable", token)
    assert ledger("viewable") == {"": 1, "no_view": 1}


def test_nobody_clicks_in_no_time(browser, noon):
    token = browser.token()
    browser.say("rendered", token)
    browser.click(token)
    assert ledger("clicked") == {"too_fast": 1}


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        (ROBOT, "robot"),
        ("python-requests/2.32", "robot"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/141.0 Safari/537.36",
            "robot",
        ),
        ("", "unknown"),
        ("Opera", "unknown"),
        ("Mozilla/5.0 " + "x" * 100_000, "unknown"),
    ],
)
def test_only_browsers_count(browser, agent, reason):
    browser.say("rendered", browser.token(), agent=agent) if agent else browser.client.post(
        "/slots/seen/", {"action": "rendered", "token": browser.token()}
    )
    assert ledger("rendered") == {reason: 1}


def test_a_hidden_tab_does_not_count(browser):
    browser.say("rendered", browser.token(), hidden="1")
    assert ledger("rendered") == {"hidden": 1}


def test_too_many_from_one_network_do_not_count(browser, settings, noon):
    settings.SEEN_A_MINUTE = 3
    token = [browser.token() for _ in range(5)]
    for each in token:
        browser.say("rendered", each)
    assert ledger("rendered") == {"": 3, "rate": 2}
    noon.shift(timedelta(minutes=1))
    browser.say("rendered", browser.token())
    assert ledger("rendered") == {"": 4, "rate": 2}
    caches["limits"].clear()


def test_a_hundred_views_from_one_machine_are_not_a_hundred_on_the_bill(browser, settings, noon):
    settings.VIEWS_A_DAY = 5
    agents = [CHROME, CHROME.replace("141", "140")]
    for number in range(20):
        token = browser.token()
        browser.say("rendered", token)
        noon.shift(timedelta(seconds=2))
        browser.say("viewable", token, agent=agents[number % 2])
    assert ledger("rendered") == {"": 20}
    assert ledger("viewable") == {"": 5, "rate": 15}
    noon.shift(timedelta(days=1))
    token = browser.token()
    browser.say("rendered", token)
    noon.shift(timedelta(seconds=2))
    browser.say("viewable", token)
    assert ledger("viewable") == {"": 6, "rate": 15}


def test_views_in_one_beacon_are_capped_one_by_one(browser, settings, noon):
    settings.VIEWS_A_DAY = 2
    several = [browser.token() for _ in range(4)]
    browser.say("rendered", *several)
    noon.shift(timedelta(seconds=2))
    browser.say("viewable", *several)
    assert ledger("viewable") == {"": 2, "rate": 2}


def test_the_clock_of_another_machine_costs_nobody_a_view(browser, noon, monkeypatch):
    monkeypatch.setattr(tokens, "THIS_MACHINE", "other")
    noon.shift(timedelta(seconds=5))  # It is ahead.
    token = browser.token()
    noon.shift(timedelta(seconds=-5))
    monkeypatch.undo()
    browser.say("rendered", token)
    noon.shift(timedelta(seconds=1.2))
    browser.say("viewable", token)
    assert ledger("viewable") == {"": 1}


def test_a_forged_token_is_told_to_whom_it_claims_to_be_and_never_counts(browser, placement):
    token = browser.token()
    other = running_banner(slot="top")
    payload, signature = token.rsplit(":", 1)
    for forged in (f"{payload}:{'A' * len(signature)}", f"{payload}:", payload):
        assert browser.say("rendered", forged) == 204
    swapped = tokens._signer.sign_object([other.pk, 1, "top", "/", 0, "n", ""]).rsplit(":", 1)[0]
    browser.say("rendered", f"{swapped}:{signature}")
    assert ledger("rendered") == {"forged": 4}
    assert not UsedToken.objects.exists()


@pytest.mark.parametrize(
    "token", ["", "a", ":", "::", "\x00", "é" * 50, "." + "A" * 200 + ":x", "x" * 20_000]
)
def test_nonsense_changes_nothing(browser, token):
    assert browser.say("rendered", token) in (204, 400)
    assert not DailyCount.objects.filter(action="rendered").exists()
    answer = browser.client.get("/slots/", {"s": token})
    assert answer.status_code == 400 or answer.json() == {"slots": [None]}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"action": "rendered"},
        {"action": "offered", "token": "x"},
        {"token": "x"},
        {"action": "paid", "token": "x"},
    ],
)
def test_a_beacon_that_says_nothing_is_refused_in_a_sentence(client, data):
    answer = client.post("/slots/seen/", data)
    assert (answer.status_code, answer.content) == (400, b"Send an action and 1 to 12 tokens.")


def test_a_beacon_takes_three_statements_and_none_that_grows(browser):
    token = [browser.token() for _ in range(4)]
    browser.say("rendered", token[0])
    with CaptureQueriesContext(connection) as queries:
        browser.say("rendered", *token[1:])
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 3


def test_a_click_goes_to_what_was_approved_last(browser, placement, noon):
    from advertising.campaigns import review, running

    token = browser.token()
    add_version(placement, target_url="https://elsewhere.example/")
    review.submit(placement, None)
    assert browser.click(token)["Location"] == "https://palisade.example/report"
    review.approve(placement, None)
    assert browser.click(token)["Location"] == "https://elsewhere.example/"
    running.stop(placement, None, "No longer true.", take_down=True)
    assert browser.click(token).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/slots/go/https://evil.example/",
        "/slots/go/https:%2F%2Fevil.example/",
        "/slots/go/x/?next=https://evil.example/",
        "/slots/999999999/",
        "/slots/99999999999999999999999/",
    ],
)
def test_no_address_makes_a_click_lead_elsewhere(client, address):
    assert client.get(address).status_code == 404


def test_a_query_does_not_change_where_a_click_leads(browser, client, placement):
    answer = client.get(
        f"/slots/{placement.pk}/?url=https://evil.example/", headers={"User-Agent": CHROME}
    )
    assert answer["Location"] == "https://palisade.example/report"
    assert ledger("clicked") == {"too_fast": 1}


def test_a_head_request_is_no_click(browser, client, noon):
    token = browser.token()
    browser.say("rendered", token)
    noon.shift(timedelta(seconds=5))
    client.head(f"/slots/go/{token}/", headers={"User-Agent": CHROME})
    assert ledger("clicked") == {"robot": 1}


def test_pages_are_counted_and_add_up_to_what_is_billable(browser, noon):
    for _ in range(3):
        browser.say("rendered", browser.token())
    browser.say("rendered", browser.token(), agent=ROBOT)
    assert list(PageCount.objects.values_list("page", "action", "number")) == [
        (browser.page, "rendered", 3)
    ]


def test_reach_is_counted_when_the_day_is_over_and_what_it_came_from_is_destroyed(browser, noon):
    for agent in (CHROME, CHROME, CHROME.replace("141", "140")):
        browser.say("rendered", browser.token(agent=agent), agent=agent)
    assert DailySalt.objects.count() == 1
    assert len(set(UsedToken.objects.values_list("person", flat=True))) == 2
    noon.shift(timedelta(hours=14))  # Two in the morning: a token of last night may still come.
    reach.settle_days.func()
    assert not DailyReach.objects.exists()
    noon.shift(timedelta(hours=1))
    reach.settle_days.func()
    reach.settle_days.func()
    assert list(DailyReach.objects.values_list("day", "people")) == [(date(2026, 11, 22), 2)]
    assert not UsedToken.objects.exists()
    assert not DailySalt.objects.exists()


def test_nothing_of_a_reader_is_stored(browser):
    browser.say("rendered", browser.token())
    stored = [
        *UsedToken.objects.values_list(),
        *DailyCount.objects.values_list(),
        *PageCount.objects.values_list(),
    ]
    assert "127.0.0.1" not in str(stored)
    assert "Mozilla" not in str(stored)


def test_digests_of_two_days_cannot_be_joined():
    days = (date(2026, 11, 22), date(2026, 11, 23))
    first, second = (digests.person("10.0.0.1", CHROME, day) for day in days)
    assert first != second
    digests.clear_salts()
    assert digests.person("10.0.0.1", CHROME, days[0]) == first


def test_adding_to_many_lines_at_once_adds_to_each(placement):
    day = date(2026, 11, 22)
    lines = {(placement.pk, f"s{number}", day, "rendered", ""): number for number in range(1, 250)}
    ledger_file.add(lines)
    ledger_file.add(lines)
    assert all(count.number == 2 * int(count.slot[1:]) for count in DailyCount.objects.all())
    assert DailyCount.objects.count() == 249
