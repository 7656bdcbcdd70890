"""Clicks in newsletters: people are counted once, machines apart, and the advertiser’s ledger adds
up.
"""

import re
from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from advertising.campaigns import running
from advertising.measurement import reports
from advertising.models import DailyCount, PageCount
from newsletter.models import Click, Delivery, Link
from newsletter.sending import batches
from newsletter.statistics import clicks, issue_statistics, tracking_codes

from ..advertising.conftest import CHROME, ROBOT
from ..factories import member_of
from .conftest import begin, issue_of, reader, send
from .test_rendering import booked

pytestmark = pytest.mark.django_db
LATER = clicks.SETTLED_AFTER.total_seconds() + 61


@pytest.fixture
def issue(newsletter, sink, noon):
    """A newsletter with a paid place that three readers have."""
    booked()
    for name in ("hollis", "maren", "wren"):
        reader(name)
    return send(issue_of(newsletter))


def addresses(sink, name: str) -> list[str]:
    """The targets of the links in somebody’s mail, each once, in their order; not those to leave and to
    choose.
    """
    html = sink.mail_to(f"{name}@readers.example").get_body(("html",)).get_content()
    return list(dict.fromkeys(re.findall(r"http://127\.0\.0\.1:8000(/newsletter/go/[^\"]+)", html)))


def of_kind(sink, name: str, kind: str, number: int = 0) -> str:
    wanted = [link.pk for link in Link.objects.filter(kind=kind).order_by("pk")][number]
    return next(each for each in addresses(sink, name) if f"/go/{wanted}/" in each)


def opened(client, address: str, method: str = "get", agent: str = CHROME, **headers):
    return getattr(client, method)(address, headers={"User-Agent": agent, **headers})


def counted(kind: str = "story") -> tuple[int, int]:
    found = Link.objects.filter(kind=kind).aggregate(people=Sum("people"), machines=Sum("machines"))
    return found["people"], found["machines"]


def ledger() -> dict[tuple[str, str], int]:
    return {
        (each.action, each.reason): each.number
        for each in DailyCount.objects.filter(slot="newsletter")
    }


def test_a_link_leads_to_what_was_stored_and_a_person_is_counted(client, sink, issue, noon):
    answer = opened(client, of_kind(sink, "hollis", "story"))
    assert (answer.status_code, answer.cookies) == (302, {})
    assert answer["Location"].startswith("http://127.0.0.1:8000/")
    assert counted() == (0, 0)
    noon.shift(LATER)
    assert clicks.settle.call() == 1
    assert counted() == (1, 0)
    assert clicks.settle.call() == 0
    assert counted() == (1, 0)


def test_who_opens_a_link_again_is_one_person(client, sink, issue, noon):
    address = of_kind(sink, "hollis", "story")
    for _ in range(3):
        opened(client, address)
        noon.shift(20)
    noon.shift(LATER)
    clicks.settle.call()
    opened(client, address)
    noon.shift(LATER)
    clicks.settle.call()
    assert counted() == (1, 0)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"method": "head"}, "robot"),
        ({"Sec-Purpose": "prefetch;prerender"}, "prefetch"),
        ({"agent": ROBOT}, "robot"),
        ({"agent": ""}, "unknown"),
        ({"agent": "Mozilla/5.0 (compatible; BarracudaSentinel/1.0)"}, "scanner"),
        ({"agent": "python-requests/2.32"}, "scanner"),
        (
            {"agent": "Mozilla/5.0 (Windows NT 10.0; Microsoft Office/16.0) AppleWebKit/537.36"},
            "scanner",
        ),
    ],
)
def test_a_machine_that_shows_itself(client, sink, issue, noon, how, reason):
    assert opened(client, of_kind(sink, "hollis", "story"), **how).status_code == 302
    assert Click.objects.get().reason == reason
    noon.shift(LATER)
    clicks.settle.call()
    assert counted() == (0, 1)


def test_whoever_opens_every_link_within_seconds_is_a_machine(client, sink, issue, noon):
    for address in addresses(sink, "hollis"):
        if address != of_kind(sink, "hollis", "trap"):
            opened(client, address)
            noon.shift(1)
    noon.shift(LATER)
    clicks.settle.call()
    assert counted()[0] == 0
    assert set(Click.objects.values_list("reason", flat=True)) == {"scanner"}


def test_a_scanner_of_several_networks_is_a_machine_as_well(client, sink, issue, noon):
    """A mail has one reader: links that open at once from everywhere were opened by no person."""
    links = [each for each in addresses(sink, "hollis") if each != of_kind(sink, "hollis", "trap")]
    for number, address in enumerate(links):
        opened(client, address, agent=CHROME.replace("Linux", f"Linux {number}"))
    noon.shift(300)
    opened(client, of_kind(sink, "hollis", "story", 1), agent=CHROME.replace("Linux", "BSD"))
    noon.shift(LATER)
    clicks.settle.call()
    assert counted()[0] == 1
    assert Click.objects.filter(reason="scanner").count() == len(links) >= 4


def test_a_place_that_was_taken_off_leads_nobody_to_its_advertiser(client, sink, issue, noon):
    link = of_kind(sink, "hollis", "placement")
    assert opened(client, link)["Location"].startswith("https://")
    before = Click.objects.count()
    running.stop(issue.placement, None, "It is not what it says.", take_down=True)
    assert opened(client, link)["Location"] == issue.get_absolute_url()
    assert Click.objects.count() == before


def test_a_reader_who_comes_after_the_scanner_is_counted(client, sink, issue, noon):
    for address in addresses(sink, "hollis"):
        opened(
            client,
            address,
            agent="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/99.0",
        )
    noon.shift(300)
    opened(client, of_kind(sink, "hollis", "story", 1))
    noon.shift(LATER)
    clicks.settle.call()
    assert counted()[0] == 1


def test_a_reader_who_opens_two_stories_one_after_the_other_is_a_reader(client, sink, issue, noon):
    for number in range(2):
        opened(client, of_kind(sink, "hollis", "story", number))
        noon.shift(3)
    noon.shift(LATER)
    clicks.settle.call()
    assert counted() == (2, 0)


def test_whatever_falls_into_the_trap_is_a_machine_and_all_it_opened(client, sink, issue, noon):
    opened(client, of_kind(sink, "hollis", "story"))
    opened(client, of_kind(sink, "hollis", "trap"))
    noon.shift(LATER)
    clicks.settle.call()
    assert counted() == (0, 1)
    assert counted("trap") == (0, 1)


def test_the_trap_says_whom_it_is_for_and_stands_in_no_hidden_text(sink, issue):
    """Filters of spam distrust links that are hidden."""
    mail = sink.mail_to("hollis@readers.example")
    html, text = mail.get_body(("html",)).get_content(), mail.get_body(("plain",)).get_content()
    trap = of_kind(sink, "hollis", "trap")
    hidden = html[html.index("<div"): html.index("</div>")]  # fmt: skip
    assert "<a " not in hidden
    assert "For programs only.</a>" in html[html.index(trap) :][:300]
    assert trap not in text


@pytest.mark.parametrize("code", ["0", "1-0000000000000000", "none", "9" * 30 + "-0", "-", "1-"])
def test_a_code_that_is_not_ours_leads_on_and_counts_for_nothing(client, sink, issue, code):
    link = Link.objects.filter(kind="story").first()
    answer = opened(client, f"/newsletter/go/{link.pk}/{code}/")
    assert (answer.status_code, answer["Location"]) == (302, link.url)
    assert not Click.objects.exists()


def test_a_code_of_another_newsletter_counts_for_nothing(client, sink, newsletter, issue, noon):
    noon.shift(timedelta(hours=3))
    other = send(issue_of(newsletter, stories=2))
    code = tracking_codes.code_for(Delivery.objects.filter(issue=other).first().pk)
    link = Link.objects.filter(issue=issue, kind="story").first()
    opened(client, f"/newsletter/go/{link.pk}/{code}/")
    assert not Click.objects.exists()


@pytest.mark.parametrize(
    "address", ["/newsletter/go/0/0/", "/newsletter/go/99999999999999999999999/0/"]
)
def test_a_link_that_is_none(client, db, address):
    assert opened(client, address).status_code == 404


def test_no_mail_fills_our_table(client, sink, issue, monkeypatch):
    monkeypatch.setattr(clicks, "MOST_OF_A_MAIL", 3)
    for _ in range(6):
        opened(client, of_kind(sink, "hollis", "story"))
    assert Click.objects.count() == 3


def test_the_advertisers_ledger_adds_up(client, sink, issue, noon):
    """Three mails; a person clicks twice, a robot once, a scanner opens everything."""
    place = of_kind(sink, "hollis", "placement")
    opened(client, place)
    noon.shift(30)
    opened(client, place)
    opened(client, of_kind(sink, "maren", "placement"), agent=ROBOT)
    for address in addresses(sink, "wren"):
        opened(client, address)
    noon.shift(LATER)
    clicks.settle.call()
    clicks.settle.call()
    assert ledger() == {
        ("offered", ""): 3,
        ("clicked", ""): 1,
        ("clicked", "replayed"): 1,
        ("clicked", "robot"): 1,
        ("clicked", "trap"): 1,
    }
    placement = issue.placement
    found = reports.report(placement, reports.Period("all", issue.day, issue.day))
    assert found.by_slot["Newsletter"] == reports.DeliveryFigures(offered=3, clicked=1)
    clicked = next(each for each in found.ledger if each.action == "clicked")
    assert (clicked.gross, clicked.billable) == (4, 1)
    page = PageCount.objects.get(placement=placement, action="clicked")
    assert (page.page, page.number) == (issue.get_absolute_url(), 1)


def test_mails_without_the_place_are_offered_to_nobody(newsletter, sink, noon):
    """It was taken off when a part of the mails had left."""
    placement = booked()
    for number in range(4):
        reader(f"reader{number}")
    issue = begin(issue_of(newsletter))
    Delivery.objects.filter(pk__gt=Delivery.objects.order_by("pk")[1].pk).update(
        next_try_at=timezone.now() + timedelta(seconds=300)
    )
    batches.send_some.call()
    running.stop(placement, member_of("Chief editors"), "It is not what it says.", take_down=True)
    noon.shift(600)
    batches.send_some.call()
    issue.refresh_from_db()
    assert (issue.status, len(sink.taken)) == ("sent", 4)
    clicks.settle.call()
    assert ledger() == {("offered", ""): 2}


def test_a_months_clicks_lead_to_nobody_any_more(client, sink, issue, noon):
    address = of_kind(sink, "hollis", "story")
    opened(client, address)
    noon.shift(LATER)
    clicks.settle.call()
    noon.shift(timedelta(days=31))
    clicks.settle.call()
    assert not Click.objects.exists()
    assert opened(client, address).status_code == 302
    assert not Click.objects.exists()
    assert counted() == (1, 0)


def test_the_desk_is_told(client, sink, issue, noon, newsletter):
    opened(client, of_kind(sink, "hollis", "story"))
    opened(client, of_kind(sink, "maren", "story"), agent=ROBOT)
    noon.shift(LATER)
    clicks.settle.call()
    client.post(
        re.search(
            r"/newsletter/leave/[^/]+/", sink.mail_to("wren@readers.example")["List-Unsubscribe"]
        )[0]
    )
    found = issue_statistics.statistics_of(issue)
    assert (found.accepted, found.people, found.machines, found.unsubscribed) == (3, 1, 1, 1)
