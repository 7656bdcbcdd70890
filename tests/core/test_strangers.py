"""One limit for every mail that a form sends to whatever address is typed in it."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from comments.posting import confirmation
from core import ratelimit, sealed, strangers
from core.email_addresses import inbox
from newsletter.models import Subscriber
from newsletter.subscribing import mails, signing_up
from newsroom import accounts

from ..factories import PublishedArticleFactory

pytestmark = pytest.mark.django_db
ADDRESS = "victim@readers.example"
WORDS = {"name": "A", "email": ADDRESS, "url": ""}


@pytest.fixture(autouse=True)
def queued(settings):
    """Mails wait in the queue, as they do on a site."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def run_due() -> None:
    """What a worker would do now."""
    due = DBTaskResult.objects.ready()
    for each in due.order_by("enqueued_at"):
        DBTaskResult.objects.filter(pk=each.pk).update(status="SUCCESSFUL")
        args = each.args_kwargs
        each.task.call(*args["args"], **args["kwargs"])


def count() -> Counter[str]:
    return Counter(inbox(each.to[0]) for each in outbox.outbox)


def test_all_forms_together_fill_no_inbox_and_nothing_is_lost(noon, committed):
    article = PublishedArticleFactory()
    with committed():
        for number in range(3):
            words = WORDS | {"comment": f"Number {number}."}
            confirmation.ask(article, words, f"203.0.113.{number}")
        for sign in "ab":
            signing_up.ask(f"victim+{sign}@readers.example", "page")
        text = sealed.seal('["Reset", "Your link"]')
        for _ in range(3):
            accounts.mail_account.enqueue(ADDRESS, text)
    run_due()
    assert count() == {ADDRESS: strangers.MOST_OF_INBOX}
    noon.shift(timedelta(hours=1, seconds=1))
    run_due()
    assert count()[ADDRESS] == 7  # three comments, one newsletter, three accounts


def test_a_network_is_told_over_all_forms(noon):
    article = PublishedArticleFactory()
    for number in range(strangers.MOST_OF_NETWORK):
        words = WORDS | {"email": f"p{number}@readers.example", "comment": "Hm."}
        confirmation.ask(article, words, "203.0.113.9")
    with pytest.raises(ratelimit.RateLimited):
        strangers.check_network("203.0.113.9")
    strangers.check_network("198.51.100.7")


def test_a_flood_from_many_networks_at_many_inboxes(noon, committed):
    """Whatever is asked for in whatever order, no inbox gets more than is promised in an hour."""
    chance = random.Random(7)
    article = PublishedArticleFactory()
    with committed():
        for number in range(600):
            ip = f"203.0.113.{chance.randrange(50)}"
            name = f"p{chance.randrange(20)}"
            email = chance.choice([f"{name}+{number}@gmail.com", f"{name[0]}.{name[1:]}@gmail.com"])
            try:
                if chance.random() < 0.5:
                    words = WORDS | {"email": email, "comment": f"Number {number}."}
                    confirmation.ask(article, words, ip)
                else:
                    strangers.check_network(ip)
                    signing_up.ask(email, "page")
            except (ratelimit.RateLimited, confirmation.TooManyWaiting):
                continue
    run_due()
    assert count()
    assert max(count().values()) <= strangers.MOST_OF_INBOX


def test_a_mail_to_an_inbox_that_is_not_full_waits_for_nothing(noon):
    subscriber = Subscriber.objects.create(email=ADDRESS, key="k", asked_at=timezone.now())
    assert not strangers.waits(mails.mail_answer, subscriber.email, subscriber.pk)
