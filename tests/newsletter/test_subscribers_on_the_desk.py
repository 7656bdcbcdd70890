"""Subscribers on the desk: added with proof, unsubscribed, written to again, in and out as CSV."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from newsletter.models import Subscriber, SubscriberImport, Subscription
from newsletter.subscribing import by_hand, csv_files, subscriptions, suppression

from ..factories import member_of
from ..pages import squeezed
from .conftest import another, reader

pytestmark = pytest.mark.django_db
PLACE = "/admin/newsletter/subscriber/"
PROOF = "Signed our list at the Basel meetup, 3 May 2026."


@pytest.fixture
def desk(client):
    client.force_login(member_of("Editors"))
    return client


def text(response):
    return squeezed(response.content.decode())


def test_somebody_is_added_with_proof_of_consent(desk, newsletter):
    data = {
        "email": "Odo@Readers.example",
        "newsletters": [newsletter.pk],
        "proof": PROOF,
        "tags": "Basel, vip",
    }
    page = text(desk.post(f"{PLACE}subscribe/", data, follow=True))
    assert "Odo@readers.example is subscribed." in page  # as the desk writes messages
    subscription = Subscription.objects.to_be_sent().get()
    assert subscription.source == "desk"
    assert subscription.consent_text.startswith(PROOF)
    assert "entered by" in subscription.consent_text
    assert sorted(tag.name for tag in subscription.subscriber.tags.all()) == ["Basel", "vip"]


@pytest.mark.parametrize(
    "wrong", [{"email": "odo@"}, {"proof": "Yes"}, {"newsletters": []}, {"newsletters": [999]}]
)
def test_nobody_is_added_without_address_proof_and_newsletter(desk, newsletter, wrong):
    data = {"email": "odo@readers.example", "newsletters": [newsletter.pk], "proof": PROOF}
    assert desk.post(f"{PLACE}subscribe/", data | wrong).status_code == 400
    assert not Subscriber.objects.exists()


def test_who_left_or_called_it_spam_comes_back_by_themselves_only(desk, newsletter):
    left, spam = reader("hollis"), reader("odo")
    subscriptions.leave(left.key)
    suppression.note_complaint(spam.subscriber)
    for subscription, words in ((left, "left"), (spam, "called a newsletter spam")):
        data = {
            "email": subscription.subscriber.email,
            "newsletters": [newsletter.pk],
            "proof": PROOF,
        }
        answer = desk.post(f"{PLACE}subscribe/", data)
        assert answer.status_code == 400
        assert words in text(answer)
        assert "Only they can come back" in text(answer)
    assert not Subscription.objects.to_be_sent().exists()


def test_the_desk_unsubscribes_on_request(desk, newsletter):
    daily, weekly = reader("hollis"), reader("hollis", another())
    address = f"{PLACE}{daily.subscriber_id}/"
    assert "Unsubscribe on request" in text(desk.get(f"{address}change/"))
    data = {"what": "unsubscribe", "newsletter": [daily.newsletter_id, "x"]}
    page = text(desk.post(f"{address}do/", data, follow=True))
    assert "Unsubscribed from 1 newsletter." in page
    daily.refresh_from_db()
    weekly.refresh_from_db()
    assert (daily.status, daily.unsubscribed_by, weekly.status) == (
        "unsubscribed",
        "desk",
        "confirmed",
    )


def test_a_suppression_is_lifted_but_not_of_who_called_it_spam(desk, newsletter):
    full, spam = reader("hollis").subscriber, reader("odo").subscriber
    suppression.suppress(full, Subscriber.Suppression.FULL)
    suppression.note_complaint(spam)
    assert "Write to them again" in text(desk.get(f"{PLACE}{full.pk}/change/"))
    desk.post(f"{PLACE}{full.pk}/do/", {"what": "lift"})
    full.refresh_from_db()
    assert full.suppressed_because == ""
    assert "Write to them again" not in text(desk.get(f"{PLACE}{spam.pk}/change/"))
    page = text(desk.post(f"{PLACE}{spam.pk}/do/", {"what": "lift"}, follow=True))
    assert "Only they can come back." in page


def test_tags_find_readers_again(desk, newsletter):
    one, other = reader("hollis").subscriber, reader("odo").subscriber
    desk.post(f"{PLACE}{one.pk}/do/", {"what": "tags", "tags": "Basel,  two   words ,"})
    assert [tag.name for tag in one.tags.all()] == ["Basel", "two words"]
    tag = one.tags.first()
    page = text(desk.get(f"{PLACE}?tags__id__exact={tag.pk}"))
    assert one.email in page
    assert other.email not in page


@pytest.mark.parametrize("name", ["read", "confirmed"])
@pytest.mark.parametrize("value", ["yes", "no", "x"])
def test_every_filter_opens(desk, newsletter, name, value):
    reader("hollis")
    assert desk.get(f"{PLACE}?{name}={value}").status_code == 200


# CSV


def exported(desk, query="") -> list[dict[str, str]]:
    answer = desk.get(f"{PLACE}export/{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    data = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(data)))


def test_the_list_is_exported_as_it_is_filtered(desk, newsletter):
    reader("hollis")
    weekly = reader("odo", another())
    by_hand.tag(weekly.subscriber, ["=1+1"])
    assert len(exported(desk)) == 2
    (row,) = exported(desk, "?q=odo")
    assert row["email"] == weekly.subscriber.email
    assert (row["newsletter"], row["status"], row["consent"]) == ("weekly", "confirmed", "Yes.")
    assert row["tags"] == "'=1+1"


def take_in(text: str, newsletter, encoding="utf-8"):
    return csv_files.take_in(text.encode(encoding), newsletter, PROOF)


def test_what_was_exported_is_taken_in_with_its_consent(desk, newsletter):
    subscription = reader("hollis")
    data = b"".join(desk.get(f"{PLACE}export/").streaming_content)
    Subscriber.objects.all().delete()
    report = csv_files.take_in(data, newsletter, PROOF)
    assert (report.added, report.skipped) == (1, [])
    again = Subscription.objects.get()
    assert again.confirmed_at == subscription.confirmed_at.replace(microsecond=0)
    assert csv_files.take_in(data, newsletter, PROOF).had_already == 1


def test_each_line_that_is_not_taken_says_why(newsletter):
    another()
    gone = reader("gone")
    subscriptions.leave(gone.key)
    report = take_in(
        "Email Address,Status,newsletter,created_at,Shoe size\n"
        "a@readers.example,subscribed,,2026-05-03,41\n"
        "b@readers.example,waiting,,,\n"
        "no address,subscribed,,,\n"
        f"{gone.subscriber.email},subscribed,,,\n"
        "c@readers.example,subscribed,weekly,,\n"
        "d@readers.example,subscribed,monthly,,\n"
        "e@readers.example,subscribed,,yesterday,\n"
        "f@readers.example,subscribed,,2999-01-01,\n"
        "\n"
        "a@readers.example,subscribed,,,\n",
        newsletter,
    )
    assert (report.added, report.had_already, report.kept_out) == (2, 1, 0)
    assert [line for line, _, _ in report.skipped] == [3, 4, 5, 7, 8, 9]
    reasons = " ".join(reason for _, _, reason in report.skipped)
    for words in ("waiting", "no e-mail address", "left", "monthly", "is no time", "future"):
        assert words in reasons, words
    assert report.columns_not_used == ["Shoe size"]
    first = Subscription.objects.get(subscriber__email="a@readers.example")
    assert first.confirmed_at == datetime(2026, 5, 3, tzinfo=UTC)
    assert (first.source, first.consent_text) == ("import", PROOF)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_other_programs_are_read(newsletter, encoding, delimiter):
    lines = [["E-Mail", "Tags"], ["ö@readers.example", "Zürich"], ["b@readers.example", "x"]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    report = take_in(text, newsletter, encoding)
    assert report.added + len(report.skipped) == 2
    assert Subscriber.objects.get(email="b@readers.example").tags.get().name == "x"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"name,age\nA,3\n", "no column of addresses"),
        (b"\x00\x01\x02", "no CSV"),
        (b"\xff\xfe\x00", "no"),
        (b"email\n" + b"a@b.example\n" * 20_001, "20,001 lines"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
        (b'email\n"' + b"a" * 200_000 + b'"\n', "no CSV"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(newsletter, data, words):
    with pytest.raises(ValidationError, match=words):
        csv_files.take_in(data, newsletter, PROOF)
    assert not Subscriber.objects.exists()


def test_an_import_is_done_by_the_worker_and_reported(desk, newsletter, committed):
    file = SimpleUploadedFile("people.csv", b"email\na@readers.example\nnobody\n")
    data = {"file": file, "newsletter": newsletter.pk, "proof": PROOF}
    answer = desk.post(f"{PLACE}import/", data)
    found = SubscriberImport.objects.get()
    assert "taking the file in" in text(desk.get(answer["Location"]))
    csv_files.work.call(found.pk)
    page = text(desk.get(answer["Location"]))
    assert "<b>1</b> added" in page
    assert "“nobody” is no e-mail address." in page
    found.refresh_from_db()
    assert bytes(found.data) == b""


def test_what_is_no_file_is_said_in_the_form(desk, newsletter):
    file = SimpleUploadedFile("people.csv", b"name\nOdo\n")
    data = {"file": file, "newsletter": newsletter.pk, "proof": PROOF}
    answer = desk.post(f"{PLACE}import/", data)
    assert answer.status_code == 400
    assert "no column of addresses" in text(answer)
