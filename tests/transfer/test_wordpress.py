"""A WordPress site by its export: what is counted is what is there, and nothing of it is lost."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from articles.models import Article, Author, FrontPick, Image, Redirect, Section, Tag
from comments.models import SiteComment
from newsroom.models import AboutPage
from transfer.models import Import, ImportedObject, ImportNote
from transfer.undoing import undo

from ..factories import PublishedArticleFactory, UserFactory, png
from . import exports
from .exports import attachment, author, category, comment, export, item, tag

pytestmark = pytest.mark.django_db

MARKETS = ("category", "markets", "Markets")
BITCOIN = ("category", "bitcoin", "Bitcoin")


def written(tmp_path: Path, text: str | bytes, name: str = "export.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def bring(path: Path, *more: str) -> dict[str, Any]:
    report = path.parent / "report.json"
    call_command(
        "import_wordpress", str(path), "--report", str(report), *more, stdout=io.StringIO()
    )
    return json.loads(report.read_text())


def brought(report: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report["brought"].items() if "picture" not in name}


# --- Counts ---------------------------------------------------------------------------------------


def messy(tmp_path: Path) -> Path:
    """Every kind of item, status and comment."""
    return written(
        tmp_path,
        export(
            author("ada", "Ada Quill", "ada@old.example"),
            category("markets", "Markets"),
            category("bitcoin", "Bitcoin", "markets"),
            category("unused", "Never used"),
            tag("etf", "ETF"),
            item(
                1,
                comment(11),
                comment(12, 11),
                comment(13, 12),
                comment(14, 13),
                comment(15, 14),
                comment(16, 999),  # an orphan
                comment(17, 18),  # a loop of two
                comment(18, 17),
                comment(19, type="pingback"),
                comment(20, approved="spam"),
                comment(21, approved="0"),
                comment(22, approved="trash"),
                terms=(BITCOIN, ("post_tag", "etf", "ETF"), ("post_tag", "rare", "Rare")),
                meta={"_thumbnail_id": "50"},
            ),
            item(2, status="draft", date="0000-00-00 00:00:00", creator="ben", terms=(MARKETS,)),
            item(3, status="private"),
            item(4, password="secret"),
            item(5, status="future", date="2099-01-01 09:00:00"),
            item(6, status="pending"),
            item(7, status="trash"),
            item(8, status="auto-draft"),
            item(9, kind="page", slug="imprint", title="Imprint", link=f"{exports.SITE}/imprint/"),
            item(10, kind="nav_menu_item"),
            item(30, kind="event"),
            attachment(50, "2020/01/lead.png", title="Lead"),
            attachment(51, "2020/01/report.pdf"),
        ),
    )


def test_a_dry_run_counts_and_brings_nothing(tmp_path):
    report = bring(messy(tmp_path), "--dry-run")
    assert {name: report[name] for name in ("items", "posts", "pages", "attachments")} == {
        "items": 13,
        "posts": 8,
        "pages": 1,
        "attachments": 2,
    }
    assert (report["authors_all"], report["categories_all"], report["tags_all"]) == (2, 3, 2)
    assert report["comments"] == {
        "total": 12,
        "replies": 7,
        "max_depth": 5,
        "orphans": 1,
        "loops": 1,
        "pingbacks": 1,
        "spam": 1,
        "trash": 1,
    }
    assert report["featured_images"] == 1
    assert report["imported"] + report["skipped"] == report["items"]
    assert sum(report["reasons"].values()) == report["skipped"] == 5
    assert not Import.objects.exists()
    assert not Article.objects.exists()


def test_an_import_says_the_same_and_brings_it(tmp_path):
    path = messy(tmp_path)
    dry = bring(path, "--dry-run")
    report = bring(path, "--no-pictures")
    assert {name: report[name] for name in dry if name != "dry_run"} == {
        name: dry[name] for name in dry if name != "dry_run"
    }
    by_status = dict.fromkeys(Article.Status.values, 0)
    for article in Article.objects.all():
        by_status[article.status] += 1
    assert by_status == {"draft": 3, "in_review": 1, "published": 2, "withdrawn": 0}
    assert Article.objects.published().count() == 1
    assert report["brought"]["new"] == 7  # with the page
    assert AboutPage.objects.get().title == "Imprint"


def test_comments_keep_their_threads_and_states(tmp_path):
    bring(messy(tmp_path), "--no-pictures")
    found = {each.user_name: each for each in SiteComment.objects.all()}
    assert len(found) == 11  # all but the pingback
    chain = [found[f"Reader {number}"] for number in range(11, 16)]
    assert [each.level for each in chain] == [0, 1, 2, 3, 3]
    assert {each.thread_id for each in chain} == {chain[0].pk}
    assert chain[4].answers_id == chain[3].pk  # Below the deepest, it stands beside.
    assert chain[0].nested_count == 4
    assert found["Reader 16"].level == 0
    assert sorted(found[f"Reader {number}"].level for number in (17, 18)) == [0, 1]
    states = {
        number: (found[f"Reader {number}"].is_public, found[f"Reader {number}"].is_removed)
        for number in (11, 20, 21, 22)
    }
    assert states == {11: (True, False), 20: (True, True), 21: (False, False), 22: (True, True)}
    assert Article.objects.get(slug="story-1").comment_count == 8
    assert not any(each.ip_address for each in found.values())
    assert ImportNote.objects.filter(sentence__contains="Comment 16").exists()


def test_authors_sections_and_tags_are_matched_or_made(tmp_path):
    user = UserFactory(email="Ada@old.example")
    Tag.objects.create(name="ETF", slug="exchange-traded")
    bring(messy(tmp_path), "--no-pictures")
    assert Author.objects.get(name="Ada Quill").user == user
    story = Article.objects.get(slug="story-1")
    assert (story.section.name, story.section.slug) == ("Markets", "markets")
    assert {each.name for each in story.tags.all()} == {"ETF", "Rare", "Bitcoin"}
    assert [each.author.name for each in story.bylines.all()] == ["Ada Quill"]
    assert Article.objects.get(slug="story-3").section.name == "News"  # in no category


def test_old_exports_name_each_term_twice_and_it_is_one(tmp_path):
    twice = item(1).replace(
        "</item>",
        "<category><![CDATA[Old news]]></category>"
        '<category domain="category" nicename="old-news"><![CDATA[Old news]]></category>'
        '<category domain="tag"><![CDATA[Proof of Work]]></category>'
        '<category domain="tag" nicename="pow"><![CDATA[Proof of Work]]></category>'
        "<category><![CDATA[Alone]]></category></item>",
    )
    report = bring(written(tmp_path, export(twice, version="1.0")), "--no-pictures")
    assert (report["categories_all"], report["tags_all"]) == (2, 1)
    story = Article.objects.get()
    assert story.section.slug == "old-news"
    assert {each.slug for each in story.tags.all()} == {"pow", "alone"}


def test_a_page_that_is_not_public_is_left_out_by_reason(tmp_path):
    pages = [
        item(1, kind="page", status="draft"),
        item(2, kind="page", password="x"),
        item(3, kind="page"),
    ]
    report = bring(written(tmp_path, export(*pages)))
    assert (report["pages"], report["imported"], report["skipped"]) == (3, 1, 2)
    assert AboutPage.objects.count() == 1


def test_what_was_sticky_has_a_place_on_the_front_page_while_there_is_one(tmp_path):
    sticky = [item(number, sticky=1) for number in range(1, 7)]
    report = bring(written(tmp_path, export(*sticky, item(7, sticky=1, status="draft"))))
    assert list(FrontPick.objects.values_list("position", flat=True)) == [5, 6, 7, 8]
    assert sum("no place left" in note["sentence"] for note in report["notes"]) == 2


def test_co_authors_stand_in_their_order(tmp_path):
    terms = (("author", "cap-ben", "Ben Ruiz"), ("author", "cap-ada", "ada"))
    report = bring(written(tmp_path, export(author("ada", "Ada Quill"), item(1, terms=terms))))
    assert [each.author.name for each in Article.objects.get().bylines.all()] == [
        "Ben Ruiz",
        "Ada Quill",
    ]
    assert report["authors_all"] == 2


# --- Again ----------------------------------------------------------------------------------------


def test_run_twice_it_changes_nothing(tmp_path):
    path = messy(tmp_path)
    bring(path, "--no-pictures")
    before = [
        model.objects.count()
        for model in (Article, SiteComment, Tag, Section, Author, Redirect, AboutPage)
    ]
    report = bring(path, "--no-pictures")
    assert brought(report) == {"new": 0, "changed": 0, "unchanged": 7, "comments": 0}
    assert before == [
        model.objects.count()
        for model in (Article, SiteComment, Tag, Section, Author, Redirect, AboutPage)
    ]


def test_a_changed_export_brings_the_difference(tmp_path):
    bring(written(tmp_path, export(item(1, comment(11)), item(2))))
    report = bring(
        written(
            tmp_path,
            export(item(1, comment(11), comment(12, 11), title="Another title"), item(2), item(3)),
        )
    )
    assert brought(report) == {"new": 1, "changed": 1, "unchanged": 1, "comments": 1}
    story = Article.objects.get(slug="story-1")
    assert (story.title, story.comment_count) == ("Another title", 2)
    first, reply = SiteComment.objects.order_by("pk")
    assert (reply.parent_id, reply.level, reply.order, reply.thread_id) == (
        first.pk,
        1,
        2,
        first.pk,
    )
    first.refresh_from_db()
    assert first.nested_count == 1


def test_what_was_changed_here_stays(tmp_path):
    bring(written(tmp_path, export(item(1))))
    Article.objects.update(revision=1, title="Edited here")
    report = bring(written(tmp_path, export(item(1, title="Edited there"))))
    assert Article.objects.get().title == "Edited here"
    assert any("changed here" in note["sentence"] for note in report["notes"])


def test_a_whole_import_is_undone_and_nothing_else(tmp_path):
    mine = PublishedArticleFactory()
    before = {Article: {mine.pk}, Section: set(Section.objects.values_list("pk", flat=True))}
    path = messy(tmp_path)
    report = bring(path, "--no-pictures")
    run = Import.objects.get(pk=report["import"])
    undo(run)
    for model, keys in before.items():
        assert set(model.objects.values_list("pk", flat=True)) == keys
    for model in (SiteComment, Tag, Redirect, AboutPage, ImportedObject):
        assert not model.objects.exists()
    with pytest.raises(ValidationError, match="already"):
        undo(run)
    assert bring(path, "--no-pictures")["brought"]["new"] == 7


# --- Pictures -------------------------------------------------------------------------------------


def test_pictures_come_from_a_folder_of_uploads_once_each(tmp_path):
    folder = tmp_path / "uploads"
    (folder / "2020" / "01").mkdir(parents=True)
    (folder / "2020" / "01" / "lead.png").write_bytes(png(900, 600))
    source = f"{exports.SITE}/wp-content/uploads/2020/01/lead.png"
    inline = (
        f'<figure class="wp-block-image"><img src="{source}" alt="A hall">'
        "<figcaption>The hall</figcaption></figure>"
    )
    missing = f'<p><img src="{exports.SITE}/wp-content/uploads/2020/01/gone.png"></p>'
    path = written(
        tmp_path,
        export(
            item(
                1,
                content=f"<!-- wp:image -->{inline}<!-- /wp:image -->{missing}<p>Words.</p>",
                meta={"_thumbnail_id": "50"},
            ),
            attachment(
                50,
                "2020/01/lead.png",
                title="Lead",
                meta={"_wp_attachment_image_alt": "A large hall"},
            ),
        ),
    )
    report = bring(path, "--uploads", str(folder))
    image = Image.objects.get()
    story = Article.objects.get()
    assert image.alt == "A hall"
    assert story.hero == image
    assert f'data-file="{image.pk}"' in story.body
    assert "<figcaption>The hall</figcaption>" in story.body
    assert "gone.png" not in story.body
    assert {note["sentence"] for note in report["notes"]} >= {"It is not in the folder of uploads."}
    assert bring(path, "--uploads", str(folder))["brought"]["unchanged"] == 1
    assert Image.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:8000/x.png",
        "http://localhost/x.png",
        "http://10.0.0.1/x.png",
        "http://169.254.169.254/latest/x.png",
        "http://[::1]/x.png",
        "ftp://old.example/x.png",
        "//",
        "http://[/x.png",
    ],
)
def test_nothing_inner_is_fetched(tmp_path, address, monkeypatch):
    from core import http_client

    monkeypatch.setattr(http_client, "call", lambda *args, **kwargs: pytest.fail("It was asked."))
    report = bring(
        written(tmp_path, export(item(1, content=f'<p>Words.</p><img src="{address}">')))
    )
    assert not Image.objects.exists()
    assert report["notes"]


@pytest.mark.parametrize("path", ["../../secret.png", "%2e%2e/%2e%2e/secret.png", "/etc/passwd"])
def test_nothing_outside_of_the_folder_is_read(tmp_path, path):
    folder = tmp_path / "a" / "uploads"
    folder.mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(png(900, 600))
    content = f'<p>Words.</p><img src="{exports.SITE}/wp-content/uploads/{path}">'
    bring(written(tmp_path, export(item(1, content=content))), "--uploads", str(folder))
    assert not Image.objects.exists()


# --- Old addresses --------------------------------------------------------------------------------


def test_every_old_address_leads_on_in_one_hop(tmp_path, client):
    folder = tmp_path / "uploads" / "2020" / "01"
    folder.mkdir(parents=True)
    (folder / "lead.png").write_bytes(png(900, 600))
    bring(
        written(
            tmp_path,
            export(
                author("ada", "Ada Quill"),
                category("markets", "Markets"),
                category("btc", "Bitcoin", "markets"),
                tag("etf", "ETF"),
                item(1, terms=(("category", "btc", "Bitcoin"), ("post_tag", "etf", "ETF"))),
                item(
                    2,
                    slug="%d1%86%d0%b5%d0%bd%d0%b0",
                    link=f"{exports.SITE}/2020/01/%d1%86%d0%b5%d0%bd%d0%b0/",
                    title="Цена",
                ),
                item(9, kind="page", slug="imprint", link=f"{exports.SITE}/imprint/"),
                attachment(50, "2020/01/lead.png"),
            ),
        ),
        "--uploads",
        str(tmp_path / "uploads"),
    )
    story = Article.objects.get(slug="story-1").get_absolute_url()
    russian = Article.objects.get(title="Цена").get_absolute_url()
    picture = Image.objects.get().file.url
    tag_page = Tag.objects.get(name="Bitcoin").get_absolute_url()
    for old, new in {
        "/2020/01/story-1/": story,
        "/2020/01/story-1": story,
        "/?p=1": story,
        "/?p=1&preview=true": story,
        "/2020/01/story-1/amp/": story,
        "/2020/01/story-1/feed/": story,
        "/2020/01/%d1%86%d0%b5%d0%bd%d0%b0/": russian,
        "/2020/01/%D1%86%D0%B5%D0%BD%D0%B0/": russian,
        "/imprint/": "/about/imprint/",
        "/?page_id=9": "/about/imprint/",
        "/category/markets/": "/markets/",
        "/category/markets/btc/": tag_page,
        "/category/markets/page/2/": "/markets/",
        "/category/markets/feed/": "/feeds/rss/section/markets/",
        "/tag/etf/feed/": "/feeds/rss/tag/etf/",
        "/author/ada/feed/": "/feeds/rss/author/ada/",
        "/feed/": "/feeds/rss/",
        "/feed/atom/": "/feeds/rss/",
        "/comments/feed/": "/feeds/rss/comments/",
        "/?feed=rss2": "/feeds/rss/",
        "/2020/01/": "/archive/2020/1/",
        "/2020/": "/archive/",
        "/wp-content/uploads/2020/01/lead.png": picture,
        "/wp-content/uploads/2020/01/lead-300x200.png": picture,
    }.items():
        answer = client.get(old)
        assert (answer.status_code, answer.get("Location")) == (301, new), old
        assert client.get(new).status_code in (200, 404 if new == picture else 200), new
    for never in ("/?p=999", "/?p=x", "/?p=", "/?p=" + "9" * 300):
        assert client.get(never).status_code == 200  # the front page
    for never in (
        "/category/nothing/",
        "/wp-content/uploads/none.png",
        "/2020/01/never/",
        "/never/amp/",
    ):
        assert client.get(never).status_code == 404


# --- Files of any kind ----------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_each_version_is_read(tmp_path, version):
    assert bring(written(tmp_path, export(item(1), version=version)), "--dry-run")["posts"] == 1


def test_packed_files_are_read(tmp_path):
    text = export(item(1)).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.xml", text)
        archive.writestr("two.xml", export(item(2)))
        archive.writestr("readme.txt", "x")
    assert bring(written(tmp_path, gzip.compress(text), "a.xml.gz"), "--dry-run")["posts"] == 1
    assert bring(written(tmp_path, packed.getvalue(), "a.zip"), "--dry-run")["posts"] == 2


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (export(item(1, title="Münze – 50 €")).encode(), "Münze – 50 €"),
        (b"\xef\xbb\xbf" + export(item(1, title="Münze")).encode(), "Münze"),
        (b"\n  " + export(item(1, title="Münze")).encode(), "Münze"),
        (export(item(1, title="Münze"), declared="ISO-8859-1").encode("latin-1"), "Münze"),
        (export(item(1, title="Münze – “x”"), declared="windows-1252").encode("cp1252"), "Münze – “x”"),
        (export(item(1, title="Münze"), declared="UTF-16").encode("utf-16"), "Münze"),
        (export(item(1, title="Münze")).encode("latin-1"), "Münze"),  # which it is not declared to be
        (export(item(1, title="Mün\x0bze\x00")).encode(), "Münze"),
        (export(item(1, title="x")).replace(exports.cdata("x"), "M&#11;ünze").encode(), "Münze"),
        (export(item(1, title="Münze")).replace("\n", "\r\n").encode(), "Münze"),
    ],
)  # fmt: skip
def test_any_encoding_is_read(tmp_path, data, title):
    bring(written(tmp_path, data))
    assert Article.objects.get().title == title


BOMB = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("", "ends too early"),
        ("not XML", "is no XML"),
        ("<html><body></body></html>", "it begins with <html>"),
        ("<rss><channel><item><title>x</title></item></channel></rss>", "is a feed"),
        (export(item(1), item(2))[:-60], "ends too early"),
        (export(item(1)).replace("<rss", BOMB + "<rss", 1), "defines entities"),
        (export(item(1)).replace("<rss", XXE + "<rss", 1), "defines entities"),
        (export(item(1)).replace("</item>", "</itm>"), "is no XML"),
        (b"\x1f\x8b" + b"x" * 50, "packed, and broken"),
        (b"PK\x03\x04" + b"x" * 50, "broken zip"),
        (b"\x00\xff" * 500, "is no XML"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_what_is_no_export_ends_with_two_and_one_sentence(tmp_path, data, sentence, more):
    with pytest.raises(CommandError, match=sentence) as caught:
        bring(written(tmp_path, data), *more)
    assert caught.value.returncode == 2
    assert not Import.objects.exists()
    assert not Article.objects.exists()


def test_one_broken_file_of_several_brings_nothing(tmp_path):
    good, bad = written(tmp_path, export(item(1)), "a.xml"), written(tmp_path, "<rss>", "b.xml")
    with pytest.raises(CommandError):
        call_command("import_wordpress", str(good), str(bad))
    assert not Article.objects.exists()


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b onclick=alert(3)>x</b>"


def test_no_field_carries_a_script(tmp_path, client):
    path = written(
        tmp_path,
        export(
            author("ada", EVIL),
            category("evil", EVIL),
            item(
                1,
                comment(11, author=EVIL, content=EVIL, author_url="javascript:alert(4)"),
                title=f"T {EVIL}",
                excerpt=EVIL,
                content=f"<p>{EVIL}</p><a href='javascript:alert(5)'>y</a><iframe src='javascript:alert(6)'></iframe>",
                terms=(("category", "evil", EVIL), ("post_tag", "evil-tag", EVIL)),
                meta={"_yoast_wpseo_title": EVIL, "_yoast_wpseo_metadesc": EVIL},
            ),
        ),
    )
    bring(path, "--no-pictures")
    story = Article.objects.get()
    for field in (story.title, story.standfirst, story.body, story.search_title):
        assert "<script" not in field
        assert "onerror" not in field
        assert "javascript:" not in field
    page = client.get(story.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "onerror=alert" not in page
    assert "javascript:" not in page
