"""A picture that is deleted or replaced is gone everywhere; and who may do that."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from articles.media import rendering
from articles.models import Image
from articles.publishing import revisions

from ...factories import (
    AuthorFactory,
    DraftArticleFactory,
    ImageFactory,
    PublishedArticleFactory,
    member_of,
    png,
)

pytestmark = pytest.mark.django_db(transaction=True)


def in_the_library(**values):
    image = ImageFactory(**values)
    rendering.render_image.call(image.pk)
    image.refresh_from_db()
    return image


def text_with(image):
    return (
        f'<p>Before.</p><figure><img src="{image.file.url}" alt="A" data-file="{image.pk}">'
        "<figcaption>Its caption</figcaption></figure><p>After.</p>"
    )


def delete(client, image):
    return client.post(reverse("admin:articles_image_delete", args=[image.pk]), {"post": "yes"})


def test_a_deleted_picture_is_gone_from_pages_feeds_and_the_disk(client):
    image = in_the_library()
    story = PublishedArticleFactory(body=text_with(image), hero=ImageFactory(alt="Another"))
    pages = (story.get_absolute_url(), "/feeds/rss/", "/feeds/atom/", "/feeds/json/")
    names = image.file_names()
    assert len(names) > 4
    for path in pages:
        assert "Its caption" in client.get(path).content.decode()
    client.force_login(member_of("Editors"))
    asked = client.get(reverse("admin:articles_image_delete", args=[image.pk])).content.decode()
    assert f"It goes out of the text of “{story.title}”." in asked
    assert delete(client, image).status_code == 302
    for path in pages:
        page = client.get(path).content.decode()
        assert "Its caption" not in page, path
        assert str(image.file.name) not in page, path
        assert "After." in page
    assert [name for name in names if default_storage.exists(name)] == []


@pytest.mark.parametrize("bulk", [False, True])
def test_a_picture_that_leads_a_story_stays_and_says_which(client, bulk):
    image = in_the_library()
    story = PublishedArticleFactory(hero=image)
    client.force_login(member_of("Editors"))
    if bulk:
        data = {"action": "delete_selected", "_selected_action": image.pk, "post": "yes"}
        answer = client.post(reverse("admin:articles_image_changelist"), data)
    else:
        answer = delete(client, image)
    assert f"leads “{story.title}”" in answer.content.decode()
    assert Image.objects.filter(pk=image.pk).exists()
    assert default_storage.exists(image.file.name)


def test_of_a_file_that_was_replaced_nothing_is_left(client):
    image = in_the_library()
    PublishedArticleFactory(hero=image)
    before = set(image.file_names())
    client.force_login(member_of("Editors"))
    data = {"file": upload(), "alt": "Another", "focal_x": 50, "focal_y": 50}
    client.post(reverse("admin:articles_image_change", args=[image.pk]), data)
    image.refresh_from_db()
    assert len(set(image.file_names()) & before) == 0
    assert [name for name in before if default_storage.exists(name)] == []
    assert all(map(default_storage.exists, image.file_names()))


def test_cut_anew_around_another_point_it_leaves_no_earlier_crops(client):
    image = in_the_library()
    before = set(image.renditions.values())
    client.force_login(member_of("Editors"))
    data = {"alt": "The same", "focal_x": 10, "focal_y": 10}
    client.post(reverse("admin:articles_image_change", args=[image.pk]), data)
    image.refresh_from_db()
    assert [name for name in before if default_storage.exists(name)] == []
    assert all(map(default_storage.exists, image.file_names()))


def upload():
    return SimpleUploadedFile("b.png", png(900, 700), "image/png")


def test_an_author_changes_their_own_pictures_until_a_published_story_shows_them(client):
    author = member_of("Authors")
    client.force_login(author)
    client.post(
        reverse("admin:articles_image_add"),
        {"file": upload(), "alt": "Mine", "focal_x": 50, "focal_y": 50},
    )
    mine, theirs = Image.objects.get(), ImageFactory()
    change = {"alt": "Changed", "focal_x": 50, "focal_y": 50}

    def may_change(image):
        address = reverse("admin:articles_image_change", args=[image.pk])
        return client.post(address, change).status_code == 302

    assert may_change(mine)
    assert not may_change(theirs)
    DraftArticleFactory(hero=mine)
    assert may_change(mine)
    PublishedArticleFactory(body=text_with(mine))
    assert not may_change(mine)


def test_an_author_changes_their_own_stories_until_they_are_published(client):
    author = member_of("Authors")
    client.force_login(author)
    byline, written, theirs = (DraftArticleFactory() for _ in range(3))
    byline.bylines.create(author=AuthorFactory(user=author, slug="own"))
    revisions.keep(written, author)
    published = PublishedArticleFactory()
    revisions.keep(published, author)

    def may_change(story):
        address = reverse("admin:articles_article_autosave", args=[story.pk])
        return client.post(address, {"title": "Typed", "autosave_key": "0" * 32}).status_code == 200

    assert [may_change(each) for each in (byline, written, theirs, published)] == [
        True,
        True,
        False,
        False,
    ]
    client.force_login(member_of("Editors", username="ed"))
    assert all(map(may_change, (byline, written, theirs, published)))
