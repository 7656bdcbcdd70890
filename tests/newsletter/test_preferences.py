"""Newsletter preferences of a subscriber, on one page behind a signed link."""

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.utils import timezone

from newsletter.models import Newsletter, Subscriber, Subscription, main_newsletter
from newsletter.subscribing import forgetting, preferences, signed_links, subscriptions

from ..factories import CoinFactory, SectionFactory
from ..pages import squeezed
from .conftest import READER, another, ask, confirmed_reader, link, press, reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("person")]


def preferences_of(subscription: Subscription) -> str:
    address = signed_links.link(signed_links.PREFERENCES, subscription.subscriber)
    return address.removeprefix("http://127.0.0.1:8000")


def test_newsletters_are_chosen_on_one_page(client, committed):
    another()
    policy = SectionFactory(name="Policy")
    another("Policy, weekly", "policy", section=policy)
    another("Bitcoin, weekly", "bitcoin", coin=CoinFactory())
    subscription = reader("hollis")
    address = preferences_of(subscription)
    page = client.get(address).content.decode()
    assert [
        name in page for name in ("The daily newsletter", "Policy, weekly", "Bitcoin, weekly")
    ] == [True] * 3
    assert (
        squeezed(page).count(" checked><span>") == 2
    )  # the daily newsletter, and that clicks are counted
    answer = press(client, committed, address, newsletter=["weekly", "policy"], what="newsletters")
    assert answer.status_code == 302
    assert "Saved" in client.get(answer["Location"]).content.decode()
    had = {each.newsletter.slug: each for each in Subscription.objects.all()}
    assert {slug: each.status for slug, each in had.items()} == {
        "daily": "unsubscribed",
        "weekly": "confirmed",
        "policy": "confirmed",
    }
    assert had["weekly"].consent_text == preferences.CONSENT
    assert had["weekly"].source == "preferences"
    assert had["daily"].unsubscribed_by == "preferences"
    assert Subscriber.objects.get().counts_clicks is False


def test_looking_at_the_preferences_changes_nothing(client):
    subscription = reader("hollis")
    before = list(Subscription.objects.values())
    assert client.get(preferences_of(subscription)).status_code == 200
    assert list(Subscription.objects.values()) == before


def test_a_newsletter_that_is_not_offered_cannot_be_had(client):
    another(is_offered=False)
    subscription = reader("hollis")
    answer = client.post(preferences_of(subscription), {"newsletter": ["weekly"]})
    assert answer.status_code == 400
    assert "not offered" in answer.content.decode()


def test_leaving_everything_takes_one_button(client):
    subscription = reader("hollis")
    reader("hollis", another())
    client.post(preferences_of(subscription), {"what": "leave"})
    assert not Subscription.objects.active().exists()


def test_an_old_link_to_the_preferences_mails_a_new_one(client, committed, noon):
    subscription = reader("hollis")
    address = preferences_of(subscription)
    noon.shift(timedelta(days=91))
    page = client.get(address)
    assert page.status_code == 410
    assert READER not in page.content.decode()
    old = re.search(r'name="old_link" value="([^"]+)"', page.content.decode())[1]
    press(client, committed, "/newsletter/preferences/", old_link=old)
    assert mail.outbox[0].to == [READER]
    assert client.get(link("preferences")).status_code == 200
    press(client, committed, "/newsletter/preferences/", old_link="none")
    assert len(mail.outbox) == 1


def test_another_address_is_confirmed_there_and_the_old_one_is_told(client, committed):
    subscription = reader("hollis")
    preferences = preferences_of(subscription)
    press(client, committed, preferences, what="address", email="New@readers.example")
    assert mail.outbox[-1].to == ["new@readers.example"]
    address = link("address")
    client.get(address)
    assert subscription.subscriber.email == READER
    assert press(client, committed, address).status_code == 200
    subscription.subscriber.refresh_from_db()
    assert subscription.subscriber.email == "new@readers.example"
    assert mail.outbox[-1].to == [READER]
    assert (
        client.get(preferences).status_code == 404
    )  # Mails to the old address open nothing any more,
    assert (
        client.get(f"/newsletter/leave/{subscription.key}/").status_code == 200
    )  # but newsletters can be left.
    assert Subscriber.objects.count() == 1


def test_the_link_for_a_new_address_does_not_hold_it(client, committed):
    """Addresses stand in no address of ours: those are kept by browsers and written down by
    servers.
    """
    reader("hollis")
    person = Subscriber.objects.get()
    with committed():
        preferences.ask_for_address(person, "elsewhere@readers.example")
    token = link("address").split("/")[-2]
    assert "elsewhere" not in str(signing.loads(token, salt=signed_links.ADDRESS))
    # One that held it, of an earlier release, opens nothing.
    old = signing.dumps([person.key, "elsewhere@readers.example"], salt=signed_links.ADDRESS)
    assert client.get(f"/newsletter/address/{old}/").status_code == 404
    assert client.get(link("address")).status_code == 200


def test_the_link_to_leave_opens_nothing_of_its_readers(client, committed):
    """Newsletters are forwarded, and links outlive a change of address."""
    subscription = reader("hollis")
    page = client.post(f"/newsletter/leave/{subscription.key}/").content.decode()
    assert "preferences" not in page
    assert READER not in page
    press(client, committed, f"/newsletter/leave/{subscription.key}/", what="link")
    assert mail.outbox[-1].to == [READER]
    assert "/newsletter/preferences/" in mail.outbox[-1].body


def test_who_called_a_newsletter_spam_is_not_written_to_whoever_asks(client, committed):
    reader("hollis", suppressed_because="complained")
    assert ask(client, committed).status_code == 302
    assert mail.outbox == []


def test_what_was_agreed_to_before_stays_on_record(client, committed, noon):
    confirmed_reader(client, committed)
    client.post(link("leave"))
    noon.shift(3601)
    ask(client, committed, source="front")
    subscription = Subscription.objects.get()
    assert subscription.source == "front"
    assert [(each["source"], each["unsubscribed_by"]) for each in subscription.former] == [
        ("strip", "link")
    ]


def test_what_was_never_confirmed_is_no_time_at_which_it_was_had(client, committed, noon):
    confirmed_reader(client, committed)
    client.post(link("leave"))
    noon.shift(3601)
    ask(client, committed, source="front")
    client.post(link("leave"))
    noon.shift(3601)
    ask(client, committed, source="page")
    subscription = Subscription.objects.get()
    assert subscription.status == "pending"
    assert (subscription.confirmed_at, subscription.unsubscribed_at) == (None, None)
    assert [each["source"] for each in subscription.former] == ["strip"]


def test_who_asks_for_a_link_gets_it_whatever_a_stranger_asked_for(client, committed, noon):
    subscription = reader("hollis")
    weekly = another()
    ask(client, committed, newsletter=[weekly.slug])
    assert "/newsletter/preferences/" not in mail.outbox[-1].body
    noon.shift(3601)
    with committed():
        preferences.ask_for_link(subscription.subscriber)
    assert mail.outbox[-1].subject == "Your newsletters"
    assert client.get(link("preferences")).status_code == 200


def test_what_a_stranger_asked_for_is_forgotten_in_a_week_and_what_was_had_before_is_not(
    client, committed, noon
):
    had = reader("hollis")
    subscriptions.leave(reader("hollis", another()).key)
    third = another("The third", "third")
    noon.shift(3601)
    ask(client, committed, newsletter=["weekly", third.slug])
    assert Subscription.objects.filter(status="pending").count() == 2
    noon.shift(forgetting.UNCONFIRMED_LIFETIME.total_seconds() + 1)
    forgetting.forget_readers.call()
    kept = {
        each.newsletter.slug: each for each in Subscription.objects.select_related("newsletter")
    }
    assert {slug: each.status for slug, each in kept.items()} == {
        had.newsletter.slug: "confirmed",
        "weekly": "unsubscribed",
    }
    # As it was: which form had asked then, and when it was left.
    assert (kept["weekly"].source, kept["weekly"].unsubscribed_by, kept["weekly"].former) == (
        "page",
        "link",
        [],
    )
    assert kept["weekly"].unsubscribed_at < timezone.now() - forgetting.UNCONFIRMED_LIFETIME


def test_what_a_mail_asks_about_is_there_as_long_as_its_link_works(client, committed, noon):
    reader("hollis")
    for slug, days in (("weekly", 0), ("third", 7)):
        another(f"The {slug}", slug)
        noon.shift(timedelta(days=days, seconds=-3600 if days else 0))
        ask(client, committed, newsletter=[slug])
    noon.shift(7300)
    forgetting.forget_readers.call()
    client.post(link("confirm"))
    assert Subscription.objects.active().count() == 3


def test_an_editor_may_rename_the_newsletter_of_the_strip(client, committed):
    newsletter = main_newsletter()
    newsletter.slug, newsletter.name = "morning", "The morning newsletter"
    newsletter.save()
    ask(client, committed)
    assert Newsletter.objects.count() == 1
    assert Subscription.objects.get().newsletter == newsletter


def test_an_address_that_has_newsletters_of_its_own_keeps_them(client, committed):
    weekly = another()
    subscription = reader("hollis")
    reader("wren", weekly)
    reader("wren")
    press(
        client,
        committed,
        preferences_of(subscription),
        what="address",
        email="wren@readers.example",
    )
    press(client, committed, link("address"))
    subscriber = Subscriber.objects.get()
    assert subscriber.email == "wren@readers.example"
    assert {each.newsletter.slug for each in subscriber.subscriptions.active()} == {
        "daily",
        "weekly",
    }
    for slug in (
        "daily",
        "weekly",
    ):  # The links to leave in mails to the address that stays go on working.
        assert client.get(f"/newsletter/leave/wrenreadersexample-{slug}/").status_code == 200


def test_the_same_address_is_no_other(client, committed):
    subscription = reader("hollis")
    answer = press(client, committed, preferences_of(subscription), what="address", email=READER)
    assert answer.status_code == 400
    assert mail.outbox == []


def test_the_section_page_offers_its_own_newsletter(client):
    section = SectionFactory(name="Policy")
    main_newsletter()
    another("Policy, weekly", "policy", section=section)
    page = client.get("/policy/").content.decode()
    assert 'name="newsletter" value="policy"' in page
    assert 'name="newsletter" value="daily"' in page
