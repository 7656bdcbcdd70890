"""Network addresses: shortened after two weeks, by a job that leaves a record and is missed when it
does not run.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments.models import IpAnonymisationRun, SiteComment
from comments.privacy import ip_anonymisation

from ..factories import PublishedArticleFactory, comment_on

pytestmark = pytest.mark.django_db


def addresses():
    return list(SiteComment.objects.order_by("pk").values_list("ip_address", flat=True))


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("203.0.113.9", "203.0.113.0"),
        ("203.0.113.0", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::1", "::"),
        ("2001:db8::", "2001:db8::"),
    ],
)
def test_what_is_left_is_a_region(address, left):
    assert ip_anonymisation.shortened(address) == left


def test_addresses_are_shortened_after_two_weeks(noon):
    article = PublishedArticleFactory()
    for address in ("203.0.113.9", "2001:db8:1:2::3", None):
        comment_on(article, ip_address=address)
    noon.shift(ip_anonymisation.IP_LIFETIME.total_seconds() - 60)
    assert ip_anonymisation.anonymise_ip_addresses.call() == 0
    noon.shift(120)
    comment_on(article, ip_address="203.0.113.77")
    assert ip_anonymisation.anonymise_ip_addresses.call() == 2
    assert addresses() == ["203.0.113.0", "2001:db8:1::", None, "203.0.113.77"]
    assert list(IpAnonymisationRun.objects.values_list("shortened", flat=True)) == [2, 0]


def test_it_goes_on_where_it_ended_and_finds_what_came_in_with_an_old_date(
    noon, django_assert_num_queries
):
    article = PublishedArticleFactory()
    for number in range(30):
        comment_on(article, ip_address=f"203.0.113.{number + 1}")
    noon.shift(ip_anonymisation.IP_LIFETIME.total_seconds() + 60)
    assert ip_anonymisation.anonymise_ip_addresses.call() == 30
    old = comment_on(
        article, ip_address="198.51.100.7", submit_date=timezone.now() - timedelta(days=900)
    )
    assert old.pk > IpAnonymisationRun.objects.first().through
    assert ip_anonymisation.anonymise_ip_addresses.call() == 1
    assert addresses()[-1] == "198.51.100.0"
    assert IpAnonymisationRun.objects.first().through == old.pk
    with django_assert_num_queries(6):
        ip_anonymisation.anonymise_ip_addresses.call()


def test_a_job_that_does_not_run_is_missed(client, noon):
    comment_on(PublishedArticleFactory(), ip_address="203.0.113.9")
    noon.shift((ip_anonymisation.IP_LIFETIME + ip_anonymisation.LATE_AFTER).total_seconds() - 60)
    said = "Network addresses of readers are kept longer than they should be."
    assert said not in client.get("/healthz").json()["reasons"]
    noon.shift(120)
    assert said in client.get("/healthz").json()["reasons"]
    ip_anonymisation.anonymise_ip_addresses.call()
    assert said not in client.get("/healthz").json()["reasons"]
