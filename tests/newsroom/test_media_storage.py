"""Pictures in a bucket: every address of one leads there, and a bucket that is away harms nothing."""

import json
import re

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client

from articles.media import rendering
from articles.models import Article, Image
from newsroom import environment
from newsroom.media_storage import options_of
from newsroom.operations import backup

from ..factories import AuthorFactory, PublishedArticleFactory, member_of, png
from ..object_storage import Bucket, bucket

NOBODY = "s3+http://key:secret@127.0.0.1:9/pictures"


def keep_in(settings, url: str) -> None:
    settings.MEDIA_STORAGE_URL = url
    settings.MEDIA_URL, storage = environment.media_storage(url)
    settings.STORAGES = settings.STORAGES | {"default": storage}


@pytest.fixture
def pictures(settings):
    with bucket() as found:
        keep_in(settings, found.url)
        yield found


def picture(words: str = "A green field", width: int = 1300) -> Image:
    image = Image.objects.create(file=ContentFile(png(width, 800), "x.png"), alt=words)
    rendering.render_image.call(image.pk)
    image.refresh_from_db()
    return image


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://host/bucket", "must look like s3://"),
        ("s3://key:secret@host", "must look like s3://"),
        ("s3:///bucket", "must look like s3://"),
        ("s3://key:secret@host/bucket?public=pictures.example", "must begin with https://"),
    ],
)
def test_an_address_that_is_none_is_refused_in_a_sentence(url, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence):
        environment.media_storage(url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://k:s@s3.example/bucket", "https://s3.example/bucket/"),
        ("s3://k:s@s3.example/bucket/news/2026", "https://s3.example/bucket/news/2026/"),
        ("s3+http://k:s@127.0.0.1:9000/bucket", "http://127.0.0.1:9000/bucket/"),
        ("s3://s3.example/b?public=https://pictures.example/", "https://pictures.example/"),
    ],
)
def test_readers_fetch_pictures_from_the_bucket_or_from_what_stands_before_it(url, address):
    found, storage = environment.media_storage(url)
    assert found == address
    assert environment.origins(found) == [re.match(r"https?://[^/]+", address)[0]]
    assert storage["BACKEND"].endswith("BucketStorage")


def test_a_key_may_hold_any_character_and_need_not_be_there():
    options = options_of("s3://a%2Fb:c%40d%2B@s3.example/bucket?region=eu-north-1")
    assert (options["access_key"], options["secret_key"]) == ("a/b", "c@d+")
    assert options["region_name"] == "eu-north-1"
    assert options_of("s3://s3.example/bucket")["access_key"] is None


@pytest.mark.django_db
def test_an_upload_and_its_renditions_are_in_the_bucket_for_good(pictures: Bucket):
    image = picture()
    assert set(pictures.names()) == {image.file.name, *image.renditions.values()}
    for name in pictures.names():
        headers = pictures.headers_of(name)
        assert "immutable" in headers["CacheControl"]
        assert headers["ContentType"].startswith("image/")
    assert requests.get(image.url, timeout=5).content[:4] == b"RIFF"


@pytest.mark.django_db
def test_pages_feeds_and_cards_name_the_bucket_and_the_text_does_not(client, pictures: Bucket):
    image = picture()
    html = f'<p>Words.</p><figure><img src="{image.url}" alt="A" data-file="{image.pk}"></figure>'
    loose = f'<img src="{image.url}" alt="gone" data-file="99999">'
    author = AuthorFactory(portrait=image)
    article = PublishedArticleFactory(body=html + loose, hero=image, authors=[author])
    stored = Article.objects.get(pk=article.pk).body
    assert pictures.public not in stored
    assert stored.count('src="/media/') == 2

    for path in (
        article.get_absolute_url(),
        author.get_absolute_url(),
        "/",
        "/feed/",
        "/feed.json",
        "/atom.xml",
    ):
        page = client.get(path)
        if page.status_code == 404:
            continue
        text = page.content.decode()
        assert "http://127.0.0.1:8000http" not in text.replace("\\/", "/"), path
        assert not re.search(r"127\.0\.0\.1:8000/media/|[\"' ]/media/", text), path
    page = client.get(article.get_absolute_url()).content.decode()
    assert page.count(pictures.public) > 5
    card = re.search(r'property="?og:image"? content="?([^" >]+)', page)[1]
    assert card.startswith(pictures.public)
    data = json.loads(re.search(r"<script type=.?application/ld\+json.?>(.*?)</script>", page)[1])
    assert pictures.public in json.dumps(data)


def test_an_earlier_address_of_a_picture_leads_to_the_bucket(client, pictures: Bucket):
    answer = client.get("/media/images/2026/11/a%20b.webp")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{pictures.public}/images/2026/11/a%20b.webp",
    )
    assert "immutable" not in answer["Cache-Control"]


@pytest.mark.django_db
def test_without_the_bucket_an_upload_is_refused_for_now_and_nothing_is_kept(settings):
    keep_in(settings, NOBODY)
    browser = Client(raise_request_exception=False)
    browser.force_login(member_of("Editors"))
    data = {"alt": "A green field", "focal_x": 50, "focal_y": 50}
    data["file"] = ContentFile(png(700, 500), "x.png")
    answer = browser.post("/admin/articles/image/add/", data)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert not Image.objects.exists()


@pytest.mark.django_db
def test_pages_need_no_bucket(settings, client):
    with bucket() as found:
        keep_in(settings, found.url)
        article = PublishedArticleFactory(hero=picture())
    keep_in(settings, NOBODY)
    assert client.get(article.get_absolute_url()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_what_is_in_the_bucket(pictures: Bucket, tmp_path):
    picture()
    path = tmp_path / "backup.tar.gz"
    backup.make(path)
    assert backup.check(path)["media"]["files"] == len(pictures.names())


@pytest.mark.django_db(transaction=True)
def test_backups_are_copied_into_a_bucket_and_the_oldest_leave_it(settings, tmp_path, capsys):
    with bucket() as found:
        settings.BACKUP_STORAGE_URL = found.url
        settings.STORAGES = settings.STORAGES | environment.backup_storage(found.url)
        kept = [f"newsroom-2026-01-0{day}-000000.tar.gz" for day in (1, 2, 3)]
        for name in ("minutes.pdf", *kept):
            found.client.put_object(Bucket=found.name, Key=name, Body=b"x")
        call_command("backup", folder=str(tmp_path), keep=2)
        made = [path.name for path in tmp_path.iterdir()]
        assert found.names() == ["minutes.pdf", kept[-1], *made]
        assert found.headers_of(made[0])["ContentLength"] == (tmp_path / made[0]).stat().st_size
    assert "deleted there" in capsys.readouterr().out
