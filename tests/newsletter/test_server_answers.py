"""The answers of a mail server, and their effects: for the mail, for the address, for all
others.
"""

import smtplib
import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from newsletter.models import Delivery, Issue, Subscriber
from newsletter.sending import batches, delivery_results, issue_status
from newsletter.sending.transport import Refused

from ..journeys.conftest import wait_for
from .conftest import begin, issue_of, reader, send, statuses

pytestmark = pytest.mark.django_db


def test_an_address_that_does_not_exist_is_struck_off(newsletter, sink):
    reader("hollis")
    reader("nobody")
    sink.at_recipient = lambda address: (
        "550 5.1.1 <nobody@readers.example> unknown" if "nobody" in address else None
    )
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"sent": 1, "refused": 1}
    assert issue.status == "sent"
    gone = Subscriber.objects.get(email="nobody@readers.example")
    assert gone.suppressed_because == "bounced"
    refused = Delivery.objects.get(issue=issue, status="refused")
    assert refused.answer == "550 5.1.1 <address> unknown"


@pytest.mark.parametrize(
    ("answer", "held_against"), [("550 5.7.1 policy", 0), ("552 5.2.2 full", 1), ("554 spam", 0)]
)
def test_a_full_box_or_a_rule_is_no_reason_to_strike_anybody_off_at_once(
    newsletter, sink, answer, held_against
):
    reader("hollis")
    sink.at_mail = lambda address: answer
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"refused": 1}
    subscriber = Subscriber.objects.get()
    assert (subscriber.suppressed_because, subscriber.soft_bounces) == ("", held_against)


def test_five_newsletters_in_a_row_that_do_not_get_through_are_enough(newsletter, sink, noon):
    reader("hollis", soft_bounces=4)
    sink.at_mail = lambda address: "552 5.2.2 full"
    send(issue_of(newsletter))
    assert Subscriber.objects.get().suppressed_because == "full"


def test_one_that_gets_through_begins_the_count_anew(newsletter, sink):
    reader("hollis", soft_bounces=4)
    send(issue_of(newsletter))
    assert Subscriber.objects.get().soft_bounces == 0


def test_later_is_tried_later_and_then_given_up(newsletter, sink, noon):
    reader("hollis")
    sink.at_recipient = lambda address: "451 4.7.1 try again later"
    issue = send(issue_of(newsletter))
    assert issue.status == "sending"
    for tries in range(1, delivery_results.MOST_TRIES):
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.tries) == ("queued", tries)
        batches.send_some.call()
        assert Delivery.objects.get().tries == tries
        noon.move_to(delivery.next_try_at)
        assert batches.has_work()
        batches.send_some.call()
    issue.refresh_from_db()
    assert statuses(issue) == {"failed": 1}
    assert (issue.status, sink.taken) == ("sent", [])


def test_later_and_then_yes(newsletter, sink, noon):
    reader("hollis")
    answers = iter(["451 4.7.1 greylisted"])
    sink.at_recipient = lambda address: next(answers, None)
    issue = send(issue_of(newsletter))
    noon.shift(delivery_results.FIRST_WAIT)
    batches.send_some.call()
    assert statuses(issue) == {"sent": 1}
    assert len(sink.taken) == 1


def test_later_and_then_never(newsletter, sink, noon):
    reader("hollis")
    answers = iter(["450 4.2.1 later", "550 5.1.1 no such user"])
    sink.at_recipient = lambda address: next(answers, None)
    issue = send(issue_of(newsletter))
    noon.shift(delivery_results.FIRST_WAIT)
    batches.send_some.call()
    assert statuses(issue) == {"refused": 1}
    assert Subscriber.objects.get().suppressed_because == "bounced"


def test_a_server_that_is_away_is_asked_again_later_each_time(newsletter, sink, settings, noon):
    reader("hollis")
    settings.EMAIL_PORT = 1
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"queued": 1}
    assert (issue.failures, "refused" in issue.trouble) == (1, True)
    assert issue.next_batch_at == timezone.now() + timedelta(seconds=batches.BACK_OFF[0])
    assert not batches.has_work()
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    issue.refresh_from_db()
    assert issue.failures == 2
    settings.EMAIL_PORT = sink.port
    noon.shift(batches.BACK_OFF[1])
    batches.send_some.call()
    issue.refresh_from_db()
    assert (issue.status, issue.trouble, statuses(issue)) == ("sent", "", {"sent": 1})
    assert Delivery.objects.get().tries == 0


def test_a_server_that_hangs_is_not_waited_for(newsletter, settings, noon):
    reader("hollis")
    with __import__("socket").create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = (
            "127.0.0.1",
            silent.getsockname()[1],
            1,
        )
        issue = send(issue_of(newsletter))
    assert statuses(issue) == {"queued": 1}
    assert "timed out" in issue.trouble


def test_a_server_that_says_busy_is_left_alone(newsletter, sink, noon):
    for number in range(3):
        reader(f"reader{number}")
    sink.at_recipient = lambda address: "421 4.7.0 too many" if "reader1" in address else None
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"sent": 1, "queued": 2}
    sink.at_recipient = lambda address: None
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    assert statuses(issue) == {"sent": 3}
    assert set(sink.addresses.values()) == {1}


def test_a_server_that_says_later_to_everybody_is_left_alone(newsletter, sink, noon):
    for number in range(15):
        reader(f"reader{number}")
    sink.at_recipient = lambda address: "450 4.7.0 rate limited"
    issue = send(issue_of(newsletter))
    tried = Delivery.objects.filter(issue=issue, tries=1).count()
    assert tried == batches.MOST_IN_A_ROW
    assert issue.next_batch_at > timezone.now()


def test_a_connection_that_the_server_closed_between_two_mails_loses_nothing(
    newsletter, sink, monkeypatch
):
    """Many servers end a connection after some mails, or after a silence."""
    for name in ("hollis", "maren"):
        reader(name)
    ends, opened = [], []
    original = smtplib.SMTP.rset

    def close_before_next(self):
        if not ends:
            ends.append(self)
            self.sock.shutdown(2)
        return original(self)

    monkeypatch.setattr(smtplib.SMTP, "rset", close_before_next)
    monkeypatch.setattr(
        smtplib.SMTP,
        "connect",
        lambda self, *args, _real=smtplib.SMTP.connect: (opened.append(self), _real(self, *args))[
            1
        ],
    )
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"sent": 2}
    assert set(sink.addresses.values()) == {1}
    assert len(opened) == 2


def test_a_recipient_at_whom_the_server_breaks_off_does_not_stop_the_others(newsletter, sink, noon):
    """Nobody can say what it took, so this one is not tried again unless the desk asks."""
    for name in ("first", "second", "third"):
        reader(name)
    sink.hangs_up_at = lambda address: "first" in address
    issue = send(issue_of(newsletter))
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    issue.refresh_from_db()
    assert statuses(issue) == {"sent": 2, "unconfirmed": 1}
    assert (issue.status, issue.failures) == ("sent", 0)


def test_a_no_to_everybody_is_about_us_and_pauses(newsletter, sink, noon):
    for number in range(25):
        reader(f"reader{number}")
    sink.at_mail = lambda address: "554 5.7.1 client host blocked"
    issue = send(issue_of(newsletter))
    assert issue.status == "paused"
    assert "client host blocked" in issue.note
    assert statuses(issue) == {"queued": 25}
    assert not Subscriber.objects.exclude(soft_bounces=0, suppressed_because="").exists()
    sink.at_mail = lambda address: None
    issue_status.resume(issue)
    batches.send_some.call()
    assert statuses(issue) == {"sent": 25}


@pytest.fixture
def slow(newsletter, sink, monkeypatch):
    """An issue for 25 readers, of whom a slice reaches four: the server takes its time with
    each.
    """
    for number in range(25):
        reader(f"reader{number}")
    begun: set[str] = set()

    def once(self) -> bool:
        is_new = self.claim not in begun
        begun.add(self.claim)
        return is_new

    monkeypatch.setattr(batches, "BATCH", 4)
    monkeypatch.setattr(batches._Slice, "_reserve", once)
    return begin(issue_of(newsletter))


def after_slices(issue: Issue, number: int) -> Issue:
    for _ in range(number):
        batches.send_some.call()
    issue.refresh_from_db()
    return issue


def test_a_slow_no_to_everybody_is_counted_from_one_slice_to_the_next(slow, sink):
    sink.at_mail = lambda address: "554 5.7.1 client host blocked"
    issue = after_slices(slow, 3)
    assert (issue.status, statuses(issue)) == ("paused", {"queued": 25})
    assert "client host blocked" in issue.note


def test_a_slow_later_to_everybody_leaves_the_server_alone(slow, sink):
    sink.at_mail = lambda address: "450 4.7.1 too many"
    issue = after_slices(slow, 3)
    assert (issue.failures, issue.later_in_a_row) == (1, 0)
    assert not batches.has_work()


def test_a_no_to_everybody_of_a_short_list_is_about_us_too(newsletter, sink):
    for number in range(4):
        reader(f"reader{number}")
    sink.at_mail = lambda address: "554 5.7.1 client host blocked"
    issue = send(issue_of(newsletter))
    assert (issue.status, statuses(issue)) == ("paused", {"queued": 4})
    assert "client host blocked" in issue.note


def test_one_who_takes_it_ends_the_run(newsletter, sink):
    for number in range(24):
        reader(f"reader{number:02}")
    sink.at_mail = lambda address: (
        None if address[6:8] in ("05", "11", "17", "23") else "554 5.7.1 blocked"
    )
    issue = send(issue_of(newsletter))
    assert (issue.status, statuses(issue)) == ("sent", {"refused": 20, "sent": 4})


@pytest.mark.parametrize(
    ("answer", "left"), [("450 4.3.0 not now", "queued"), ("554 5.6.0 not this one", "refused")]
)
def test_a_mail_that_the_server_does_not_ask_for_is_ended_before_the_next(
    newsletter, sink, answer, left
):
    """A server may go on waiting for it: then it would take the next sender for a mistake of
    ours.
    """
    for name in ("hollis", "maren", "wren"):
        reader(name)
    sink.at_data = lambda address: answer if "hollis" in address else None
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {left: 1, "sent": 2}
    assert (issue.failures, issue.trouble) == (0, "")


def test_an_answer_whose_writing_was_rolled_back_is_written_later(newsletter, sink, monkeypatch):
    """It is written together with the mark of the next mail, and that mark may fail."""
    for name in ("hollis", "maren"):
        reader(name)
    sink.at_mail = lambda address: "450 4.2.2 later" if "hollis" in address else None
    issue = begin(issue_of(newsletter))
    real, calls = delivery_results.note, []

    def fails_once(*args):
        real(*args)
        calls.append(args)
        if len(calls) == 1:
            raise OperationalError("database is locked")

    monkeypatch.setattr(delivery_results, "note", fails_once)
    with pytest.raises(OperationalError):
        batches.send_some.call()
    waiting = Delivery.objects.get(
        issue=issue, subscription__subscriber__email__startswith="hollis"
    )
    assert (waiting.status, waiting.tries, waiting.answer) == ("queued", 1, "450 4.2.2 later")
    assert waiting.next_try_at is not None


def test_a_mail_that_is_refused_at_its_recipient_is_told_once(newsletter, sink):
    reader("hollis")
    asked = []
    sink.at_recipient = lambda address: asked.append(address) or "552 5.2.2 full"
    send(issue_of(newsletter))
    assert len(asked) == 1
    assert Subscriber.objects.get().soft_bounces == 1


def test_an_answer_that_comes_after_all_opens_the_issue_again(newsletter, sink, noon):
    reader("hollis")
    issue = send(issue_of(newsletter))
    delivery = Delivery.objects.get(issue=issue)
    Delivery.objects.update(status="unconfirmed", claim="slow")
    delivery_results.note(delivery, Refused("451 4.3.0 later", is_for_good=False), "slow")
    issue.refresh_from_db()
    assert (issue.status, statuses(issue)) == ("sending", {"queued": 1})
    noon.shift(delivery_results.FIRST_WAIT)
    batches.send_some.call()
    issue.refresh_from_db()
    assert (issue.status, statuses(issue)) == ("sent", {"sent": 1})


def test_a_connection_that_drops_before_the_answer_is_not_sent_twice_but_by_the_desk(
    newsletter, sink, noon
):
    for name in ("hollis", "maren"):
        reader(name)
    sink.breaks_off = lambda address: "hollis" in address
    issue = send(issue_of(newsletter))
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    issue.refresh_from_db()
    assert statuses(issue) == {"unconfirmed": 1, "sent": 1}
    assert set(sink.addresses.values()) == {1}
    assert (issue.status, issue.sent_count) == ("sent", 2)
    sink.breaks_off = lambda address: False
    assert issue_status.send_unconfirmed_again(issue) == 1
    batches.send_some.call()
    assert statuses(issue) == {"sent": 2}
    assert sink.addresses == {"hollis@readers.example": 2, "maren@readers.example": 1}


def test_a_server_that_hangs_with_the_mail_in_its_hands_may_have_it(
    newsletter, sink, settings, noon
):
    reader("hollis")
    settings.EMAIL_TIMEOUT = 1
    sink.meanwhile = lambda address: time.sleep(2)
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"unconfirmed": 1}
    sink.meanwhile = lambda address: None
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    issue.refresh_from_db()
    assert issue.status == "sent"
    wait_for(lambda: sink.taken)
    assert sink.addresses == {"hollis@readers.example": 1}


@pytest.mark.parametrize(
    "address", ["hollis@a.example\r\nBcc: all@a.example", "höllis@a.example", "x@", "x"]
)
def test_an_address_that_no_mail_can_carry_keeps_nobody_else_from_theirs(newsletter, sink, address):
    """However it came into the table."""
    reader("before")
    wrong = reader("wrong").subscriber
    type(wrong).objects.filter(pk=wrong.pk).update(email=address)
    reader("after")
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"sent": 2, "refused": 1}
    assert set(sink.addresses) == {"before@readers.example", "after@readers.example"}


def test_a_sender_who_is_refused_is_trouble_for_all_and_nobody_loses_a_try(newsletter, sink, noon):
    reader("hollis")
    sink.at_sender = lambda address: "550 5.7.1 you may not"
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"queued": 1}
    assert "you may not" in issue.trouble
    sink.at_sender = lambda address: None
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    assert statuses(issue) == {"sent": 1}
