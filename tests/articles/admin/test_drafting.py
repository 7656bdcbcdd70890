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
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    ImageFactory,
    PublishedArticleFactory,
    QuoteFactory,
    SectionFactory,
    TagFactory,
    member_of,
)
from ...pages import squeezed
from .conftest import KEY, address, form_of

pytestmark = pytest.mark.django_db


def typed(**fields):
    return {
        "title": "The clause",
        "body": "<p>Half a sen</p>",
        "seen_revision": "1",
        "autosave_key": KEY,
    } | fields


def test_what_was_typed_is_kept_offered_and_gone_when_it_is_saved(client, editor, draft, save):
    answer = client.post(address(draft, "autosave"), typed()).json()
    assert answer["newer"] is False
    assert answer["kept_at"]
    draft.refresh_from_db()
    assert draft.body == "<p>It is short.</p>"
    page = client.get(address(draft)).content.decode()
    assert "Autosaved" in page
    assert "Half a sen" not in page
    assert "Half a sen" in client.get(f"{address(draft)}?typed={KEY}").content.decode()
    save(draft, body="<p>Half a sentence.</p>")
    assert not Autosave.objects.exists()


def test_new_stories_are_kept_each_for_itself_before_they_are_ever_saved(client, editor):
    new, other = "/admin/articles/article/autosave/", "f" * 32
    client.post(new, typed(title="Alpha"))
    client.post(new, typed(title="Alpha and more"))
    client.post(new, typed(title="Beta", autosave_key=other))
    page = squeezed(client.get("/admin/articles/article/add/").content.decode())
    assert "“Alpha and more”" in page
    assert "“Beta”" in page
    for key, title in ((KEY, "Alpha and more"), (other, "Beta")):
        page = client.get(f"/admin/articles/article/add/?typed={key}").content.decode()
        assert f">\n{title}</textarea>" in page
        assert f'value="{key}"' in page


def test_what_is_discarded_can_be_brought_back_for_a_day(client, editor, noon):
    new = "/admin/articles/article/autosave/"
    client.post(new, typed(title="Alpha"))
    page = client.post(new, {"_discard": KEY}, follow=True).content.decode()
    assert "?typed=" not in page
    assert "It is kept for a day." in page
    page = client.post(new, {"_bring_back": KEY}, follow=True).content.decode()
    assert f'href="?typed={KEY}"' in page
    client.post(new, {"_discard": KEY})
    noon.shift(timedelta(hours=25))
    assert autosaves.forget_old_autosaves.call() == 1


def test_nobody_discards_what_somebody_else_typed(client, editor, draft):
    client.post(address(draft, "autosave"), typed())
    client.force_login(member_of("Editors"))
    client.post(address(draft, "autosave"), {"_discard": KEY})
    assert Autosave.objects.get().discarded_at is None


def test_every_field_is_kept_and_restored(client, editor, draft):
    section, author, coin = SectionFactory(name="Markets"), AuthorFactory(), CoinFactory()
    tags, hero = [TagFactory(), TagFactory()], ImageFactory()
    byline = draft.bylines.get()
    client.post(
        address(draft, "autosave"),
        typed(
            section=section.pk, hero=hero.pk, tags=[tag.pk for tag in tags], kind="brief",
            updated_at="2026-01-02T03:04:05", standfirst="Typed",
            **{
                "bylines-TOTAL_FORMS": 2, "bylines-INITIAL_FORMS": 1, "bylines-0-id": byline.pk,
                "bylines-0-author": byline.author_id, "bylines-0-DELETE": "on",
                "bylines-1-author": author.pk,
                "article_coins-TOTAL_FORMS": 1, "article_coins-INITIAL_FORMS": 0,
                "article_coins-0-coin": coin.pk,
            },
        ),
    )  # fmt: skip
    answer = client.get(f"{address(draft)}?typed={KEY}")
    form = answer.context["adminform"].form
    assert form.initial["seen_revision"] == 1
    assert [str(form[name].value()) for name in ("section", "hero", "kind", "standfirst")] == [
        *(str(section.pk), str(hero.pk), "brief", "Typed")
    ]
    assert form["tags"].value() == [tag.pk for tag in tags]
    assert f"{form['updated_at'].value():%Y-%m-%d %H:%M:%S}" == "2026-01-02 03:04:05"
    bylines, coins = (each.formset for each in answer.context["inline_admin_formsets"][:2])
    assert bylines.forms[0]["DELETE"].value() is True
    assert bylines.forms[1]["author"].value() == author.pk
    assert coins.forms[0]["coin"].value() == coin.pk


def test_of_one_person_so_many_are_kept(client, editor, draft, monkeypatch):
    monkeypatch.setattr(autosaves, "MOST_KEPT", 3)
    for number in range(6):
        client.post(address(draft, "autosave"), typed(autosave_key=f"{number:032x}"))
    assert sorted(each.key[-1] for each in Autosave.objects.all()) == ["3", "4", "5"]


@pytest.mark.parametrize("key", ["", "x", "0" * 31, "g" * 32, "0" * 33])
def test_a_form_without_a_key_is_told(client, editor, draft, key):
    assert client.post(address(draft, "autosave"), typed(autosave_key=key)).status_code == 400


def test_the_writer_is_told_that_somebody_else_saved(client, editor, draft, save):
    save(draft, title="The paragraph")
    assert client.post(address(draft, "autosave"), typed(seen_revision="1")).json()["newer"] is True


def test_what_was_typed_is_nobody_elses(client, editor, draft):
    client.post(address(draft, "autosave"), typed())
    client.force_login(member_of("Editors"))
    assert "Unsaved text" not in client.get(address(draft)).content.decode()
    assert "Half a sen" not in client.get(f"{address(draft)}?typed={KEY}").content.decode()


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
    assert client.get(f"{address(draft)}?typed={KEY}").status_code == 200
    page = client.get(address(draft, "preview_page")).content.decode()
    assert "alert(1)" not in page
    assert "onclick" not in page


def test_old_copies_are_forgotten(editor, draft):
    autosaves.keep(editor, draft, KEY, typed(), 1)
    Autosave.objects.update(at=timezone.now() - timedelta(days=31))
    assert autosaves.forget_old_autosaves.call() == 1


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


def test_restored_text_is_written_on_in_a_form_of_its_own(client, editor, draft, save):
    """Its first form may still be open in another tab."""
    client.post(address(draft, "autosave"), typed())
    form = client.get(f"{address(draft)}?typed={KEY}").context["adminform"].form
    assert form.initial["restored_key"] == KEY
    assert form.initial["autosave_key"] != KEY
    save(draft, autosave_key="b" * 32, restored_key=KEY)
    assert not Autosave.objects.exists()
