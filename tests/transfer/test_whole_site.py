"""A whole site out and in again: the same pages; and out to WordPress and back."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from articles.models import (
    Article,
    ArticleCoin,
    Author,
    FormerSlug,
    FrontPick,
    Image,
    Redirect,
    StatusChange,
)
from comments.models import SiteComment
from newsletter.models import Newsletter, Subscription
from newsletter.subscribing import by_hand
from newsroom.models import AboutPage, Publication
from transfer.whole_site import tables

from ..factories import (
    CoinFactory,
    DraftArticleFactory,
    ImageFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    UserFactory,
    comment_on,
    member_of,
)

pytestmark = pytest.mark.django_db


def whole_site() -> list[str]:
    """A small site with something of everything; the addresses of its public pages."""
    Publication.objects.update_or_create(pk=1, defaults={"name": "The Whole"})
    AboutPage.objects.create(title="Imprint", slug="imprint", body="<p>Who we are.</p>")
    section = SectionFactory(name="Markets", slug="markets")
    writer = UserFactory(first_name="Ada", last_name="Quill", is_staff=True)
    editor = member_of("Editors")
    author = Author.objects.create(name="Ada Quill", slug="ada", user=writer)
    image = ImageFactory()
    stories = [
        PublishedArticleFactory(
            title=f"Story ]]> {number} & “more”", section=section, hero=image, authors=[author]
        )
        for number in range(3)
    ]
    tag = TagFactory(name="ETF", slug="etf")
    for story in stories:
        story.tags.add(tag)
    DraftArticleFactory(title="Not out", section=section)
    StatusChange.objects.create(
        article=stories[0],
        by=editor,
        old_status="draft",
        new_status="published",
        at=timezone.now(),
    )
    ArticleCoin.objects.create(article=stories[0], coin=CoinFactory(), price_at_publication=100)
    FrontPick.objects.create(article=stories[1], position=1)
    FormerSlug.objects.create(slug="older", article=stories[0])
    Redirect.objects.create(old_path="/old/", new_path="/markets/")
    first = comment_on(stories[0], comment="First <b>thing</b>")
    second = comment_on(stories[0], first, user=writer)
    comment_on(stories[0], second, user_name="Ünal")
    comment_on(stories[0], is_removed=True)
    letter = Newsletter.objects.create(name="The daily", slug="daily")
    by_hand.add("dee@readers.example", [letter], "Agreed by the form of the old site.")
    return [
        *("/", "/markets/", "/tag/etf/", "/author/ada/", "/about/", "/about/imprint/", "/archive/"),
        *("/prices/bitcoin/", "/feeds/rss/", "/feeds/json/", "/sitemap-pages.xml", "/search/?q=story"),
        *("/newsletter/", "/corrections/", "/advertise/"),
        *(story.get_absolute_url() for story in stories),
    ]  # fmt: skip


def shown(client: Any, addresses: list[str]) -> dict[str, str]:
    return {address: client.get(address).content.decode() for address in addresses}


def exported(tmp_path: Path, name: str = "site.zip") -> Path:
    path = tmp_path / name
    call_command("export_site", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    return path


def emptied() -> None:
    get_user_model().groups.through.objects.all().delete()
    for _, model in tables.models():
        model._base_manager.all()._raw_delete(using="default")  # type: ignore[attr-defined]


def brought(path: Path) -> None:
    call_command("import_site", str(path), stdout=io.StringIO())


def test_an_exported_site_put_into_an_empty_one_is_the_same_site(tmp_path, client, settings, noon):
    addresses = whole_site()
    before = shown(client, addresses)
    path = exported(tmp_path)
    emptied()
    assert client.get(addresses[-1]).status_code == 404
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    brought(path)
    after = shown(client, addresses)
    assert {address for address in addresses if before[address] != after[address]} == set()
    assert client.get("/old/")["Location"] == "/markets/"
    assert client.get("/markets/older/").status_code == 301
    for image in Image.objects.all():
        assert all(map(image.file.storage.exists, image.file_names()))
    # Who was an editor is one; nobody’s password came along.
    editor = get_user_model().objects.get(groups__name="Editors")
    assert not editor.has_usable_password()
    assert StatusChange.objects.get().by == editor
    assert Subscription.objects.get().consent_text == "Agreed by the form of the old site."
    # What comes now stands beside what came.
    last = max(Article.objects.values_list("pk", flat=True))
    assert PublishedArticleFactory().pk > last
    assert "Story" in client.get("/search/?q=story").content.decode()


def test_the_file_holds_open_forms(tmp_path):
    whole_site()
    with zipfile.ZipFile(exported(tmp_path)) as archive:
        names = archive.namelist()
        site = json.loads(archive.read("site.json"))
        assert site["rows"]["articles.Article"] == 4
        lines = archive.read("rows/articles.Article.jsonl").decode().splitlines()
        assert json.loads(lines[0])["title"].startswith("Story ]]> 0")
        users = archive.read("rows/auth.User.jsonl").decode()
        assert '"password": "!"' in users
        assert "md5$" not in users
        stories = [name for name in names if name.startswith("stories/markets/")]
        assert len(set(stories)) == 4
        html = "".join(archive.read(name).decode() for name in stories)
        assert "<h1>Story ]]&gt; 0 &amp; “more”</h1>" in html
        assert "wordpress.xml" in names
        assert "manage.py import_site" in archive.read("README.txt").decode()


def test_out_to_wordpress_and_back_is_the_same_site(tmp_path):
    whole_site()
    stories = {
        each.slug: (each.title, each.standfirst, each.status, each.section.slug,
                    [tag.slug for tag in each.tags.all()], [a.slug for a in each.authors.all()])
        for each in Article.objects.all()
    }  # fmt: skip
    threads = list(
        SiteComment.objects.order_by("pk").values_list(
            "user_name", "comment", "level", "is_removed"
        )
    )
    with zipfile.ZipFile(exported(tmp_path)) as archive:
        xml = tmp_path / "wordpress.xml"
        xml.write_bytes(archive.read("wordpress.xml"))
    emptied()
    report = tmp_path / "report.json"
    call_command(
        "import_wordpress", str(xml), "--no-pictures", "--report", str(report), stdout=io.StringIO()
    )
    told = json.loads(report.read_text())
    assert (told["posts"], told["pages"], told["attachments"], told["authors_all"]) == (4, 1, 2, 2)
    assert told["comments"] | {"total": 4, "replies": 2, "max_depth": 3, "orphans": 0} == told["comments"]  # fmt: skip
    assert {
        each.slug: (each.title, each.standfirst, each.status, each.section.slug,
                    [tag.slug for tag in each.tags.all()], [a.slug for a in each.authors.all()])
        for each in Article.objects.all()
    } == stories  # fmt: skip
    back = SiteComment.objects.order_by("pk").values_list(
        "user_name", "comment", "level", "is_removed"
    )
    assert [row[1:] for row in back] == [
        (re.sub("<[^>]+>", "", words), level, is_removed) for _, words, level, is_removed in threads
    ]
    assert AboutPage.objects.get().slug == "imprint"
    assert FrontPick.objects.count() == 1


# --- Refusals -------------------------------------------------------------------------------------


def test_a_site_that_is_not_empty_is_not_overwritten(tmp_path):
    whole_site()
    path = exported(tmp_path)
    before = Article.objects.count()
    with pytest.raises(CommandError, match="not empty") as error:
        brought(path)
    assert error.value.returncode == 2
    assert Article.objects.count() == before


def test_a_site_with_subscribers_is_not_empty(tmp_path):
    whole_site()
    path = exported(tmp_path)
    emptied()
    letter = Newsletter.objects.create(name="Another", slug="another")
    by_hand.add("eve@readers.example", [letter], "Agreed by our own form.")
    with pytest.raises(CommandError, match="not empty"):
        brought(path)


def rewritten(path: Path, changes: dict[str, bytes | None]) -> Path:
    """The same file with some members of other content, or without them."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = changes.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name] or b"")
    return other


@pytest.mark.parametrize(
    "changes",
    [
        {"site.json": b"{}"},
        {"site.json": b'{"format": 99, "rows": {}}'},
        {"site.json": b"[]"},
        {"rows/articles.Tag.jsonl": None},
        {"rows/articles.Tag.jsonl": b"{"},
        {"rows/articles.Tag.jsonl": b"[]\n"},
        {"rows/articles.Tag.jsonl": b'{"id": "x"}\n'},
        {"rows/articles.Tag.jsonl": b""},
        {"groups.json": b"{"},
        {"media/../../evil": b"x"},
    ],
)
def test_a_file_that_is_damaged_changes_nothing(tmp_path, changes):
    whole_site()
    path = rewritten(exported(tmp_path), changes)
    emptied()
    with pytest.raises(CommandError, match=r"^other\.zip is") as error:
        brought(path)
    assert error.value.returncode == 2
    assert not Article.objects.exists()
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04x"])
def test_what_is_no_zip_is_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="no zip file"):
        brought(path)


def test_an_export_that_fails_leaves_no_half_of_it(tmp_path, monkeypatch):
    def fail(*args: Any) -> Any:
        raise IntegrityError("away")

    monkeypatch.setattr("transfer.whole_site.exporting.tables.rows_of", fail)
    with pytest.raises(IntegrityError):
        exported(tmp_path)
    assert list(tmp_path.iterdir()) == []
    path = tmp_path / "there.zip"
    path.write_bytes(b"x")
    with pytest.raises(CommandError, match="is there already"):
        exported(tmp_path, "there.zip")
    assert path.read_bytes() == b"x"


def test_every_table_is_exported_or_left_out_on_purpose():
    """Whoever adds a table of an app that holds content decides."""
    from django.apps import apps

    left_out = {
        *("articles.Listing", "articles.Autosave", "articles.Note", "articles.PreviewLink"),
        *("comments.SiteComment", "comments.Confirmation", "comments.IpAnonymisationRun"),
        *("comments.Flag", "comments.ModerationDecision", "comments.CommenterNote"),
        *("comments.BulkModeration", "comments.Report", "comments.ReplyNotification"),
        "comments.VerifiedCommenter",
        *("ticker.Quote", "ticker.History", "ticker.PriceSource", "ticker.Poller", "ticker.ListedCoin"),
        *("newsletter.SendRate", "newsletter.SignupThrottle", "newsletter.SubscriberImport"),
        *("newsletter.Delivery", "newsletter.Click"),
    }  # fmt: skip
    found = {
        model._meta.label
        for label in ("articles", "comments", "ticker", "newsletter")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }
    assert found - left_out == found & set(tables.TABLES)
