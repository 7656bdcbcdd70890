"""robots.txt, ads.txt and security.txt, as the desk edits them and machines read them."""

from datetime import datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from newsroom.models import Publication

pytestmark = pytest.mark.django_db


def text(client, address):
    answer = client.get(address)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return answer.content.decode()


def test_robots_are_kept_out_and_led_to_the_sitemaps(client):
    Publication.objects.create(name="Finality", robots_txt="User-agent: GreedyBot\nDisallow: /")
    robots = RobotFileParser()
    robots.parse(text(client, "/robots.txt").splitlines())
    assert not robots.can_fetch("Anybody", "/admin/")
    assert robots.can_fetch("Anybody", "/policy/")
    assert not robots.can_fetch("GreedyBot", "/policy/")
    assert robots.site_maps() == [
        f"{settings.SITE_URL}/sitemap.xml",
        f"{settings.SITE_URL}/news-sitemap.xml",
    ]


def test_without_sellers_ads_txt_is_the_placeholder(client):
    assert text(client, "/ads.txt") == "placeholder.example.com, placeholder, DIRECT, placeholder\n"
    Publication.objects.create(
        name="Finality", ads_txt="exchange.example, 12, DIRECT, abc\nOWNERDOMAIN=finality.example"
    )
    assert text(client, "/ads.txt").splitlines()[0] == "exchange.example, 12, DIRECT, abc"


def test_security_txt_names_somebody_and_expires_within_a_year(client):
    assert client.get("/.well-known/security.txt").status_code == 404
    Publication.objects.create(name="Finality", contact_email="desk@finality.example")
    fields = dict(
        line.split(": ", 1) for line in text(client, "/.well-known/security.txt").splitlines()
    )
    assert fields["Contact"] == "mailto:desk@finality.example"
    assert (
        timezone.now()
        < datetime.fromisoformat(fields["Expires"])
        < timezone.now() + timedelta(days=365)
    )
    site = Publication.objects.get()
    site.security_contact = "https://finality.example/holes"
    site.save()
    assert "Contact: https://finality.example/holes" in text(client, "/.well-known/security.txt")


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("ads_txt", "exchange.example, 12"),
        ("ads_txt", "<script>"),
        ("robots_txt", "Disallow /all"),
        ("security_contact", "http://finality.example/"),
        ("security_contact", "somebody"),
    ],
)
def test_what_machines_could_not_read_is_refused_with_a_sentence(field, words):
    with pytest.raises(ValidationError) as refused:
        Publication(name="Finality", **{field: words}).full_clean()
    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (
            "ads_txt",
            "# our sellers\nexchange.example, 12, DIRECT, f08c47\nCONTACT=ads@finality.example",
        ),
        ("robots_txt", "User-agent: *\n\nAllow: /feeds/"),
        ("security_contact", "holes@finality.example"),
    ],
)
def test_what_they_can_read_is_kept(field, words):
    Publication(name="Finality", **{field: words}).full_clean()
