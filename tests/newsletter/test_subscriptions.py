"""Newsletters: asked for, confirmed, chosen, left; by POST only, and never a way to fill somebody’s
inbox.
"""

import pytest
from django.core import mail
from django.test import Client

from newsletter.models import Subscriber, Subscription
from newsletter.subscribing import forgetting, signed_links, signing_up, subscriptions

from .conftest import READER, another, ask, confirmed_reader, link, press, reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("person")]


def test_signing_up_takes_a_mail_and_a_button(client, committed):
    response = ask(client, committed)
    assert response["Location"] == "/newsletter/asked/"
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.source, subscription.newsletter.slug) == (
        "pending",
        "strip",
        "daily",
    )
    assert subscription.consent_text == signing_up.CONSENT
    address = link("confirm")
    assert client.get(address).status_code == 200
    subscription.refresh_from_db()
    assert subscription.status == "pending"
    assert "You are on the list" in press(client, committed, address).content.decode()
    subscription.refresh_from_db()
    assert subscription.status == "confirmed"
    assert subscription.subscriber.is_confirmed


def test_confirming_again_keeps_the_first_time_and_welcomes_once(client, committed, noon):
    ask(client, committed)
    address = link("confirm")
    press(client, committed, address)
    first = Subscription.objects.get().confirmed_at
    assert [each.subject for each in mail.outbox] == [
        "Confirm your newsletter",
        "You are on the list",
    ]
    noon.shift(60)
    assert press(client, committed, address).status_code == 200
    assert Subscription.objects.get().confirmed_at == first
    assert len(mail.outbox) == 2


def test_leaving_takes_one_post_and_no_cookie(client, committed):
    subscription = confirmed_reader(client, committed)
    address = link("leave")
    assert client.get(address).status_code == 200
    subscription.refresh_from_db()
    assert subscription.status == "confirmed"
    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(address, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.cookies) == (200, {})
    subscription.refresh_from_db()
    assert (subscription.status, subscription.unsubscribed_by) == ("unsubscribed", "one_click")
    unsubscribed_at = subscription.unsubscribed_at
    assert client.post(address).status_code == 200
    subscription.refresh_from_db()
    assert (subscription.unsubscribed_at, subscription.unsubscribed_by) == (
        unsubscribed_at,
        "one_click",
    )


def test_the_link_to_leave_is_for_one_newsletter(client, committed):
    subscription = reader("hollis")
    other = reader("hollis", another())
    client.post(f"/newsletter/leave/{other.key}/")
    subscription.refresh_from_db()
    other.refresh_from_db()
    assert (subscription.status, other.status) == ("confirmed", "unsubscribed")


def test_the_mail_has_the_headers_of_one_click(client, committed):
    ask(client, committed)
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert READER not in headers["List-Unsubscribe"]


def test_an_address_is_mailed_once_an_hour_whatever_the_form(client, committed, noon):
    another()
    subscription = reader("maren")
    preferences = signed_links.link(signed_links.PREFERENCES, subscription.subscriber)
    preferences = preferences.removeprefix("http://127.0.0.1:8000")
    for number in range(100):
        ask(client, committed, email=READER.upper() if number % 2 else READER, newsletter="weekly")
    press(client, committed, preferences, what="address", email=READER)
    assert len(mail.outbox) == 1
    noon.shift(3601)
    press(client, committed, preferences, what="address", email=READER)
    ask(client, committed)
    assert len(mail.outbox) == 2
    assert Subscriber.objects.filter(email=READER).count() == 1


def test_the_answer_does_not_tell_who_reads_the_newsletter(client, committed, noon):
    confirmed_reader(client, committed)
    noon.shift(3601)
    known = ask(client, committed)
    unknown = ask(client, committed, email="somebody@else.example")
    assert known["Location"] == unknown["Location"]
    assert Subscription.objects.get(subscriber__email=READER).status == "confirmed"
    assert mail.outbox[-2].subject == "Your newsletters"
    assert "The daily newsletter" in mail.outbox[-2].body


def test_an_old_link_says_so(client, committed, noon):
    ask(client, committed)
    noon.shift(signed_links.LIFETIMES[signed_links.CONFIRM] + 2)
    assert client.post(link("confirm")).status_code == 410
    assert Subscription.objects.get().status == "pending"


def test_who_never_confirms_is_forgotten_in_a_week(client, committed, noon):
    ask(client, committed)
    noon.shift(forgetting.UNCONFIRMED_LIFETIME.total_seconds() + 1)
    forgetting.forget_readers.call()
    assert not Subscriber.objects.exists()


def test_who_confirmed_once_is_not_forgotten(client, committed, noon):
    confirmed_reader(client, committed)
    noon.shift(forgetting.UNCONFIRMED_LIFETIME.total_seconds() + 1)
    forgetting.forget_readers.call()
    assert Subscriber.objects.exists()


def test_who_left_every_newsletter_is_forgotten_in_a_month_and_who_complained_is_not(
    client, committed, noon
):
    gone, stays, complained = (
        reader("hollis"),
        reader("maren"),
        reader("wren", suppressed_because="complained"),
    )
    subscriptions.leave(gone.key)
    subscriptions.leave(complained.key)
    noon.shift(forgetting.UNSUBSCRIBED_LIFETIME.total_seconds() - 60)
    assert forgetting.forget_readers.call() == 0
    noon.shift(3700)
    assert forgetting.forget_readers.call() == 1
    assert set(Subscriber.objects.all()) == {stays.subscriber, complained.subscriber}


def test_coming_back_after_leaving(client, committed, noon):
    confirmed_reader(client, committed)
    client.post(link("leave"))
    noon.shift(3601)
    ask(client, committed)
    press(client, committed, link("confirm"))
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.unsubscribed_at, subscription.unsubscribed_by) == (
        "confirmed",
        None,
        "",
    )


def test_a_struck_off_address_is_written_to_again_once_its_owner_confirms(client, committed, noon):
    subscription = reader("hollis", suppressed_because="bounced")
    subscriptions.leave(subscription.key)
    ask(client, committed)
    press(client, committed, link("confirm"))
    assert list(Subscription.objects.to_be_sent()) == [subscription]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "hollis@",
        "a@b@c.example",
        "x" * 300 + "@readers.example",
        "a\x00@b.example",
        "a@b.example\r\nBcc: c@d.example",
    ],
)
def test_a_bad_address_gets_a_sentence(client, committed, email):
    response = ask(client, committed, email=email)
    assert response.status_code == 400
    assert 'class="field__error"' in response.content.decode()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "email", ['"hollis.grey"@readers.example', "hollis+newsletters@bücher.example"]
)
def test_an_unusual_address_is_an_address(client, committed, email):
    ask(client, committed, email=email)
    assert mail.outbox[0].to == [email.replace("bücher", "xn--bcher-kva")]
    mail.outbox[0].message().as_bytes()


@pytest.mark.parametrize(
    "email", ["a@" + "İ" * 9 + "." + "İİİİİİİİİ." * 12 + "example", f"{'a' * 250}@b.example"]
)
def test_an_address_that_is_too_long_in_any_spelling_is_refused(client, committed, email):
    assert ask(client, committed, email=email).status_code == 400
    assert not Subscriber.objects.exists()


def test_every_spelling_of_an_address_is_one_reader_and_every_tag_one_inbox(client, committed):
    for email in ("Hollis@Bücher.example", "hollis@xn--bcher-kva.example"):
        ask(client, committed, email=email)
    assert Subscriber.objects.count() == len(mail.outbox) == 1
    for number in range(5):
        ask(client, committed, email=f"hollis+{number}@bücher.example")
    assert len(mail.outbox) == 1


def test_who_says_no_to_a_confirmation_says_it_to_all_that_it_asks_about(client, committed):
    another()
    ask(client, committed, newsletter=["daily", "weekly"])
    page = press(client, committed, link("leave")).content.decode()
    assert set(Subscription.objects.values_list("status", flat=True)) == {"unsubscribed"}
    # Nobody is known there: no link is offered that could not be mailed.
    assert "Mail me the link" not in page


def test_a_robot_that_fills_every_field_gets_nothing(client, committed):
    assert ask(client, committed, website="https://spam.example/").status_code == 302
    assert not Subscriber.objects.exists()


# --- Links
# -----------------------------------------------------------------------------------------


def test_links_that_are_none(client):
    for address in (
        "confirm/none/",
        "leave/none/",
        "preferences/none/",
        "address/none/",
        "preferences/a:b:c/",
    ):
        assert client.get(f"/newsletter/{address}").status_code == 404
        assert client.post(f"/newsletter/{address}").status_code == 404


def test_a_link_for_one_purpose_opens_no_other(client):
    subscriber = reader("hollis").subscriber
    token = signed_links.link(signed_links.CONFIRM, subscriber, [1]).rsplit("/", 2)[1]
    for place in ("preferences", "address"):
        assert client.post(f"/newsletter/{place}/{token}/").status_code == 404


def test_confirming_takes_what_its_mail_named_and_nothing_that_was_asked_for_since(
    client, committed
):
    another()
    ask(client, committed)
    ask(client, committed, newsletter="weekly")
    press(client, committed, link("confirm", 0))
    assert dict(Subscription.objects.values_list("newsletter__slug", "status")) == {
        "daily": "confirmed",
        "weekly": "pending",
    }
