"""Sending: to each reader once, whatever the mail server answers, and whoever presses what
meanwhile.
"""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from articles.models import Article
from articles.publishing import workflow
from newsletter.models import Delivery, Issue, Newsletter
from newsletter.sending import batches, issue_status

from .conftest import begin, issue_of, many_readers, reader, send, statuses

pytestmark = pytest.mark.django_db


def test_each_reader_gets_one_mail_and_the_issue_is_sent(newsletter, sink):
    for name in ("hollis", "maren", "wren"):
        reader(name)
    issue = send(issue_of(newsletter))
    assert sink.addresses == {f"{name}@readers.example": 1 for name in ("hollis", "maren", "wren")}
    assert (issue.status, issue.recipients, issue.sent_count) == ("sent", 3, 3)
    assert statuses(issue) == {"sent": 3}
    batches.send_some.call()
    assert len(sink.taken) == 3


def test_nobody_who_has_not_confirmed_has_left_or_is_struck_off_gets_one(newsletter, sink):
    reader("hollis")
    waiting = reader("waiting")
    waiting.subscriber.confirmed_at = None
    waiting.subscriber.save()
    gone = reader("gone")
    gone.status = "unsubscribed"
    gone.save()
    reader("struck", suppressed_because="bounced")
    send(issue_of(newsletter))
    assert list(sink.addresses) == ["hollis@readers.example"]


def test_who_leaves_before_their_turn_gets_none(newsletter, sink):
    reader("hollis")
    late = reader("late")
    issue = begin(issue_of(newsletter))
    late.status = "unsubscribed"
    late.save()
    batches.send_some.call()
    assert list(sink.addresses) == ["hollis@readers.example"]
    assert statuses(issue) == {"sent": 1, "unsubscribed": 1}


def test_the_header_fields_are_those_that_services_want(newsletter, sink, settings):
    settings.SITE_URL = "https://finality.example"
    subscription = reader("hollis")
    issue = send(issue_of(newsletter))
    mail = sink.mail_to("hollis@readers.example")
    assert (
        mail["List-Unsubscribe"].strip()
        == f"<https://finality.example/newsletter/leave/{subscription.key}/>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == '"The daily newsletter" <daily.newsletters.finality.example>'
    assert mail["Feedback-ID"].startswith(f"{issue.pk}:daily:newsletter:finality")
    assert mail["Precedence"] == "bulk"
    assert mail["Message-ID"].endswith("@finality.example>")
    assert mail["Archived-At"] == f"<https://finality.example/newsletter/daily/{issue.number}/>"
    assert mail["Subject"] == issue.subject
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "hollis@readers.example" not in "".join(
        value for name, value in mail.items() if name != "To"
    )


def test_a_reader_with_a_quoted_name_or_newsletters_of_another_domain_is_reached(newsletter, sink):
    reader('"hollis grey"@readers.example')
    reader("wren@bücher.example")
    send(issue_of(newsletter))
    assert set(sink.addresses) == {'"hollis grey"@readers.example', "wren@xn--bcher-kva.example"}


def test_a_subject_of_several_lines_becomes_one(newsletter, sink):
    reader("hollis")
    send(issue_of(newsletter, subject="Good morning\r\nBcc: everybody@readers.example"))
    mail = sink.mail_to("hollis@readers.example")
    assert mail["Subject"] == "Good morning Bcc: everybody@readers.example"
    assert mail["Bcc"] is None
    assert len(sink.taken) == 1


# --- Who presses what
# ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_pausing_stops_before_the_next_mail_and_going_on_skips_nobody(newsletter, sink):
    for number in range(6):
        reader(f"reader{number}")
    issue = issue_of(newsletter)

    def pause_at_third(address):
        if len(sink.taken) == 2:
            Issue.objects.filter(pk=issue.pk).update(status="paused")
            connection.close()  # of the server’s thread

    sink.meanwhile = pause_at_third
    send(issue)
    issue.refresh_from_db()
    assert (issue.status, len(sink.taken)) == ("paused", 3)
    assert statuses(issue) == {"sent": 3, "queued": 3}
    sink.meanwhile = lambda address: None
    issue_status.resume(issue)
    batches.send_some.call()
    assert statuses(issue) == {"sent": 6}
    assert set(sink.addresses.values()) == {1}


def test_cancelling_keeps_what_went_out_and_sends_nothing_more(newsletter, sink):
    for number in range(3):
        reader(f"reader{number}")
    issue = begin(issue_of(newsletter))
    issue_status.pause(issue)
    issue_status.cancel(issue)
    batches.send_some.call()
    assert sink.taken == []
    assert not Issue.objects.published().exists()
    with pytest.raises(ValidationError, match="cancelled"):
        issue_status.resume(issue)


def test_cancelling_counts_the_mail_that_is_being_sent(newsletter, sink):
    """It cannot be called back: whoever gets it has the sold place, which is not sold twice."""
    for number in range(2):
        reader(f"reader{number}")
    issue = begin(issue_of(newsletter))
    first = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=first.pk).update(status="sending", claim="a worker’s")
    issue_status.cancel(issue)
    issue.refresh_from_db()
    assert (issue.status, issue.sent_count) == ("cancelled", 1)
    assert Issue.objects.published().exists()


def test_a_story_that_is_withdrawn_before_its_time_is_in_no_mail(newsletter, sink):
    reader("hollis")
    issue = issue_of(newsletter)
    begin(issue)
    gone = Article.objects.get(title="Markets makes a clause")
    workflow.withdraw(gone, by=None)
    batches.send_some.call()
    mail = sink.mail_to("hollis@readers.example")
    for part in mail.iter_parts():
        assert "Markets makes a clause" not in part.get_content()
        assert "Technology makes a clause" in part.get_content()


def test_the_headline_of_a_lead_that_is_withdrawn_is_in_no_subject_any_more(
    client, newsletter, sink
):
    reader("hollis")
    issue = begin(issue_of(newsletter))
    lead = issue.items.first().article
    workflow.withdraw(lead, by=None)
    batches.send_some.call()
    mail = sink.mail_to("hollis@readers.example")
    assert mail["Subject"] != lead.title
    assert mail["Subject"] == issue.items.all()[1].article.title
    for address in (
        issue.get_absolute_url(),
        "/newsletter/daily/",
        "/newsletter/",
        "/feeds/rss/newsletter/daily/",
    ):
        assert lead.title not in client.get(address).content.decode(), address


def test_an_issue_without_stories_is_not_sent(newsletter, sink):
    reader("hollis")
    issue = issue_of(newsletter)
    issue_status.schedule(issue, timezone.now())
    for story in Article.objects.all():
        workflow.withdraw(story, by=None)
    batches.send_some.call()
    issue.refresh_from_db()
    assert (issue.status, sink.taken) == ("skipped", [])
    assert "withdrawn" in issue.note


def test_an_issue_whose_stories_all_go_while_it_is_sent_pauses_and_says_so(newsletter, sink):
    reader("hollis")
    issue = begin(issue_of(newsletter))
    for story in Article.objects.all():
        workflow.withdraw(story, by=None)
    batches.send_some.call()
    issue.refresh_from_db()
    assert (issue.status, statuses(issue), sink.taken) == ("paused", {"queued": 1}, [])
    assert issue.note == batches.EMPTIED


def test_scheduling_twice_tells_the_second(newsletter):
    issue = issue_of(newsletter)
    issue_status.schedule(issue, timezone.now())
    with pytest.raises(ValidationError, match="Somebody was faster"):
        issue_status.schedule(issue, timezone.now())


def test_what_is_scheduled_waits_for_its_time(newsletter, sink, noon):
    reader("hollis")
    issue = issue_of(newsletter)
    issue_status.schedule(issue, timezone.now() + timedelta(hours=2))
    assert not batches.has_work()
    batches.send_some.call()
    assert sink.taken == []
    noon.shift(7200)
    assert batches.has_work()
    batches.send_some.call()
    assert len(sink.taken) == 1


def test_nobody_to_send_to_is_done_at_once(newsletter, sink):
    issue = send(issue_of(newsletter))
    assert (issue.status, issue.recipients) == ("sent", 0)


def test_the_set_rate_holds_for_all_workers_together(newsletter, sink, settings):
    settings.MAILS_PER_SECOND = 20
    for number in range(30):
        reader(f"reader{number}")
    issue = begin(issue_of(newsletter))
    began = timezone.now()
    while Issue.objects.get(pk=issue.pk).status != "sent":
        batches.send_some.call()
    assert timezone.now() - began >= timedelta(seconds=1)
    assert len(sink.taken) == 30


def test_what_a_worker_reserved_and_left_is_taken_up_by_another(newsletter, sink, noon):
    reader("hollis")
    issue = begin(issue_of(newsletter))
    Delivery.objects.update(claim="of the dead", claimed_at=timezone.now())
    batches.send_some.call()
    assert sink.taken == []
    noon.shift(batches.LEASE.total_seconds() + 1)
    batches.send_some.call()
    assert statuses(issue) == {"sent": 1}


def test_a_mail_whose_worker_was_killed_is_unconfirmed_and_sent_again_by_the_desk_alone(
    newsletter, sink, noon
):
    for name in ("first", "second"):
        reader(name)
    issue = begin(issue_of(newsletter))
    first = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=first.pk).update(
        status="sending", claim="of the dead", claimed_at=timezone.now()
    )
    batches.send_some.call()
    issue.refresh_from_db()
    # Its answer may still come: another worker is waiting for it.
    assert (issue.status, statuses(issue)) == ("sending", {"sending": 1, "sent": 1})
    noon.shift(batches.LEASE.total_seconds() + 1)
    assert batches.has_work()
    batches.send_some.call()
    issue.refresh_from_db()
    assert (issue.status, issue.sent_count) == ("sent", 2)
    assert statuses(issue) == {"unconfirmed": 1, "sent": 1}
    first.refresh_from_db()
    assert first.answer == batches.UNANSWERED
    assert list(sink.addresses) == ["second@readers.example"]
    assert issue_status.send_unconfirmed_again(issue) == 1
    batches.send_some.call()
    assert statuses(issue) == {"sent": 2}
    assert set(sink.addresses.values()) == {1}


def test_a_pause_or_a_cancelled_issue_says_what_is_unconfirmed(newsletter, sink, noon):
    reader("hollis")
    issue = begin(issue_of(newsletter))
    Delivery.objects.update(status="sending", claim="of the dead", claimed_at=timezone.now())
    issue_status.pause(issue)
    noon.shift(timedelta(days=2))
    batches.send_some.call()
    assert statuses(issue) == {"unconfirmed": 1}
    assert sink.taken == []


def test_a_slow_worker_that_lost_its_reservation_hands_nothing_over(newsletter, sink, noon):
    """Another took its rows up meanwhile, and has sent them."""
    reader("hollis")
    issue = begin(issue_of(newsletter))
    slow = batches._Slice(issue, until=0)
    reserved = slow._take()
    noon.shift(batches.LEASE.total_seconds() + 1)
    batches.send_some.call()
    assert statuses(issue) == {"sent": 1}
    assert not slow._mark(reserved[0], has_placement=False)
    assert len(sink.taken) == 1


def test_two_issues_share_the_rate_and_neither_waits_for_the_other(newsletter, sink, settings):
    settings.MAILS_PER_SECOND = 40
    other = Newsletter.objects.create(name="Weekly", slug="weekly", description="Weekly.")
    for number in range(30):
        reader(f"reader{number}")
        reader(f"other{number}", other)
    begin(issue_of(newsletter))
    begin(issue_of(other))
    batches.send_some.call()
    assert len(sink.taken) == 60


@pytest.mark.django_db(transaction=True)
def test_two_people_press_send_at_once(newsletter, sink):
    reader("hollis")
    issue = issue_of(newsletter)
    told = []
    barrier = threading.Barrier(4)

    def press():
        barrier.wait()
        try:
            issue_status.schedule(issue, timezone.now())
            told.append("done")
        except ValidationError as error:
            told.append(error.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("done") == 1
    assert all("Somebody was faster" in each for each in told if each != "done")
    batches.send_some.call()
    assert len(sink.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_mail_once(newsletter, sink):
    many_readers(newsletter, 400)
    issue = issue_of(newsletter)
    issue_status.schedule(issue, timezone.now())
    barrier = threading.Barrier(4)

    def work():
        barrier.wait()
        try:
            batches.send_some.call()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while Issue.objects.get(pk=issue.pk).status != "sent":
        batches.send_some.call()
    assert statuses(issue) == {"sent": 400}
    assert len(sink.addresses) == 400
    assert set(sink.addresses.values()) == {1}


def test_a_newsletter_has_a_sender_replies_and_a_preview_of_its_own(newsletter, sink):
    Newsletter.objects.filter(pk=newsletter.pk).update(
        sender_name="Friday’s desk", reply_to="letters@news.example", preview_text="Before coffee."
    )
    newsletter.refresh_from_db()
    reader("hollis")
    send(issue_of(newsletter))
    mail = sink.mail_to("hollis@readers.example")
    assert str(mail["From"]) == "Friday’s desk <desk@finality.example>"
    assert str(mail["Reply-To"]) == "letters@news.example"
    assert "Before coffee." in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("name", ["Desk\nBcc: x", "desk@other.example", "a\u2028b"])
def test_a_name_that_no_header_holds_is_refused(newsletter, name):
    newsletter.sender_name = name
    with pytest.raises(ValidationError, match="no address, and no line breaks"):
        newsletter.full_clean()
