"""While a story is written: what was typed is kept, previews are shown to those who may see them,
links end.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from articles.models import ArticleCoin, Autosave, PreviewLink
from articles.publishing import autosaves, previews

from ...factories import (
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    QuoteFactory,
    member_of,
)
from ...pages import squeezed
from .conftest import address, form_of

pytestmark = pytest.mark.django_db


def typed(**fields):
    return {"title": "The clause", "body": "<p>Half a sen</p>", "seen_revision": "1"} | fields


def test_what_was_typed_is_kept_offered_and_gone_when_it_is_saved(client, editor, draft, save):
    answer = client.post(address(draft, "autosave"), typed()).json()
    assert answer["newer"] is False
    assert answer["kept_at"]
    draft.refresh_from_db()
    assert draft.body == "<p>It is short.</p>"
    page = client.get(address(draft)).content.decode()
    assert "You have unsaved text of" in page
    assert "Half a sen" not in page
    assert "Half a sen" in client.get(f"{address(draft)}?typed=1").content.decode()
    save(draft, body="<p>Half a sentence.</p>")
    assert not Autosave.objects.exists()


def test_a_new_story_is_kept_before_it_is_ever_saved(client, editor):
    client.post("/admin/articles/article/autosave/", typed(title="Brand new"))
    client.post("/admin/articles/article/autosave/", typed(title="Brand newer"))
    assert Autosave.objects.count() == 1
    assert "You have unsaved text" in client.get("/admin/articles/article/add/").content.decode()
    assert (
        'value="Brand newer"' in client.get("/admin/articles/article/add/?typed=1").content.decode()
    )
    client.post("/admin/articles/article/autosave/", {"_discard": "1"})
    assert (
        "You have unsaved text" not in client.get("/admin/articles/article/add/").content.decode()
    )


def test_the_writer_is_told_that_somebody_else_saved(client, editor, draft, save):
    save(draft, title="The paragraph")
    assert client.post(address(draft, "autosave"), typed(seen_revision="1")).json()["newer"] is True


def test_what_was_typed_is_nobody_elses(client, editor, draft):
    client.post(address(draft, "autosave"), typed())
    client.force_login(member_of("Editors"))
    assert "unsaved text" not in client.get(address(draft)).content.decode()
    assert "Half a sen" not in client.get(f"{address(draft)}?typed=1").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"section": "999999", "hero": "abc", "kind": "nothing"},
        {"section": "9" * 40, "seen_revision": "x"},
        {"body": "<script>alert(1)</script><p onclick=x>Half</p>"},
        {},
    ],
)
def test_nothing_that_is_typed_breaks_the_form_or_the_preview(client, editor, draft, fields):
    assert client.post(address(draft, "autosave"), typed(**fields)).status_code == 200
    assert client.get(f"{address(draft)}?typed=1").status_code == 200
    page = client.get(address(draft, "preview_page")).content.decode()
    assert "alert(1)" not in page
    assert "onclick" not in page


def test_old_copies_are_forgotten(editor, draft):
    autosaves.keep(editor, draft, typed(), 1)
    Autosave.objects.update(at=timezone.now() - timedelta(days=31))
    assert autosaves.forget_old_copies.call() == 1


# --- Previews ----------------------------------------------------------------------------


def test_the_preview_is_the_real_page_with_what_was_typed(client, editor, draft):
    QuoteFactory()
    ArticleCoin.objects.create(article=draft, coin=CoinFactory())
    client.post(address(draft, "autosave"), typed(body="<p>Now at [[BTC]].</p>"))
    frame = client.get(address(draft, "preview"))
    assert "frame-src 'self'" in frame["Content-Security-Policy"]
    page = client.get(address(draft, "preview_page"))
    text = page.content.decode()
    assert 'class="chip"' in text
    assert "This story is not out." in text
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert client.get("/")["X-Frame-Options"] == "DENY"


def shared(client, draft, days="7"):
    client.post(address(draft, "share"), {"days": days})
    return PreviewLink.objects.latest("pk")


def test_a_secret_link_works_logged_out_until_it_ends(client, editor, draft, noon):
    link = shared(client, draft)
    place = f"/preview/{link.key}/"
    assert f"{settings.SITE_URL}{place}" in client.get(address(draft, "preview")).content.decode()
    client.logout()
    page = client.get(place)
    assert "It is short." in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "private" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert not page.cookies
    assert client.get(draft.get_absolute_url()).status_code == 404
    noon.shift(timedelta(days=7, seconds=1))
    assert client.get(place).status_code == 404


def test_a_revoked_link_is_nothing(client, editor, draft):
    link = shared(client, draft)
    client.post(address(draft, "revoke", link.pk))
    assert "was revoked" in squeezed(client.get(address(draft, "preview")).content.decode())
    client.logout()
    assert client.get(f"/preview/{link.key}/").status_code == 404


@pytest.mark.parametrize("key", ["x", "a" * 500, "%00", "..", "<script>"])
def test_no_other_key_opens_anything(client, key):
    assert client.get(f"/preview/{key}/").status_code in (400, 404)


def test_a_link_shows_what_is_saved_and_not_what_is_typed(client, editor, draft):
    link = shared(client, draft)
    client.post(address(draft, "autosave"), typed())
    client.logout()
    assert "Half a sen" not in client.get(f"/preview/{link.key}/").content.decode()


def test_a_link_lasts_as_long_as_was_chosen_from_the_list(client, editor, draft):
    for days in ("", "1000", "x"):
        client.post(address(draft, "share"), {"days": days})
    assert not PreviewLink.objects.exists()
    assert shared(client, draft, "1").expires_at <= timezone.now() + timedelta(days=1)


def test_an_author_cannot_share_or_preview_what_they_may_not_change(client):
    story = PublishedArticleFactory()
    client.force_login(member_of("Authors"))
    for name, send in (
        ("share", client.post),
        ("preview", client.get),
        ("preview_page", client.get),
    ):
        assert send(address(story, name)).status_code == 403
    assert client.post(address(story, "autosave"), typed()).status_code == 403
    link = previews.share(story, member_of("Editors"))
    assert client.post(address(story, "revoke", link.pk)).status_code == 403


def test_a_link_is_revoked_under_its_own_story_only(client, editor, draft):
    other = DraftArticleFactory()
    link = shared(client, draft)
    assert client.post(address(other, "revoke", link.pk)).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None
    assert form_of(draft)["title"] == "The clause"
