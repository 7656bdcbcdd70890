"""Sending by a provider’s interface: a real HTTP server in its place, with its documented answers
and faults.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from werkzeug import Request, Response

from newsletter.models import Delivery, Subscriber
from newsletter.sending import batches

from .conftest import issue_of, reader, send, statuses

pytestmark = pytest.mark.django_db


class Provider:
    """Postmark’s batch interface: https://postmarkapp.com/developer/api/email-api."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer = lambda mail: Response(
            json.dumps(
                {
                    "ErrorCode": 0,
                    "Message": "OK",
                    "MessageID": f"id-of-{mail['To']}",
                    "To": mail["To"],
                }
            ),
            content_type="application/json",
        )

    def __call__(self, request: Request) -> Response:
        mail = json.loads(request.data)
        self.asked.append(mail)
        return self.answer(mail)


@pytest.fixture
def provider(httpserver, settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "token",
        "POSTMARK_API_URL": httpserver.url_for("/"),
        "REQUESTS_TIMEOUT": 1,
    }
    settings.MAILS_PER_SECOND = 0
    found = Provider()
    httpserver.expect_request("/email").respond_with_handler(found)
    return found


INACTIVE = (
    "You tried to send to recipient(s) that have been marked as inactive. "
    "Found inactive addresses: hollis@readers.example. "
    "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression."
)


def refuse(status: int, code: int, words: str):
    return lambda mail: Response(
        json.dumps({"ErrorCode": code, "Message": words}),
        status=status,
        content_type="application/json",
    )


def test_mails_go_with_their_header_fields_and_their_number_is_kept(newsletter, provider):
    subscription = reader("hollis")
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"sent": 1}
    mail = provider.asked[0]
    fields = {each["Name"]: each["Value"] for each in mail["Headers"]}
    assert fields["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert subscription.key in fields["List-Unsubscribe"]
    assert Delivery.objects.get().provider_id == "id-of-hollis@readers.example"


def test_a_recipient_whom_the_provider_refuses_is_refused(newsletter, provider):
    reader("hollis")
    reader("maren")
    taken = provider.answer
    refused = refuse(422, 406, INACTIVE)
    provider.answer = lambda mail: refused(mail) if "hollis" in mail["To"] else taken(mail)
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"refused": 1, "sent": 1}


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_provider_that_takes_nothing_now_is_left_alone_and_nobody_loses_a_try(
    newsletter, provider, noon, status
):
    reader("hollis")
    taken = provider.answer
    provider.answer = refuse(status, 0, "Not now")
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"queued": 1}
    assert issue.next_batch_at == timezone.now() + timedelta(seconds=batches.BACK_OFF[0])
    provider.answer = taken
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    assert statuses(issue) == {"sent": 1}
    assert Delivery.objects.get().tries == 0


def test_a_provider_that_is_not_there_costs_nobody_a_newsletter(
    newsletter, provider, settings, noon
):
    reader("hollis")
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": "http://127.0.0.1:9/"}
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"queued": 1}


def test_a_gateway_that_fails_may_have_passed_it_on(newsletter, provider, noon):
    reader("hollis")
    provider.answer = refuse(502, 0, "Bad gateway")
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"unconfirmed": 1}


def test_an_address_that_a_provider_does_not_take_stops_nobody_else(newsletter, provider, noon):
    reader("hollis")
    reader("maren")
    taken, refused = (
        provider.answer,
        refuse(422, 300, "Invalid 'To' address: 'hollis@readers.example'."),
    )
    provider.answer = lambda mail: refused(mail) if "hollis" in mail["To"] else taken(mail)
    assert statuses(send(issue_of(newsletter))) == {"refused": 1, "sent": 1}


def test_a_provider_that_does_not_answer_may_have_it_and_is_not_asked_twice(
    newsletter, provider, noon
):
    import time

    def hang(mail: dict[str, Any]) -> Response:
        time.sleep(2)
        return Response("{}", content_type="application/json")

    reader("hollis")
    provider.answer = hang
    issue = send(issue_of(newsletter))
    assert statuses(issue) == {"unconfirmed": 1}
    noon.shift(batches.BACK_OFF[0])
    batches.send_some.call()
    assert len(provider.asked) == 1
    assert not Subscriber.objects.exclude(suppressed_because="").exists()
