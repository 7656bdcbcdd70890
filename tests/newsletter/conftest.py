"""Readers, newsletters and issues."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.text import slugify

from articles.models import Article
from newsletter.composing import drafts
from newsletter.models import Delivery, Issue, Newsletter, Subscriber, Subscription, main_newsletter
from newsletter.sending import batches, issue_status
from newsletter.subscribing import signup_throttle

from ..factories import PublishedArticleFactory, SectionFactory
from .sink import Sink, running_sink

READER = "hollis@readers.example"
MONDAY = datetime(
    2026, 11, 23, 6, 30, tzinfo=UTC
)  # a turn of the daily newsletter, the day after `noon`


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """Mail goes by SMTP to a server of this test."""
    with running_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 3
        settings.MAILS_PER_SECOND = 0
        yield sink


@pytest.fixture
def newsletter(db: Any) -> Newsletter:
    return main_newsletter()


def reader(
    name: str = "hollis", newsletter: Newsletter | None = None, **values: Any
) -> Subscription:
    """Somebody who confirmed an hour ago."""
    then = timezone.now() - timedelta(hours=1)
    address = name if "@" in name else f"{name}@readers.example"
    subscriber, _ = Subscriber.objects.get_or_create(
        email=address,
        defaults={"key": f"key-of-{name}", "asked_at": then, "confirmed_at": then, **values},
    )
    return Subscription.objects.create(
        subscriber=subscriber,
        newsletter=newsletter or main_newsletter(),
        key=f"{slugify(address)}-{(newsletter or main_newsletter()).slug}",
        status="confirmed",
        source="page",
        consent_text="Yes.",
        asked_at=then,
        confirmed_at=then,
    )


def story(section: str, title: str, hours: float = 2, **values: Any) -> Article:
    return PublishedArticleFactory(
        section=SectionFactory(name=section, **values.pop("of", {})),
        title=title,
        published_at=timezone.now() - timedelta(hours=hours),
        **values,
    )


@pytest.fixture
def person(monkeypatch: Any) -> None:
    """Readers who take their time: whatever they send carries a good ticket."""
    monkeypatch.setattr(
        signup_throttle, "judge", lambda attempt: signup_throttle.SignupVerdict.GOOD
    )


def ask(client: Any, committed: Any, email: str = READER, **more: Any) -> Any:
    with committed():
        return client.post("/newsletter/", {"email": email, "source": "strip", **more})


def press(client: Any, committed: Any, address: str, **data: Any) -> Any:
    with committed():
        return client.post(address, data)


def link(word: str, number: int = -1) -> str:
    """The links of a mail: confirm, preferences or unsubscribe."""
    return re.search(
        rf"http://127\.0\.0\.1:8000(/newsletter/{word}/\S+)", mail.outbox[number].body
    )[1]


def confirmed_reader(client: Any, committed: Any) -> Subscription:
    ask(client, committed)
    press(client, committed, link("confirm"))
    return Subscription.objects.get()


def another(name: str = "The weekly newsletter", slug: str = "weekly", **values: Any) -> Newsletter:
    main_newsletter()
    return Newsletter.objects.create(
        name=name, slug=slug, description="On Fridays.", rhythm="weekly", **values
    )


def many_readers(newsletter: Newsletter, number: int) -> None:
    then = timezone.now()
    people = [
        Subscriber(
            email=f"reader{n}@readers.example", key=f"key-{n}", asked_at=then, confirmed_at=then
        )
        for n in range(number)
    ]
    for start in range(0, number, 2000):
        Subscriber.objects.bulk_create(people[start : start + 2000], batch_size=500)
    rows = [
        Subscription(
            subscriber=person, newsletter=newsletter, key=f"leave-{person.pk}", status="confirmed", source="page",
            consent_text="Yes.", asked_at=then, confirmed_at=then,
        )
        for person in Subscriber.objects.order_by("pk")
    ]  # fmt: skip
    Subscription.objects.bulk_create(rows, batch_size=500)


def issue_of(newsletter: Newsletter, stories: int = 3, **values: Any) -> Issue:
    """A draft with stories of several sections."""
    for name in ("Policy", "Markets", "Technology")[:stories]:
        section = SectionFactory(name=name)
        PublishedArticleFactory(section=section, title=f"{name} makes a clause")
    issue = drafts.draft(newsletter)
    for name, value in values.items():
        setattr(issue, name, value)
    issue.save()
    return issue


def begin(issue: Issue) -> Issue:
    """Scheduled for now, and begun: each recipient has a row."""
    issue_status.schedule(issue, timezone.now())
    assert issue_status.start(issue)
    issue.refresh_from_db()
    return issue


def send(issue: Issue) -> Issue:
    begin(issue)
    batches.send_some.call()
    issue.refresh_from_db()
    return issue


def statuses(issue: Issue) -> dict[str, int]:
    return dict(Counter(Delivery.objects.filter(issue=issue).values_list("status", flat=True)))
