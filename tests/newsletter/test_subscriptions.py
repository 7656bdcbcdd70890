"""The letter: asked for, confirmed, left; by POST only, and never a way to fill somebody’s inbox."""

import re

import pytest
from django.core import mail

from newsletter import subscriptions
from newsletter.models import Subscription

pytestmark = pytest.mark.django_db
READER = "hollis@readers.example"


def ask(client, committed, email=READER, **more):
    with committed():
        return client.post("/newsletter/", {"email": email, "source": "strip", **more})


def link(word: str) -> str:
    return re.search(rf"http://127\.0\.0\.1:8000(/newsletter/{word}/\S+)", mail.outbox[-1].body)[1]


def test_signing_up_takes_a_mail_and_a_button(client, committed):
    response = ask(client, committed)
    assert response["Location"] == "/newsletter/asked/"
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.source) == ("pending", "strip")
    assert subscription.consent_text == subscriptions.CONSENT
    address = link("confirm")
    assert client.get(address).status_code == 200
    subscription.refresh_from_db()
    assert subscription.status == "pending"
    assert "You are on the list" in client.post(address).content.decode()
    subscription.refresh_from_db()
    assert subscription.status == "confirmed"


def test_confirming_again_keeps_the_first_time(client, committed, noon):
    ask(client, committed)
    client.post(link("confirm"))
    first = Subscription.objects.get().confirmed_at
    noon.shift(60)
    assert client.post(link("confirm")).status_code == 200
    assert Subscription.objects.get().confirmed_at == first


def test_leaving_takes_one_post_and_no_cookie(client, committed):
    ask(client, committed)
    client.post(link("confirm"))
    address = link("leave")
    assert client.get(address).status_code == 200
    assert Subscription.objects.get().status == "confirmed"
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Subscription.objects.get().status == "left"
    assert client.post(address).status_code == 200


def test_the_mail_has_the_headers_of_one_click(client, committed):
    ask(client, committed)
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert READER not in headers["List-Unsubscribe"]


def test_an_address_is_mailed_once_an_hour_whoever_asks(client, committed, noon):
    for _ in range(5):
        ask(client, committed, email=READER.upper())
    assert len(mail.outbox) == 1
    noon.shift(3601)
    ask(client, committed)
    assert len(mail.outbox) == 2
    assert Subscription.objects.count() == 1


def test_the_answer_does_not_tell_who_reads_the_letter(client, committed):
    ask(client, committed)
    client.post(link("confirm"))
    known = ask(client, committed)
    unknown = ask(client, committed, email="somebody@else.example")
    assert known["Location"] == unknown["Location"]
    assert Subscription.objects.get(email=READER).status == "confirmed"


def test_an_old_link_says_so(client, committed, noon):
    ask(client, committed)
    noon.shift(subscriptions.LINK_LIFETIME.total_seconds() + 1)
    assert client.post(link("confirm")).status_code == 410
    assert Subscription.objects.get().status == "pending"


def test_who_never_confirms_is_forgotten_in_a_week(client, committed, noon):
    ask(client, committed)
    noon.shift(subscriptions.UNCONFIRMED_LIFETIME.total_seconds() + 1)
    subscriptions.forget_unconfirmed.call()
    assert not Subscription.objects.exists()


def test_coming_back_after_leaving(client, committed, noon):
    ask(client, committed)
    client.post(link("confirm"))
    client.post(link("leave"))
    noon.shift(3601)
    ask(client, committed)
    client.post(link("confirm"))
    assert Subscription.objects.get().status == "confirmed"


@pytest.mark.parametrize("email", ["", "hollis@", "a@b@c.example", "x" * 300 + "@readers.example", "a\x00@b.example"])
def test_a_bad_address_gets_a_sentence(client, committed, email):
    response = ask(client, committed, email=email)
    assert response.status_code == 400
    assert 'class="err"' in response.content.decode()
    assert not Subscription.objects.exists()


def test_a_robot_that_fills_every_field_gets_nothing(client, committed):
    assert ask(client, committed, website="https://spam.example/").status_code == 302
    assert not Subscription.objects.exists()


def test_links_that_are_none(client):
    for address in ("/newsletter/confirm/none/", "/newsletter/leave/none/"):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
