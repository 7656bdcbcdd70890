"""Events from a mail provider: by its signed webhook, with its documented words; once, however
often it says so.
"""

import os
import subprocess
import sys

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from newsletter.models import Delivery, Subscriber, Subscription
from newsletter.sending import bounces
from newsletter.subscribing import preferences

from ..factories import PublishedArticleFactory, comment_on
from ..journeys.conftest import ROOT
from .conftest import begin, issue_of, reader

pytestmark = pytest.mark.django_db
READER = "hollis@readers.example"


def sent(newsletter, name="hollis") -> Delivery:
    subscription = reader(name)
    issue = begin(issue_of(newsletter))
    Delivery.objects.filter(issue=issue).update(status="sent", provider_id="provider-1")
    return Delivery.objects.get(subscription=subscription)


def told(
    kind: str,
    reject_reason=None,
    response="",
    message_id="provider-1",
    recipient="hollis@readers.example",
    esp_event=None,
):
    event = AnymailTrackingEvent(
        event_type=kind,
        message_id=message_id,
        recipient=recipient,
        reject_reason=reject_reason,
        mta_response=response,
        event_id="1",
        timestamp=None,
        description="",
        tags=[],
        metadata={},
        click_url=None,
        user_agent=None,
        esp_event=esp_event or {},
    )
    bounces.receive(None, event, "postmark")


def test_an_address_that_does_not_exist_is_struck_off(newsletter):
    delivery = sent(newsletter)
    told(EventType.BOUNCED, RejectReason.BOUNCED, "550 5.1.1 no such user")
    delivery.refresh_from_db()
    assert delivery.status == "bounced"
    assert Subscriber.objects.get().suppressed_because == "bounced"


@pytest.mark.parametrize(
    ("reason", "response"),
    [
        (RejectReason.BOUNCED, "552 5.2.2 mailbox full"),
        (RejectReason.BOUNCED, "mailbox full"),
        (RejectReason.BOUNCED, "450 busy"),
        (RejectReason.BOUNCED, "4.2.2 over quota"),
        (RejectReason.SPAM, "550 5.7.1 policy"),
        (RejectReason.BLOCKED, ""),
        (RejectReason.TIMED_OUT, ""),
    ],
)
def test_what_may_work_tomorrow_is_counted_once_however_often_it_is_told(
    newsletter, reason, response
):
    sent(newsletter)
    for _ in range(6):
        told(EventType.BOUNCED, reason, response)
    subscriber = Subscriber.objects.get()
    assert (subscriber.suppressed_because, subscriber.soft_bounces) == ("", 1)


def test_who_calls_it_spam_has_left(newsletter):
    sent(newsletter)
    told(EventType.COMPLAINED)
    told(EventType.COMPLAINED)
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.unsubscribed_by) == ("unsubscribed", "complaint")
    assert Subscriber.objects.get().suppressed_because == "complained"


@pytest.mark.parametrize("kind", [EventType.BOUNCED, EventType.COMPLAINED])
def test_what_comes_back_from_an_address_that_a_reader_has_left_says_nothing_about_the_new_one(
    newsletter, kind
):
    delivery = sent(newsletter)
    preferences.change_address(Subscriber.objects.get(), "hollis@new.example")
    told(kind, RejectReason.BOUNCED, "550 5.1.1 no such user")
    assert Subscriber.objects.get().suppressed_because == ""
    assert Subscription.objects.to_be_sent().exists()
    delivery.refresh_from_db()
    assert delivery.status == ("bounced" if kind == EventType.BOUNCED else "sent")
    told(kind, RejectReason.BOUNCED, "550 5.1.1 no such user", recipient="Hollis@New.example")
    assert not Subscription.objects.to_be_sent().exists()


def test_a_complaint_about_a_newsletter_of_which_nobody_knows_any_more_who_got_it(newsletter):
    sent(newsletter)
    Delivery.objects.update(subscription=None)
    told(EventType.COMPLAINED)
    assert Subscriber.objects.get().suppressed_because == "complained"


@pytest.mark.parametrize(
    "said",
    [
        {"Type": "HardBounce"},
        {"event": "hard_bounce"},
        {"severity": "permanent"},
        {"type": "bounce"},
    ],
)
def test_a_provider_says_in_its_own_words_that_it_is_for_good(newsletter, said):
    sent(newsletter)
    told(EventType.BOUNCED, RejectReason.BOUNCED, esp_event=said)
    assert Subscriber.objects.get().suppressed_because == "bounced"


def test_a_mail_that_sendgrid_calls_blocked_is_not_for_good(newsletter):
    """Its event is called a bounce all the same."""
    sent(newsletter)
    told(EventType.BOUNCED, RejectReason.BOUNCED, esp_event={"event": "bounce", "type": "blocked"})
    subscriber = Subscriber.objects.get()
    assert (subscriber.suppressed_because, subscriber.soft_bounces) == ("", 1)


def test_a_newsletter_that_is_delivered_begins_the_count_anew(newsletter):
    sent(newsletter)
    Subscriber.objects.update(soft_bounces=4)
    told(EventType.DELIVERED)
    assert Subscriber.objects.get().soft_bounces == 0


def test_news_of_other_mails_that_are_repeated_strike_nobody_off(newsletter):
    sent(newsletter)
    for _ in range(6):
        told(
            EventType.BOUNCED,
            RejectReason.BOUNCED,
            "452 4.2.2 over quota",
            message_id="no newsletter",
        )
    assert Subscriber.objects.get().suppressed_because == ""


@pytest.mark.parametrize(
    "kind", [EventType.DELIVERED, EventType.OPENED, EventType.DEFERRED, EventType.UNKNOWN]
)
def test_other_news_changes_nothing(newsletter, kind):
    delivery = sent(newsletter)
    told(kind)
    delivery.refresh_from_db()
    assert (delivery.status, Subscriber.objects.get().suppressed_because) == ("sent", "")


def test_news_of_a_mail_that_is_no_newsletter_goes_by_its_address(newsletter):
    sent(newsletter)
    told(
        EventType.BOUNCED,
        RejectReason.INVALID,
        message_id="other",
        recipient="HOLLIS@readers.example",
    )
    assert Subscriber.objects.get().suppressed_because == "bounced"
    told(EventType.COMPLAINED, message_id=None, recipient="nobody@readers.example")


WEBHOOK = """
import base64, json, sys
import django
django.setup()
from django.test import Client
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from newsletter.models import Subscriber
now = timezone.now()
Subscriber.objects.create(email="hollis@readers.example", key="k", asked_at=now, confirmed_at=now)
event = {"RecordType": "SpamComplaint", "MessageID": "1", "Email": "hollis@readers.example", "Type": "SpamComplaint",
         "BouncedAt": "2026-11-22T12:00:00Z", "ID": 4}
client = Client(headers={"host": "127.0.0.1"})
def tell(secret):
    authorization = "Basic " + base64.b64encode(secret.encode()).decode()
    return client.post("/newsletter/events/", json.dumps(event), content_type="application/json",
                       headers={"Authorization": authorization}).status_code
print(tell("wrong:secret"), Subscriber.objects.get().suppressed_because,
      tell("name:secret"), Subscriber.objects.get().suppressed_because)
"""


def test_the_webhook_wants_its_secret(tmp_path):
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "DATA_DIR": str(tmp_path),
        "DEBUG": "1",
        "MAIL_PROVIDER": "postmark",
        "MAIL_PROVIDER_KEY": "key",
        "MAIL_WEBHOOK_SECRET": "name:secret",
    }
    done = subprocess.run(
        [sys.executable, "-c", WEBHOOK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["400", "200", "complained"]


def test_a_provider_without_a_secret_does_not_start(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DEBUG": "1"}
    environment |= {"MAIL_PROVIDER": "postmark", "MAIL_PROVIDER_KEY": "key"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "MAIL_WEBHOOK_SECRET must be set" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("kind", "reason", "response", "goes_on"),
    [
        (EventType.COMPLAINED, None, "", False),
        (EventType.BOUNCED, RejectReason.BOUNCED, "550 5.1.1 no such user", False),
        (EventType.BOUNCED, RejectReason.BOUNCED, "552 5.2.2 mailbox full", True),
    ],
)
def test_mails_about_replies_end_with_it(kind, reason, response, goes_on):
    comment = comment_on(PublishedArticleFactory(), followup=True)
    told(kind, reason, response, recipient=comment.email.upper())
    comment.refresh_from_db()
    assert comment.followup is goes_on
