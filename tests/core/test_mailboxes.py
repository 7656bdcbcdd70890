"""One account of every mailbox, whichever mail told of it; with a real mail server."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail as outbox

from comments.models import SiteComment
from core import mail, mailboxes
from core.jobs import PermanentFailure
from core.models import Mailbox
from newsletter.models import Subscriber
from newsletter.subscribing import suppression

from ..factories import PublishedArticleFactory, comment_on
from ..newsletter.conftest import reader

pytestmark = pytest.mark.django_db
ADDRESS = "hollis@readers.example"


def message(asked=False, to=ADDRESS):
    return mail.plain(to, "Hello", "mail/sender.txt", {}, asked=asked)


def refuses(monkeypatch, code: int, text: bytes):
    def send(self, messages):
        raise smtplib.SMTPRecipientsRefused({ADDRESS: (code, text)})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send)


@pytest.mark.parametrize(
    ("answer", "state", "soft"),
    [
        ((550, b"5.1.1 no such user"), "bounced", 0),
        ((550, b"5.1.10 null MX"), "bounced", 0),
        ((552, b"5.2.2 mailbox full"), "", 1),
        ((550, b"5.7.1 blocked by policy"), None, None),
        ((550, b"we do not like you"), "", 1),
    ],
)
def test_what_a_refusal_says_of_the_mailbox(monkeypatch, answer, state, soft):
    refuses(monkeypatch, *answer)
    with pytest.raises(PermanentFailure):
        message().send()
    found = Mailbox.objects.first()
    assert (found and found.state, found and found.soft_bounces) == (state, soft)


def test_a_dead_mailbox_ends_all_mail_of_our_own_accord(monkeypatch):
    comment_on(PublishedArticleFactory(), user_email=ADDRESS, followup=True)
    subscriber = reader("hollis").subscriber
    with monkeypatch.context() as patch:
        refuses(patch, 550, b"5.1.1 no such user")
        with pytest.raises(PermanentFailure):
            message().send()
    assert not SiteComment.objects.filter(followup=True).exists()
    subscriber.refresh_from_db()
    assert subscriber.suppressed_because == "bounced"
    with pytest.raises(PermanentFailure, match="has ended"):
        message().send()
    assert outbox.outbox == []


def test_a_bounced_newsletter_ends_mail_about_replies_too():
    comment_on(PublishedArticleFactory(), user_email=ADDRESS, followup=True)
    suppression.suppress(reader("hollis").subscriber, Subscriber.Suppression.BOUNCED)
    assert not SiteComment.objects.filter(followup=True).exists()
    with pytest.raises(PermanentFailure):
        message().send()


def test_what_is_asked_for_is_tried_once_a_day(noon):
    mailboxes.note_hard(ADDRESS)
    assert message(asked=True).send() == 1
    with pytest.raises(PermanentFailure):
        message(asked=True).send()
    noon.shift(timedelta(days=1, seconds=1))
    assert message(asked=True).send() == 1


def test_five_soft_bounces_in_a_row_pause_a_mailbox_for_a_week(noon):
    for _ in range(mailboxes.MOST_SOFT - 1):
        mailboxes.note_soft(ADDRESS)
    assert message().send() == 1  # got through: counted anew
    for _ in range(mailboxes.MOST_SOFT):
        mailboxes.note_soft(ADDRESS)
    with pytest.raises(mailboxes.Paused):
        message().send()
    noon.shift(timedelta(days=7, seconds=1))
    assert message().send() == 1


def test_a_complaint_ends_what_nobody_asked_for_and_stays(noon):
    mailboxes.note_complaint(ADDRESS)
    mailboxes.note_hard(ADDRESS)
    assert Mailbox.objects.get().state == "complained"
    with pytest.raises(PermanentFailure):
        message().send()
    assert message(asked=True).send() == 1  # a password, to whoever asks for it
    noon.shift(timedelta(days=400))
    mailboxes.forget_old.call()
    assert Mailbox.objects.count() == 1


def test_an_owner_who_opens_a_mail_is_written_to_again():
    mailboxes.note_hard(ADDRESS)
    mailboxes.revive(ADDRESS)
    assert message().send() == 1


def test_spellings_of_an_address_are_one_mailbox_and_none_is_kept():
    mailboxes.note_hard("Hollis@Bücher.example")
    assert not mailboxes.may_mail("hollis@xn--bcher-kva.example", asked=False)
    assert "hollis" not in str(Mailbox.objects.values().get()).lower()


def test_nothing_is_written_for_a_mailbox_that_never_refused():
    message().send()
    assert not Mailbox.objects.exists()


def test_every_mail_has_the_publications_name_and_its_own_id(settings):
    settings.SITE_URL = "https://news.example"
    message().send()
    sent = outbox.outbox[0].message()
    assert sent["From"] == "The Publication <desk@finality.example>"
    assert sent["Message-ID"].endswith("@news.example>")


def test_where_bounces_come_later_taking_a_mail_says_nothing(settings, noon):
    settings.BOUNCE_ADDRESS = "bounces@news.example"
    for _ in range(mailboxes.MOST_SOFT):
        message().send()
        mailboxes.note_soft(ADDRESS)
    with pytest.raises(mailboxes.Paused):
        message().send()


def test_refusals_of_long_ago_are_not_in_a_row(noon):
    for _ in range(mailboxes.MOST_SOFT + 2):
        mailboxes.note_soft(ADDRESS)
        noon.shift(timedelta(days=15))
    assert Mailbox.objects.get().soft_bounces == 1
    assert message().send() == 1
