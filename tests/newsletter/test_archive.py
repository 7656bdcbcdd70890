"""The archive of newsletters: what went out, for everybody, labelled, and without what was
withdrawn.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from advertising.campaigns import running
from articles.models import Article
from articles.publishing import workflow
from newsletter.models import Issue
from newsletter.sending import issue_status

from ..articles import validators
from ..factories import member_of
from .conftest import issue_of, reader, send
from .test_rendering import booked

pytestmark = pytest.mark.django_db


def test_an_issue_is_read_in_the_browser_with_its_paid_place_labelled(client, newsletter, sink):
    reader("hollis")
    booked()
    issue = send(issue_of(newsletter, intro="<p>Good morning.</p>"))
    page = client.get(issue.get_absolute_url()).content.decode()
    for words in (
        "Policy makes a clause",
        "Good morning.",
        "Palisade Custody paid $620 for this place.",
    ):
        assert words in page
    label = page.index('<p class="label">Sponsored <span>Paid for by Palisade Custody</span></p>')
    assert label < page.index("Ten questions for a custodian")
    links = re.findall(r"<a [^>]*palisade\.example[^>]*>", page)
    assert links
    assert all('rel="sponsored nofollow noopener"' in link for link in links)
    assert "hollis" not in page
    assert "/newsletter/go/" not in page


def test_what_has_not_gone_out_is_nowhere(client, newsletter):
    issue = issue_of(newsletter, subject="Not yet")
    for address in (
        issue.get_absolute_url(),
        "/newsletter/daily/",
        "/newsletter/",
        "/feeds/rss/newsletter/daily/",
    ):
        answer = client.get(address)
        assert "Not yet" not in answer.content.decode()
    assert client.get("/newsletter/daily/1/").status_code == 404
    assert client.get("/newsletter/daily/0/").status_code == 404


def test_what_was_withdrawn_since_is_not_read_there(client, newsletter, sink):
    reader("hollis")
    issue = send(issue_of(newsletter, subject="Three clauses"))
    workflow.withdraw(Article.objects.get(title="Markets makes a clause"), by=None)
    for address in (issue.get_absolute_url(), "/feeds/json/newsletter/daily/"):
        page = client.get(address).content.decode()
        assert "Policy makes a clause" in page
        assert "Markets makes a clause" not in page


def test_a_place_that_was_taken_off_is_not_shown_there(client, newsletter, sink):
    reader("hollis")
    placement = booked()
    issue = send(issue_of(newsletter))
    running.stop(placement, member_of("Chief editors"), "It is not what it says.", take_down=True)
    assert "palisade" not in client.get(issue.get_absolute_url()).content.decode().lower()


def test_issues_are_listed_the_newest_first(client, newsletter, sink, noon):
    for number in range(3):
        send(issue_of(newsletter, subject=f"Issue number {number}"))
        noon.shift(timedelta(days=1))
    page = client.get("/newsletter/daily/").content.decode()
    assert re.findall(r"Issue number \d", page) == [
        "Issue number 2",
        "Issue number 1",
        "Issue number 0",
    ]
    assert "Issue number 2" in client.get("/newsletter/").content.decode()


def test_a_long_archive_has_pages(client, newsletter, noon):
    for number in range(23):
        moment = timezone.now() + timedelta(minutes=number)
        Issue.objects.create(
            newsletter=newsletter,
            number=number + 1,
            subject=f"Issue number {number}",
            status="sent",
            started_at=moment,
        )
    page = client.get("/newsletter/daily/").content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', page)[1]
    assert "Issue number 0<" not in page
    assert "Issue number 0<" in client.get(f"/newsletter/daily/{older}").content.decode()


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_each_newsletter_has_a_feed(client, newsletter, sink, form):
    reader("hollis")
    send(issue_of(newsletter, subject="Three clauses"))
    answer = client.get(f"/feeds/{form}/newsletter/daily/")
    entries = {"rss": validators.rss, "atom": validators.atom, "json": validators.json_feed}[form](
        answer.content.decode()
    )
    assert len(entries) == 1
    assert client.get(f"/feeds/{form}/newsletter/none/").status_code == 404


def test_a_cancelled_issue_that_somebody_has_stays_readable(client, newsletter, sink):
    reader("hollis")
    issue = send(issue_of(newsletter, subject="Half of it"))
    Issue.objects.filter(pk=issue.pk).update(status="paused")
    issue_status.cancel(issue)
    assert client.get(issue.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "address", ["/newsletter/none/", "/newsletter/daily/0/", "/newsletter/daily/99999999999999999/"]
)
def test_what_is_not_there(client, newsletter, address):
    assert client.get(address).status_code == 404


def test_the_pages_take_few_queries(client, newsletter, sink, django_assert_max_num_queries):
    reader("hollis")
    issue = send(issue_of(newsletter))
    for address, most in (
        (issue.get_absolute_url(), 16),
        ("/newsletter/daily/", 12),
        ("/newsletter/", 12),
    ):
        with django_assert_max_num_queries(most):
            client.get(address)
