"""Letters: asked for, confirmed, chosen, left; by POST only, and never a way to fill somebody’s inbox."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from newsletter import sign_up_guard, signed_links, subscriptions
from newsletter.models import Letter, Subscriber, Subscription, main_letter

from ..factories import CoinFactory, SectionFactory
from .conftest import reader

pytestmark = pytest.mark.django_db
READER = "hollis@readers.example"


@pytest.fixture
def person(monkeypatch):
    """Readers who take their time: whatever they send carries a good ticket."""
    monkeypatch.setattr(sign_up_guard, "judge", lambda attempt: sign_up_guard.Verdict.GOOD)


pytestmark = [pytestmark, pytest.mark.usefixtures("person")]


def ask(client, committed, email=READER, **more):
    with committed():
        return client.post("/newsletter/", {"email": email, "source": "strip", **more})


def press(client, committed, address, **data):
    with committed():
        return client.post(address, data)


def link(word: str, number: int = -1) -> str:
    return re.search(rf"http://127\.0\.0\.1:8000(/newsletter/{word}/\S+)", mail.outbox[number].body)[1]


def confirmed_reader(client, committed) -> Subscription:
    ask(client, committed)
    press(client, committed, link("confirm"))
    return Subscription.objects.get()


def another(name="The weekly letter", slug="weekly", **values) -> Letter:
    main_letter()
    return Letter.objects.create(name=name, slug=slug, description="On Fridays.", rhythm="weekly", **values)


def test_signing_up_takes_a_mail_and_a_button(client, committed):
    response = ask(client, committed)
    assert response["Location"] == "/newsletter/asked/"
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.source, subscription.letter.slug) == ("pending", "strip", "daily")
    assert subscription.consent_text == subscriptions.CONSENT
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
    assert [each.subject for each in mail.outbox] == ["Confirm your letter", "You are on the list"]
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
    assert (subscription.status, subscription.left_by) == ("left", "one_click")
    left_at = subscription.left_at
    assert client.post(address).status_code == 200
    subscription.refresh_from_db()
    assert (subscription.left_at, subscription.left_by) == (left_at, "one_click")


def test_the_link_to_leave_is_for_one_letter(client, committed):
    subscription = reader("hollis")
    other = reader("hollis", another())
    client.post(f"/newsletter/leave/{other.key}/")
    subscription.refresh_from_db()
    other.refresh_from_db()
    assert (subscription.status, other.status) == ("confirmed", "left")


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
        ask(client, committed, email=READER.upper() if number % 2 else READER, letter="weekly")
    press(client, committed, preferences, what="address", email=READER)
    assert len(mail.outbox) == 1
    noon.shift(3601)
    press(client, committed, preferences, what="address", email=READER)
    ask(client, committed)
    assert len(mail.outbox) == 2
    assert Subscriber.objects.filter(email=READER).count() == 1


def test_the_answer_does_not_tell_who_reads_the_letter(client, committed, noon):
    confirmed_reader(client, committed)
    noon.shift(3601)
    known = ask(client, committed)
    unknown = ask(client, committed, email="somebody@else.example")
    assert known["Location"] == unknown["Location"]
    assert Subscription.objects.get(subscriber__email=READER).status == "confirmed"
    assert mail.outbox[-2].subject == "Your letters"
    assert "The daily letter" in mail.outbox[-2].body


def test_an_old_link_says_so(client, committed, noon):
    ask(client, committed)
    noon.shift(subscriptions.LINK_LIFETIME.total_seconds() + 2)
    assert client.post(link("confirm")).status_code == 410
    assert Subscription.objects.get().status == "pending"


def test_who_never_confirms_is_forgotten_in_a_week(client, committed, noon):
    ask(client, committed)
    noon.shift(subscriptions.UNCONFIRMED_LIFETIME.total_seconds() + 1)
    subscriptions.forget_readers.call()
    assert not Subscriber.objects.exists()


def test_who_confirmed_once_is_not_forgotten(client, committed, noon):
    confirmed_reader(client, committed)
    noon.shift(subscriptions.UNCONFIRMED_LIFETIME.total_seconds() + 1)
    subscriptions.forget_readers.call()
    assert Subscriber.objects.exists()


def test_who_left_every_letter_is_forgotten_in_a_month_and_who_complained_is_not(client, committed, noon):
    gone, stays, complained = reader("hollis"), reader("maren"), reader("wren", suppressed_because="complained")
    subscriptions.leave(gone.key)
    subscriptions.leave(complained.key)
    noon.shift(subscriptions.LEFT_LIFETIME.total_seconds() - 60)
    assert subscriptions.forget_readers.call() == 0
    noon.shift(3700)
    assert subscriptions.forget_readers.call() == 1
    assert set(Subscriber.objects.all()) == {stays.subscriber, complained.subscriber}


def test_coming_back_after_leaving(client, committed, noon):
    confirmed_reader(client, committed)
    client.post(link("leave"))
    noon.shift(3601)
    ask(client, committed)
    press(client, committed, link("confirm"))
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.left_at, subscription.left_by) == ("confirmed", None, "")


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
    assert 'class="err"' in response.content.decode()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("email", ['"hollis.grey"@readers.example', "hollis+letters@bücher.example"])
def test_an_unusual_address_is_an_address(client, committed, email):
    ask(client, committed, email=email)
    assert mail.outbox[0].to == [email]
    mail.outbox[0].message().as_bytes()


def test_a_robot_that_fills_every_field_gets_nothing(client, committed):
    assert ask(client, committed, website="https://spam.example/").status_code == 302
    assert not Subscriber.objects.exists()


# --- Links -----------------------------------------------------------------------------------------


def test_links_that_are_none(client):
    for address in ("confirm/none/", "leave/none/", "preferences/none/", "address/none/", "preferences/a:b:c/"):
        assert client.get(f"/newsletter/{address}").status_code == 404
        assert client.post(f"/newsletter/{address}").status_code == 404


def test_a_link_for_one_purpose_opens_no_other(client):
    subscriber = reader("hollis").subscriber
    token = signed_links.link(signed_links.CONFIRM, subscriber, [1]).rsplit("/", 2)[1]
    for place in ("preferences", "address"):
        assert client.post(f"/newsletter/{place}/{token}/").status_code == 404


def test_confirming_takes_what_its_mail_named_and_nothing_that_was_asked_for_since(client, committed):
    another()
    ask(client, committed)
    ask(client, committed, letter="weekly")
    press(client, committed, link("confirm", 0))
    assert dict(Subscription.objects.values_list("letter__slug", "status")) == {
        "daily": "confirmed",
        "weekly": "pending",
    }


# --- Choosing -----------------------------------------------------------------------------------


def preferences_of(subscription: Subscription) -> str:
    address = signed_links.link(signed_links.PREFERENCES, subscription.subscriber)
    return address.removeprefix("http://127.0.0.1:8000")


def test_letters_are_chosen_on_one_page(client, committed):
    another()
    policy = SectionFactory(name="Policy")
    another("Policy, weekly", "policy", section=policy)
    another("Bitcoin, weekly", "bitcoin", coin=CoinFactory())
    subscription = reader("hollis")
    address = preferences_of(subscription)
    page = client.get(address).content.decode()
    assert [name in page for name in ("The daily letter", "Policy, weekly", "Bitcoin, weekly")] == [True] * 3
    assert page.count('" checked><span>') == 2  # the daily letter, and that clicks are counted
    answer = press(client, committed, address, letter=["weekly", "policy"], what="letters")
    assert answer.status_code == 302
    assert "Saved" in client.get(answer["Location"]).content.decode()
    had = {each.letter.slug: each for each in Subscription.objects.all()}
    assert {slug: each.status for slug, each in had.items()} == {
        "daily": "left",
        "weekly": "confirmed",
        "policy": "confirmed",
    }
    assert had["weekly"].consent_text == subscriptions.CONSENT_OF_PREFERENCES
    assert had["weekly"].source == "preferences"
    assert had["daily"].left_by == "preferences"
    assert Subscriber.objects.get().counts_clicks is False


def test_looking_at_the_preferences_changes_nothing(client):
    subscription = reader("hollis")
    before = list(Subscription.objects.values())
    assert client.get(preferences_of(subscription)).status_code == 200
    assert list(Subscription.objects.values()) == before


def test_a_letter_that_is_not_offered_cannot_be_had(client):
    another(is_offered=False)
    subscription = reader("hollis")
    answer = client.post(preferences_of(subscription), {"letter": ["weekly"]})
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
    assert client.get(preferences).status_code == 404  # Mails to the old address open nothing any more,
    assert client.get(f"/newsletter/leave/{subscription.key}/").status_code == 200  # but letters can be left.
    assert Subscriber.objects.count() == 1


def test_the_link_to_leave_opens_nothing_of_its_readers(client, committed):
    """Letters are forwarded, and links outlive a change of address."""
    subscription = reader("hollis")
    page = client.post(f"/newsletter/leave/{subscription.key}/").content.decode()
    assert "preferences" not in page
    assert READER not in page
    press(client, committed, f"/newsletter/leave/{subscription.key}/", what="link")
    assert mail.outbox[-1].to == [READER]
    assert "/newsletter/preferences/" in mail.outbox[-1].body


def test_who_called_a_letter_spam_is_not_written_to_whoever_asks(client, committed):
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
    assert [(each["source"], each["left_by"]) for each in subscription.former] == [("strip", "link")]


def test_an_editor_may_rename_the_letter_of_the_strip(client, committed):
    letter = main_letter()
    letter.slug, letter.name = "morning", "The morning letter"
    letter.save()
    ask(client, committed)
    assert Letter.objects.count() == 1
    assert Subscription.objects.get().letter == letter


def test_an_address_that_has_letters_of_its_own_keeps_them(client, committed):
    weekly = another()
    subscription = reader("hollis")
    reader("wren", weekly)
    reader("wren")
    press(client, committed, preferences_of(subscription), what="address", email="wren@readers.example")
    press(client, committed, link("address"))
    subscriber = Subscriber.objects.get()
    assert subscriber.email == "wren@readers.example"
    assert {each.letter.slug for each in subscriber.subscriptions.active()} == {"daily", "weekly"}
    for slug in ("daily", "weekly"):  # The links to leave in mails to the address that stays go on working.
        assert client.get(f"/newsletter/leave/wrenreadersexample-{slug}/").status_code == 200


def test_the_same_address_is_no_other(client, committed):
    subscription = reader("hollis")
    answer = press(client, committed, preferences_of(subscription), what="address", email=READER)
    assert answer.status_code == 400
    assert mail.outbox == []


def test_the_section_page_offers_its_own_letter(client):
    section = SectionFactory(name="Policy")
    main_letter()
    another("Policy, weekly", "policy", section=section)
    page = client.get("/policy/").content.decode()
    assert 'name="letter" value="policy"' in page
    assert 'name="letter" value="daily"' in page
