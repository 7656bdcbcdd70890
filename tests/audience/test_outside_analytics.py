"""A service outside that counts as well: off, unless the operator names one, and asked about first."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from audience.outside_analytics import parse

from ..factories import PublishedArticleFactory, member_of
from ..processes import run_program

PLAUSIBLE = "plausible:finality.example"


@pytest.mark.parametrize(
    ("value", "script", "origin"),
    [
        (PLAUSIBLE, "https://plausible.io/js/script.js", "https://plausible.io"),
        (
            "plausible:finality.example@https://stats.finality.example",
            "https://stats.finality.example/js/script.js",
            "https://stats.finality.example",
        ),
        (
            "ga4:G-ABC123XYZ",
            "https://www.googletagmanager.com/gtag/js?id=G-ABC123XYZ",
            "https://www.googletagmanager.com",
        ),
    ],
)
def test_services_that_are_understood(value, script, origin):
    found = parse(value)
    assert (found.script, found.script_origin) == (script, origin)


@pytest.mark.parametrize(
    "value",
    ["matomo:1", "ga4:UA-1", "plausible:", "plausible:a b", "plausible:a@http://plain.example",
     "plausible:a@https://b.example/x", "ga4:G-ABC123;script-src *"],
)  # fmt: skip
def test_what_is_not_understood_is_refused_in_a_sentence(value):
    with pytest.raises(ImproperlyConfigured, match="OUTSIDE_ANALYTICS is plausible:"):
        parse(value)


@pytest.mark.django_db
def test_without_one_there_is_no_trace_of_it(client):
    page = client.get(PublishedArticleFactory().get_absolute_url()).content.decode()
    assert "consent" not in page
    assert "outside_analytics" not in page


@pytest.mark.django_db
def test_only_pages_that_we_count_ask_and_for_everybody_alike(client, settings):
    settings.OUTSIDE_ANALYTICS = parse(PLAUSIBLE)
    article = PublishedArticleFactory()
    answer = client.get(article.get_absolute_url())
    page = answer.content.decode()
    assert 'data-site="finality.example"' in page
    assert "<script src=https://plausible" not in page.replace('"', "")
    assert not answer.cookies
    assert page.index("hidden", page.index("data-outside-analytics")) < page.index("May Plausible")
    client.force_login(member_of("Editors"))
    preview = f"/admin/articles/article/{article.pk}/preview/"
    assert "data-outside-analytics" not in client.get(preview).content.decode()


def test_the_policy_allows_its_hosts_and_no_others(tmp_path):
    program = (
        "from django.conf import settings; d = settings.CONTENT_SECURITY_POLICY['DIRECTIVES'];"
        "print([str(each) for each in d['script-src'] + d['connect-src'] if 'http' in str(each)])"
    )
    environment = {"DEMO": "1", "DATA_DIR": str(tmp_path), "HOME": os.environ.get("HOME", "/")}
    assert run_program(program, **environment).strip() == "[]"
    allowed = run_program(program, **environment, OUTSIDE_ANALYTICS=PLAUSIBLE).strip()
    assert allowed == "['https://plausible.io', 'https://plausible.io']"
