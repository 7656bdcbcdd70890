"""Sign-ups that come too soon wait; a newsletter that is forwarded takes nothing from its reader."""

from datetime import timedelta

import pytest
from django.core import mail

from newsletter.models import Subscriber, Subscription
from newsletter.subscribing import mails, signed_links, signing_up, suppression

from .conftest import READER, another, ask, link, press, reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("person")]


def pending() -> list[str]:
    return sorted(
        Subscription.objects.filter(status="pending").values_list("newsletter__slug", flat=True)
    )


def owed(committed) -> int:
    with committed():
        return signing_up.answer_owed.call()


# A second newsletter within the hour


def test_a_second_newsletter_asked_for_within_the_hour_is_mailed_after_it(client, committed, noon):
    another("Bitcoin, weekly", "bitcoin")
    ask(client, committed, newsletter="daily")
    noon.shift(60)
    ask(client, committed, newsletter="bitcoin")
    press(client, committed, link("confirm", 0))
    assert pending() == ["bitcoin"]
    assert owed(committed) == 0
    sent = len(mail.outbox)
    noon.shift(timedelta(hours=1))
    assert owed(committed) == 1
    assert owed(committed) == 0
    (answer,) = mail.outbox[sent:]
    assert "Bitcoin, weekly" in answer.body
    press(client, committed, link("confirm"))
    assert pending() == []


def test_asking_often_within_the_hour_is_answered_once(client, committed, noon):
    another("Bitcoin, weekly", "bitcoin")
    for slug in ("daily", "bitcoin", "bitcoin", "daily"):
        ask(client, committed, newsletter=slug)
    assert len(mail.outbox) == 1
    noon.shift(timedelta(hours=1, seconds=1))
    assert owed(committed) == 1
    assert len(mail.outbox) == 2


def test_the_first_mails_link_offers_what_was_asked_for_since(client, committed):
    another("Bitcoin, weekly", "bitcoin")
    ask(client, committed, newsletter="daily")
    ask(client, committed, newsletter="bitcoin")
    address = link("confirm")
    page = client.get(address).content.decode()
    assert "Also asked for with your address" in page
    assert "checked" not in page.partition("Also asked")[2].partition("</fieldset>")[0]
    press(client, committed, address, also="bitcoin")
    assert pending() == []
    assert Subscription.objects.active().count() == 2


def test_nothing_is_confirmed_that_was_neither_named_nor_ticked(client, committed):
    another("Bitcoin, weekly", "bitcoin")
    another("Other", "other")
    ask(client, committed, newsletter="daily")
    ask(client, committed, newsletter="bitcoin")
    press(client, committed, link("confirm"), also="other")
    assert pending() == ["bitcoin"]
    assert not Subscription.objects.filter(newsletter__slug="other").exists()


def test_what_was_confirmed_meanwhile_is_not_asked_about_again(client, committed, noon):
    another("Bitcoin, weekly", "bitcoin")
    ask(client, committed, newsletter="daily")
    ask(client, committed, newsletter="bitcoin")
    press(client, committed, link("confirm"), also="bitcoin")
    sent = len(mail.outbox)
    noon.shift(timedelta(hours=2))
    assert owed(committed) == 0
    assert len(mail.outbox) == sent
    assert not Subscriber.objects.filter(answer_owed=True).exists()


def test_who_called_it_spam_is_owed_nothing(client, committed, noon):
    subscription = reader("hollis")
    suppression.note_complaint(subscription.subscriber)
    ask(client, committed)
    noon.shift(timedelta(hours=2))
    assert owed(committed) == 0
    assert mail.outbox == []


# Words that are true in every state


def known(subscriber: Subscriber) -> str:
    mail.outbox.clear()
    subscriber.refresh_from_db()
    mails._mail_preferences(subscriber)
    return mail.outbox[0].body


def test_the_mail_to_somebody_known_is_true_in_every_state(client):
    subscription = reader("hollis")
    subscriber = subscription.subscriber
    assert "You get these already" in known(subscriber)
    for _ in range(suppression.MOST_SOFT):
        suppression.note_soft(subscriber)
    body = known(subscriber)
    assert "You get these already" not in body
    assert "it refused several newsletters in a row" in body
    assert "Press “Save” on this page, and they come again" in body
    client.post(link("preferences"), {"newsletter": "daily", "what": "newsletters"})
    assert "You get these already" in known(subscriber)
    Subscription.objects.update(status="unsubscribed")
    assert "You get none of them now" in known(subscriber)


# The forwarded newsletter


def test_leaving_by_a_link_tells_the_readers_own_inbox_with_a_way_back(client, committed):
    subscription = reader("hollis")
    press(client, committed, f"/newsletter/leave/{subscription.key}/")
    (told,) = mail.outbox
    assert told.to == [READER]
    assert told.subject == "You have unsubscribed"
    press(client, committed, link("preferences"), newsletter="daily", what="newsletters")
    subscription.refresh_from_db()
    assert subscription.status == "confirmed"


def test_leaving_twice_tells_once_and_a_mail_programs_button_tells_nothing(client, committed):
    subscription, other = reader("hollis"), reader("odo")
    for _ in range(2):
        press(client, committed, f"/newsletter/leave/{subscription.key}/")
    one_click = {"List-Unsubscribe": "One-Click"}
    press(client, committed, f"/newsletter/leave/{other.key}/", **one_click)
    assert [each.to for each in mail.outbox] == [[READER]]


def forwarded(subscription: Subscription) -> str:
    """The link to the preferences as it stands in a newsletter."""
    address = signed_links.link(
        signed_links.PREFERENCES, subscription.subscriber, signed_links.IN_NEWSLETTER
    )
    return address.removeprefix("http://127.0.0.1:8000")


def test_the_link_in_a_newsletter_moves_no_address(client, committed):
    subscription = reader("hollis")
    address = forwarded(subscription)
    assert "New e-mail address" not in client.get(address).content.decode()
    answer = press(client, committed, address, what="address", email="thief@readers.example")
    assert answer["Location"].endswith("?done=fresh")
    (fresh,) = mail.outbox
    assert fresh.to == [READER]
    assert "New e-mail address" in client.get(link("preferences")).content.decode()


def test_a_move_can_be_taken_back_from_the_old_inbox(client, committed):
    subscription = reader("hollis")
    moved = signed_links.link(signed_links.PREFERENCES, subscription.subscriber)
    moved = moved.removeprefix("http://127.0.0.1:8000")
    press(client, committed, moved, what="address", email="thief@readers.example")
    press(client, committed, link("address"))
    told = mail.outbox[-1]
    assert told.to == [READER]
    address = link("back")
    assert "Bring your newsletters back?" in client.get(address).content.decode()
    assert Subscriber.objects.get().email == "thief@readers.example"
    press(client, committed, address)
    assert Subscriber.objects.get().email == READER
    assert client.get(moved).status_code == 404  # whoever moved them opens nothing any more


def test_links_to_bring_back_are_bounded_and_cannot_be_made(client, committed, noon):
    subscription = reader("hollis")
    address = signed_links.link(signed_links.BACK, subscription.subscriber, "old@readers.example")
    address = address.removeprefix("http://127.0.0.1:8000")
    assert client.post("/newsletter/back/nonsense/").status_code == 404
    reader("old")  # signed up anew meanwhile
    assert client.post(address).status_code == 410
    noon.shift(timedelta(days=8))
    assert client.post(address).status_code == 410
