"""Sign-ups come from people: tickets, their age, the wait under attack, and how much one network may
ask.
"""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from core import strangers
from newsletter.models import Subscriber
from newsletter.subscribing import signup_throttle
from newsletter.subscribing.signup_throttle import Attempt, SignupVerdict

from ..pages import squeezed

pytestmark = pytest.mark.django_db
READER = "hollis@readers.example"


def field(page, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def send(client, committed, **data):
    with committed():
        return client.post("/newsletter/", {"email": READER, "source": "strip", **data})


def under_attack(number: int = 201) -> None:
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(email=f"robot{n}@readers.example", key=f"robot{n}", asked_at=now)
        for n in range(number)
    )


def test_without_scripts_one_more_page_has_the_button(client, committed, noon):
    page = send(client, committed)
    assert page.status_code == 200
    assert READER in page.content.decode()
    assert mail.outbox == []
    noon.shift(3)
    answer = send(client, committed, ticket=field(page, "ticket"))
    assert answer["Location"] == "/newsletter/asked/"
    assert len(mail.outbox) == 1


def test_the_script_asks_for_a_ticket_and_one_press_is_enough(client, committed, noon):
    ticket = client.get("/newsletter/token/").json()["ticket"]
    noon.shift(3)
    assert send(client, committed, ticket=ticket).status_code == 302
    assert len(mail.outbox) == 1


def test_faster_than_a_person_is_asked_again(client, committed, noon):
    ticket = client.get("/newsletter/token/").json()["ticket"]
    noon.shift(1)
    page = send(client, committed, ticket=ticket)
    assert "faster than a person" in page.content.decode()
    assert mail.outbox == []


@pytest.mark.parametrize("ticket", ["", "none", "a:b:c", "x" * 5000])
def test_a_ticket_that_is_none(ticket):
    assert signup_throttle.judge(Attempt(READER, ticket)) == SignupVerdict.NO_TICKET


def test_a_ticket_is_good_once_and_for_two_hours(noon):
    ticket = signup_throttle.ticket()
    noon.shift(3)
    assert signup_throttle.judge(Attempt(READER, ticket)) == SignupVerdict.GOOD
    assert signup_throttle.judge(Attempt(READER, ticket)) == SignupVerdict.NO_TICKET
    old = signup_throttle.ticket()
    noon.shift(timedelta(hours=2, seconds=1))
    assert signup_throttle.judge(Attempt(READER, old)) == SignupVerdict.NO_TICKET


def test_a_ticket_for_one_address_is_none_for_another(noon):
    ticket = signup_throttle.ticket(READER)
    noon.shift(3)
    assert (
        signup_throttle.judge(Attempt("other@readers.example", ticket)) == SignupVerdict.NO_TICKET
    )


def test_everybody_waits_a_minute_under_attack_and_only_then(client, committed, noon):
    under_attack(200)
    ticket = signup_throttle.ticket()
    noon.shift(3)
    assert signup_throttle.judge(Attempt(READER, ticket)) == SignupVerdict.GOOD
    Subscriber.objects.create(email="one@more.example", key="one more", asked_at=timezone.now())
    ticket = signup_throttle.ticket()
    noon.shift(3)
    page = send(client, committed, ticket=ticket)
    assert "Wait for 60 seconds" in squeezed(page.content.decode())
    ticket = field(page, "ticket")
    noon.shift(30)
    assert send(client, committed, ticket=ticket).status_code == 200
    assert mail.outbox == []
    noon.shift(31)
    assert send(client, committed, ticket=ticket).status_code == 302
    assert len(mail.outbox) == 1


def test_an_attack_is_over_when_nobody_asks_any_more(noon):
    under_attack()
    assert signup_throttle.is_under_attack()
    noon.shift(signup_throttle.LOOK_BACK.total_seconds() + 1)
    assert not signup_throttle.is_under_attack()


def test_readers_who_confirm_are_no_attack(noon):
    under_attack()
    Subscriber.objects.update(confirmed_at=timezone.now())
    assert not signup_throttle.is_under_attack()


def test_one_network_asks_for_so_many_in_an_hour(client, committed, noon):
    for number in range(strangers.MOST_OF_NETWORK + 5):
        ticket = signup_throttle.ticket()
        noon.shift(3)
        answer = send(client, committed, email=f"reader{number}@readers.example", ticket=ticket)
    assert answer.status_code == 429
    assert "Try again in an hour" in answer.content.decode()
    assert len(mail.outbox) == strangers.MOST_OF_NETWORK


@pytest.mark.drill
def test_a_flood_of_sign_ups_mails_no_more_than_the_limit(client, committed, noon, settings):
    """From one network, with good tickets and different addresses: what is past the limit costs no
    row.
    """
    settings.SIGN_UPS_IN_TEN_MINUTES = 0
    tickets = [signup_throttle.ticket() for _ in range(10_000)]
    noon.shift(3)
    for number, ticket in enumerate(tickets):
        send(client, committed, email=f"reader{number}@readers.example", ticket=ticket)
    assert Subscriber.objects.count() == len(mail.outbox) == strangers.MOST_OF_NETWORK
