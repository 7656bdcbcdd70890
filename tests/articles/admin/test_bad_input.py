"""Bad input to the form of a story: a clear sentence or a clean story, and
nothing lost.
"""

import base64

import pytest
from django.test import Client

from articles.models import Article, StatusChange
from articles.publishing import revisions, workflow

from ...comments.test_races import at_once
from ...factories import (
    AuthorFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    member_of,
    png,
)
from .conftest import address, form_of

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_two_megabytes_of_pasted_html_with_pictures_in_it(client, editor, draft, save):
    picture = base64.b64encode(png(900, 600)).decode()
    paragraph = f'<p style="mso-x:y">A word. <img src="data:image/png;base64,{picture}"></p>'
    pasted = paragraph * (2_000_000 // len(paragraph))
    assert len(pasted) > 1_900_000
    save(draft, body=pasted)
    draft.refresh_from_db()
    assert draft.body.startswith("<p>A word. </p>")
    assert "base64" not in draft.body
    assert "mso" not in draft.body


def test_script_in_every_field_is_words(client, editor):
    section = SectionFactory(name="Policy")
    article = DraftArticleFactory(
        section=section,
        title="T",
        authors=[AuthorFactory(name=SCRIPT, bio=SCRIPT, role=SCRIPT[:60])],
    )
    revisions.keep(article, None)
    changes = {"title": SCRIPT, "standfirst": SCRIPT, "body": f"<p>{SCRIPT}Body.</p>"}
    client.post(address(article), form_of(article, **changes))
    article.refresh_from_db()
    assert article.title == SCRIPT
    workflow.publish(article, by=None)
    for page in (article.get_absolute_url(), "/", "/policy/", "/search/?q=alert", "/feeds/rss/"):
        text = client.get(page).content.decode()
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
    for name in ("change", "versions", "preview"):
        assert "<script>alert" not in client.get(address(article, name)).content.decode()


def test_five_hundred_tags(client, editor, draft, save):
    tags = [TagFactory(name=f"Tag {number}", slug=f"tag-{number}") for number in range(500)]
    response = client.post(
        address(draft), form_of(draft, tags=[tag.pk for tag in tags]), follow=True
    )
    assert response.status_code == 200
    assert "at most" in response.content.decode()
    assert draft.tags.count() == 0


@pytest.mark.parametrize("slug", ["taken", "Not A Slug", "", "x" * 300])
def test_a_slug_that_is_taken_or_none(client, editor, draft, slug):
    DraftArticleFactory(slug="taken")
    before = draft.slug
    response = client.post(address(draft), form_of(draft, slug=slug))
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    draft.refresh_from_db()
    assert draft.slug == before


def test_a_restore_while_somebody_edits_is_told_to_them(client, editor, draft, save):
    save(draft, title="Second")
    draft.refresh_from_db()
    opened = form_of(draft, title="Mine")
    client.post(address(draft, "version", 1), {})
    client.post(address(draft, "version_keep", 1), {"restore": "2"})
    draft.refresh_from_db()
    assert draft.title == "The clause"
    response = client.post(address(draft), opened)
    assert "Nothing of yours is lost" in response.content.decode()
    draft.refresh_from_db()
    assert draft.title == "The clause"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does():
    article = DraftArticleFactory(authors=[AuthorFactory()], body="<p>Body.</p>", standfirst="S.")
    people = [Client(), Client()]
    for number, person in enumerate(people):
        person.force_login(member_of("Editors", username=f"editor{number}"))
    codes = at_once(
        2,
        lambda number: (
            people[number].post(address(article, "status"), {"to": "publish"}).status_code
        ),
    )
    assert codes == [302, 302]
    article.refresh_from_db()
    assert article.status == Article.Status.PUBLISHED
    changes = StatusChange.objects.filter(article=article, new_status=Article.Status.PUBLISHED)
    assert [change.old_status for change in changes].count(Article.Status.DRAFT) == 1


def test_an_hour_that_daylight_saving_skips_or_doubles_is_an_hour_in_utc(
    client, editor, draft, noon
):
    """The desk speaks UTC, which has no such hours: 02:30 on the last Sunday of March is 02:30."""
    client.post(address(draft, "status"), {"to": "publish", "publish_at": "2027-03-28T02:30"})
    draft.refresh_from_db()
    assert draft.published_at.isoformat() == "2027-03-28T02:30:00+00:00"


def test_a_redirect_that_would_run_in_a_circle_is_refused_or_leads_home(client, editor, save):
    story = PublishedArticleFactory(slug="first", section=SectionFactory(name="Policy"))
    revisions.keep(story, None)
    for slug in ("second", "first", "second", "first"):
        save(story, slug=slug)
        story.refresh_from_db()
    assert client.get("/policy/first/").status_code == 200
    moved = client.get("/policy/second/")
    assert (moved.status_code, moved["Location"]) == (301, "/policy/first/")


@pytest.mark.parametrize(
    "query", ["x" * 10_000, '"unbalanced', "((((", "* OR NEAR( -", "a" * 50 + " " + "b " * 400]
)
def test_searches_that_are_none(client, query):
    assert client.get("/search/", {"q": query}).status_code == 200
