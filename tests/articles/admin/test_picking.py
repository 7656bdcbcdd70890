"""The library opened from the editor."""

import html
import re
from urllib.parse import parse_qs

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from articles.models import Image

from ...factories import ImageFactory, PublishedArticleFactory, UserFactory, member_of, png
from ...pages import squeezed

pytestmark = pytest.mark.django_db
PICK = "/admin/articles/image/pick/"


def upload(width, height):
    return SimpleUploadedFile("a.png", png(width, height), "image/png")


def test_pictures_are_found_by_what_is_said_of_them(client):
    client.force_login(member_of("Authors"))
    ImageFactory(alt="A vault door", credit="Photograph: Ada Quill")
    ImageFactory(alt="A field")
    page = client.get(PICK, {"q": "ada vault"}).content.decode()
    assert "A vault door" in page
    assert "A field" not in page
    assert "described with “zebra”" in client.get(PICK, {"q": "zebra"}).content.decode()


def test_older_pictures_are_walked_by_key(client):
    client.force_login(member_of("Authors"))
    made = [ImageFactory(alt=f"Picture {number:02}") for number in range(30)]
    page = client.get(PICK, {"CKEditorFuncNum": "-3"}).content.decode()
    assert "Picture 29" in page
    assert "Picture 05" not in page
    link = html.unescape(re.search(r'href="(\?[^"]*before=[^"]*)"', page)[1])
    assert parse_qs(link[1:]) == {"before": [str(made[6].pk)], "CKEditorFuncNum": ["-3"]}
    older = client.get(PICK + link).content.decode()
    assert "Picture 05" in older
    assert "Picture 06" not in older
    assert client.get(PICK, {"before": "x"}).status_code == 200


def test_a_picture_uploaded_there_is_checked_kept_logged_and_handed_over(client):
    client.force_login(member_of("Authors"))
    small = client.post(PICK, {"file": upload(100, 60), "alt": "Too small"})
    assert "only 100 pixels wide" in small.content.decode()
    no_alt = client.post(PICK, {"file": upload(900, 600), "alt": ""})
    assert "This field is required" in no_alt.content.decode()
    assert not Image.objects.exists()
    page = client.post(PICK, {"file": upload(900, 600), "alt": "A <green> field"}).content.decode()
    image = Image.objects.get()
    assert "data-picked" in page
    assert LogEntry.objects.filter(object_id=str(image.pk)).count() == 1
    assert f'data-key="{image.pk}" data-alt="A &lt;green&gt; field"' in squeezed(page)


def test_strangers_to_the_desk_see_nothing(client):
    assert client.get(PICK).status_code == 302
    client.force_login(UserFactory(is_staff=True))
    assert client.get(PICK).status_code == 403
    client.force_login(member_of("Moderators"))
    assert client.post(PICK, {}).status_code == 403


def test_a_picture_in_the_text_is_loaded_at_the_size_that_fits(client):
    image = ImageFactory(alt="A field")
    body = (
        f'<figure><img src="{image.file.url}" alt="A green field" data-file="{image.pk}"></figure>'
    )
    story = PublishedArticleFactory(body=body)
    page = client.get(story.get_absolute_url()).content.decode()
    assert f'alt="A green field" width="{image.width}" height="{image.height}"' in squeezed(page)
    assert f"picture:{image.pk}" in client.get(story.get_absolute_url())["Surrogate-Key"].split()
    assert f"picture:{image.pk}" in image.cache_tags()
