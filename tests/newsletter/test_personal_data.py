"""Personal data that newsletters hold is told and erased; what was counted stays, and leads to
nobody.
"""

import pytest
from django.utils import timezone

from newsletter import personal_data
from newsletter.models import Click, Delivery, Link, Subscriber, Subscription
from newsletter.statistics import issue_statistics

from .conftest import issue_of, reader, send

pytestmark = pytest.mark.django_db
ADDRESS = "hollis@readers.example"


@pytest.fixture
def sent(newsletter, sink):
    reader("hollis")
    reader("maren")
    issue = send(issue_of(newsletter))
    mail = Delivery.objects.get(issue=issue, subscription__subscriber__email=ADDRESS)
    link = Link.objects.filter(issue=issue).first()
    Click.objects.create(delivery=mail, link=link, at=timezone.now(), sender="x")
    return issue


def test_a_person_is_told_what_they_were_sent(sent):
    told = personal_data.export(ADDRESS, [])
    assert {kind: len(rows) for kind, rows in told.items()} == {
        "newsletter": 1,
        "tags of the desk": 0,
        "newsletters": 1,
        "mails of newsletters": 1,
        "clicks in newsletters": 1,
    }
    assert told["newsletters"][0]["consent_text"] == "Yes."


def test_a_person_is_found_by_their_address_as_people_write_it(newsletter):
    reader("hollis@xn--bcher-kva.example")
    assert len(personal_data.export("hollis@bücher.example", [])["newsletter"]) == 1
    assert personal_data.erase("hollis@bücher.example", [])["newsletter"] == 1


def test_erasing_forgets_who_and_keeps_how_many(sent):
    before = issue_statistics.statistics_of(sent).accepted
    erased = personal_data.erase(ADDRESS, [])
    assert erased == {
        "clicks in newsletters": 1,
        "mails of newsletters": 1,
        "newsletters": 1,
        "newsletter": 1,
    }
    assert issue_statistics.statistics_of(sent).accepted == before == 2
    assert not Subscriber.objects.filter(email=ADDRESS).exists()
    assert Subscription.objects.get().subscriber.email == "maren@readers.example"
    assert personal_data.export(ADDRESS, []) == {
        "newsletter": [],
        "tags of the desk": [],
        "newsletters": [],
        "mails of newsletters": [],
        "clicks in newsletters": [],
    }
