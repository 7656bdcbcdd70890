"""Nothing of anybody’s is ever kept: every address, asked by everybody, before and after
strangers.
"""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import get_resolver, reverse

from ..factories import (
    AdvertiserFactory,
    CoinFactory,
    DraftBannerFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    UserFactory,
    member_of,
)
from .conftest import HOST
from .test_rules import patterns

pytestmark = pytest.mark.django_db(transaction=True)


# Something to put in the place of each part of an address; a number elsewhere.
EXAMPLES = {
    "slug": "the-clause",
    "section": "policy",
    "path": "a.webp",
    "key": "k",
    "object_id": "1",
    "span": "1y",
    "app_label": "articles",
}


def addresses() -> list[str]:
    """Every address of the site that has a name, with its parts filled in. What has none only leads
    to one of these.
    """
    found = {"/"}
    for place, pattern in patterns(get_resolver()):
        if not pattern.name:
            continue
        parts = {name: EXAMPLES.get(name, "1") for name in re.findall(r"<(?:\w+:)?(\w+)>", place)}
        prefix = "admin:" if place.startswith("admin/") else ""
        found.add(reverse(prefix + pattern.name, kwargs=parts))
    return sorted(found)


@pytest.fixture
def everybody():
    """Cookies of an editor, an advertiser and a reader, and words that only their own pages
    hold.
    """
    article = PublishedArticleFactory(slug="the-clause")
    article.tags.add(TagFactory(slug="the-clause"))
    SectionFactory(name="Policy")
    CoinFactory(slug="the-clause")
    editor = member_of("Editors", username="editor-by-name")
    editor.user_permissions.set(Permission.objects.all())
    advertiser = UserFactory(username="advertiser-by-name")
    company = AdvertiserFactory(name="Palisade by name")
    company.members.add(advertiser)
    DraftBannerFactory(advertiser=company, title="Placement by name")
    reader = UserFactory(username="reader-by-name")
    cookies = []
    for user in (editor, advertiser, reader):
        client = Client()
        client.force_login(user)
        cookies.append(
            "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        )
    return cookies


def test_no_personal_byte_is_kept(front, application, everybody):
    asked = addresses()
    assert len(asked) > 60
    for address in asked:
        for cookies in everybody:
            assert front.address(address, "", HOST, cookies, False) is None
            headers = answer_headers(application, address, cookies)
            assert "public" not in headers.get("cache-control", "") or address.startswith("/media/")
        kept = front.address(address, "", HOST, "", False)
        if kept is None:
            continue
        page = front.make(kept).result(30)
        text = page.bodies[""].decode()
        assert "by-name" not in text
        assert "by name" not in text
        assert "csrfmiddlewaretoken" not in text
        assert "sessionid" not in str(page.headers)


def answer_headers(application, address: str, cookies: str) -> dict[str, str]:
    from pagecache.render import call, environ_of

    _, headers, _ = call(application, environ_of(address) | {"HTTP_COOKIE": cookies})
    return {name.lower(): value for name, value in headers}


def test_a_view_that_sets_a_cookie_is_not_kept(client, monkeypatch):
    """Whatever a later change of ours does by mistake."""
    from newsroom.pages import views

    real = views.render

    def with_cookie(*args, **kwargs):
        response = real(*args, **kwargs)
        response.set_cookie("who", "you")
        return response

    monkeypatch.setattr(views, "render", with_cookie)
    assert client.get("/about/")["Cache-Control"] == "private, no-store"
