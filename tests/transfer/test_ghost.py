"""A Ghost site by its export: texts of three editors, members, comments, old addresses."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, Author, FrontPick, Image, Redirect, Section, Tag
from comments.models import SiteComment
from newsletter.models import Newsletter, Subscription
from newsroom.models import AboutPage
from transfer.ghost import lexical, mobiledoc
from transfer.models import Import, ImportNote
from transfer.undoing import undo

from ..factories import png

pytestmark = pytest.mark.django_db
SITE = "https://old.example"


def root(*children: Any) -> str:
    return json.dumps({"root": {"type": "root", "children": list(children)}})


def text(words: str, bits: int = 0) -> dict[str, Any]:
    return {"type": "extended-text", "text": words, "format": bits}


def paragraph(*children: Any) -> dict[str, Any]:
    return {"type": "paragraph", "children": list(children)}


def post(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": f"Story {number}",
        "slug": f"story-{number}",
        "lexical": root(paragraph(text(f"Words of {number}."))),
        "html": "<p>The HTML.</p>",
        "status": "published",
        "type": "post",
        "visibility": "public",
        "published_at": "2020-01-02T10:00:00.000Z",
        **changes,
    }


TABLES: dict[str, list[dict[str, Any]]] = {
    "settings": [{"key": "title", "value": "Old Site"}],
    "users": [
        {"id": "u1", "slug": "ada", "name": "Ada Quill", "email": "ada@old.example"},
        {"id": "u2", "slug": "ben", "name": "Ben Ord"},
    ],
    "tags": [
        {"id": "t1", "slug": "markets", "name": "Markets", "visibility": "public"},
        {"id": "t2", "slug": "etf", "name": "ETF", "visibility": "public"},
        {"id": "t3", "slug": "hash-inner", "name": "#inner", "visibility": "internal"},
    ],
    "posts": [
        post("a", featured=1, custom_excerpt="In one sentence.",
             feature_image="__GHOST_URL__/content/images/2020/01/lead.png"),
        post("b", status="draft", published_at=None),
        post("c", status="sent"),
        post("d", visibility="paid"),
        post("e", type="page", slug="imprint", title="Imprint"),
        post("f", type="page", status="draft"),
    ],
    "posts_tags": [
        {"post_id": "a", "tag_id": "t2", "sort_order": 1},
        {"post_id": "a", "tag_id": "t1", "sort_order": 0},
        {"post_id": "a", "tag_id": "t3", "sort_order": 2},
    ],
    "posts_authors": [
        {"post_id": "a", "author_id": "u2", "sort_order": 1},
        {"post_id": "a", "author_id": "u1", "sort_order": 0},
    ],
    "posts_meta": [
        {"post_id": "a", "meta_title": "For engines", "feature_image_alt": "A lead picture"},
    ],
    "members": [
        {"id": "m1", "email": "dee@mail.example", "name": "Dee", "created_at": "2021-03-04 10:00:00"},
        {"id": "m2", "email": "no letters@", "name": "Bad"},
        {"id": "m3", "email": "eve@mail.example", "name": "Eve"},
    ],
    "newsletters": [{"id": "n1", "slug": "default-newsletter", "name": "Old letter"}],
    "members_newsletters": [
        {"member_id": "m1", "newsletter_id": "n1"},
        {"member_id": "m2", "newsletter_id": "n1"},
    ],
    "comments": [
        {"id": "k1", "post_id": "a", "member_id": "m1", "html": "<p>One</p><p>Two</p>",
         "status": "published", "created_at": "2020-01-03T10:00:00.000Z"},
        {"id": "k2", "post_id": "a", "member_id": "m3", "parent_id": "k1", "html": "<p>Yes</p>",
         "status": "published", "created_at": "2020-01-04T10:00:00.000Z"},
        {"id": "k3", "post_id": "a", "member_id": "m3", "html": "<p>Bad</p>", "status": "hidden"},
    ],
}  # fmt: skip


def written(tmp_path: Path, tables: Any = None, name: str = "ghost.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps({"db": [{"meta": {}, "data": tables or TABLES}]}))
    return path


def bring(path: Path, *more: str) -> dict[str, Any]:
    report = path.parent / "report"
    call_command("import_ghost", str(path), "--report", str(report), *more, stdout=io.StringIO())
    return json.loads(report.read_text())


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    (folder / "2020/01").mkdir(parents=True)
    (folder / "2020/01/lead.png").write_bytes(png())
    return folder


def test_a_site_comes_over_with_all_that_it_says(tmp_path, uploads, client):
    report = bring(written(tmp_path), "--site", SITE, "--uploads", str(uploads))
    assert {name: report[name] for name in ("source", "site", "items", "posts", "pages")} == {
        "source": "ghost", "site": SITE, "items": 6, "posts": 4, "pages": 2,
    }  # fmt: skip
    assert (report["authors_all"], report["tags_all"], report["featured_images"]) == (2, 2, 1)
    assert report["comments"] | {"total": 3, "replies": 1, "max_depth": 2} == report["comments"]
    assert (report["imported"], report["skipped"]) == (5, 1)
    story = Article.objects.get(slug="story-a")
    assert story.section == Section.objects.get(name="Markets")
    assert [tag.name for tag in story.tags.all()] == ["ETF"]
    assert [byline.author.name for byline in story.bylines.order_by("position")] == [
        "Ada Quill",
        "Ben Ord",
    ]
    assert "Words of a." in story.body
    assert story.standfirst == "In one sentence."
    assert story.search_title == "For engines"
    assert story.hero == Image.objects.get(alt="A lead picture")
    assert FrontPick.objects.get().article == story
    assert AboutPage.objects.get(slug="imprint").title == "Imprint"
    assert not Tag.objects.filter(name="#inner").exists()


def test_what_was_not_for_everybody_is_a_draft_with_a_note(tmp_path):
    bring(written(tmp_path), "--site", SITE)
    assert {each.slug: each.status for each in Article.objects.exclude(slug="story-a")} == {
        "story-b": "draft", "story-c": "draft", "story-d": "draft",
    }  # fmt: skip
    sentences = set(ImportNote.objects.values_list("sentence", flat=True))
    assert "It was sent by mail alone, so it is a draft." in sentences
    assert "It was for members, so it is a draft." in sentences


def test_comments_of_members_are_threads_with_their_states(tmp_path):
    bring(written(tmp_path))
    one, two, bad = SiteComment.objects.order_by("pk")
    assert (one.user_name, one.user_email, one.comment) == ("Dee", "dee@mail.example", "One\n\nTwo")
    assert (two.parent_id, two.user_name) == (one.pk, "Eve")
    assert bad.is_removed


def test_old_addresses_lead_on_in_one_hop(tmp_path, uploads, client):
    bring(written(tmp_path), "--site", SITE, "--uploads", str(uploads))
    story = Article.objects.get(slug="story-a").get_absolute_url()
    picture = Image.objects.get().file.url
    for old, new in {
        "/story-a/": story,
        "/story-a/amp/": story,
        "/imprint/": AboutPage.objects.get().get_absolute_url(),
        "/rss/": "/feeds/rss/",
        "/content/images/2020/01/lead.png": picture,
        "/content/images/size/w600/2020/01/lead.png": picture,
    }.items():
        answer = client.get(old)
        assert (answer.status_code, answer["Location"]) == (301, new), old


def test_members_are_subscribers_with_proof_and_date(tmp_path):
    letter = Newsletter.objects.create(name="The daily", slug="daily")
    report = bring(written(tmp_path), "--site", SITE, "--newsletter", letter.slug)
    had = Subscription.objects.get()
    assert (had.subscriber.email, had.newsletter, had.status) == (
        "dee@mail.example",
        letter,
        "confirmed",
    )
    assert had.consent_text.startswith("Member of https://old.example since 4 March 2021")
    assert (had.confirmed_at.year, had.source) == (2021, "import")
    assert report["members"]["subscribed"] == 1
    assert {each["email"] for each in report["members"]["skipped"]} == {
        "no letters@",
        "eve@mail.example",
    }


def test_newsletters_are_matched_by_their_own_name(tmp_path):
    letter = Newsletter.objects.create(name="The daily", slug="daily")
    named = [{"id": "n1", "slug": letter.slug, "name": "Whatever"}]
    bring(written(tmp_path, TABLES | {"newsletters": named}))
    assert Subscription.objects.get().newsletter == letter


def test_run_again_nothing_changes_and_undone_all_is_gone(tmp_path):
    bring(written(tmp_path), "--site", SITE)
    report = bring(written(tmp_path), "--site", SITE)
    assert report["brought"]["new"] == report["brought"]["comments"] == 0
    assert Article.objects.count() == 4
    undo(Import.objects.order_by("pk").first())
    assert not Article.objects.exists()
    assert not SiteComment.objects.exists()
    assert not Author.objects.filter(slug="ada").exists()


def test_a_dry_run_says_the_same_and_changes_nothing(tmp_path):
    path = written(tmp_path)
    dry = bring(path, "--dry-run")
    assert not Article.objects.exists()
    assert not Import.objects.exists()
    wet = bring(path)
    assert {name: wet[name] for name in dry if name != "dry_run"} == {
        name: dry[name] for name in dry if name != "dry_run"
    }


def test_redirects_of_a_site_come_over_and_patterns_are_told(tmp_path, client):
    for name, content in {
        "redirects.json": json.dumps(
            [{"from": "^/older/?$", "to": "/markets/"}, {"from": "^/a/(.*)$", "to": "/b/$1"}]
        ),
        "redirects.yaml": "301:\n  /older: /markets/\n  ^\\/a\\/(.*)$: /b/$1\n",
    }.items():
        Redirect.objects.all().delete()
        (tmp_path / name).write_text(content)
        report = bring(written(tmp_path), "--redirects", str(tmp_path / name))
        assert len(report["redirects"]["left_out"]) == 1
        assert client.get("/older")["Location"] == "/markets/"
        assert client.get("/older/")["Location"] == "/markets/"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x", b"[]", b"{}", b'{"data": {}}', b'{"db": []}', b'{"db": [{"data": {"posts": 1}}]}',
        b"\x1f\x8bxxxx", b"PK\x03\x04xxxx", b"[" * 100_000, b'{"data": {"posts": [',
    ],
)  # fmt: skip
def test_what_is_no_export_ends_with_2_and_changes_nothing(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    for more in ([], ["--dry-run"]):
        with pytest.raises(CommandError) as error:
            call_command("import_ghost", str(path), *more)
        assert error.value.returncode == 2
        assert str(error.value).startswith("x.json is")
    assert not Import.objects.exists()


def test_packed_files_and_the_plain_form_are_read(tmp_path):
    plain = json.dumps({"data": {"posts": [post("a")]}}).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("site.ghost.json", plain)
    for content in (plain, b"\xef\xbb\xbf" + plain, gzip.compress(plain), packed.getvalue()):
        path = tmp_path / "x"
        path.write_bytes(content)
        assert bring(path, "--dry-run")["posts"] == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"published_at": 1e30}, {"published_at": float("nan")}, {"title": "Half \ud83d"},
        {"slug": "a\x00b"}, {"title": None, "html": None, "lexical": None}, {"id": [1]},
    ],
)  # fmt: skip
def test_odd_values_bring_a_story_or_a_sentence(tmp_path, odd):
    path = written(tmp_path, {"posts": [post("a", **odd), post("b")]})
    refusals = []
    try:
        bring(path)
    except CommandError as error:
        refusals.append(error.returncode)
    assert refusals in ([], [2])
    assert Import.objects.exists() is Article.objects.filter(slug="story-b").exists()
    assert bool(refusals) is not Import.objects.exists()


def test_members_whose_mail_was_switched_off_are_not_written_to(tmp_path):
    letter = Newsletter.objects.create(name="The daily", slug="daily")
    off = TABLES["members"][0] | {"email_disabled": 1}
    report = bring(written(tmp_path, TABLES | {"members": [off]}), "--newsletter", letter.slug)
    assert not Subscription.objects.exists()
    assert "switched off" in report["members"]["skipped"][0]["reason"]


def test_redirects_lead_to_no_other_site(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps([{"from": "/a/", "to": "//evil.example/"}]))
    report = bring(written(tmp_path), "--redirects", str(tmp_path / "r.json"))
    assert report["redirects"]["left_out"] == ["/a/"]


# --- Texts ----------------------------------------------------------------------------------------

LEXICAL = [
    (paragraph(text("a"), text("b", 3), {"type": "linebreak"}, text("c", 16)),
     "<p>a<strong><em>b</em></strong><br><code>c</code></p>"),
    ({"type": "extended-heading", "tag": "h3", "children": [text("H")]}, "<h3>H</h3>"),
    ({"type": "list", "listType": "number", "children": [{"type": "listitem", "children": [text("x")]}]},
     "<ol><li>x</li></ol>"),
    ({"type": "extended-quote", "children": [text("Q")]}, "<blockquote><p>Q</p></blockquote>"),
    (paragraph({"type": "link", "url": "https://a.example/?a=1&b=2", "children": [text("go")]}),
     '<p><a href="https://a.example/?a=1&amp;b=2">go</a></p>'),
    ({"type": "horizontalrule"}, "<hr>"),
    ({"type": "codeblock", "code": "a < b"}, "<pre><code>a &lt; b</code></pre>"),
    ({"type": "image", "src": "/x.png", "alt": "An X", "caption": "<b>Y</b>"},
     '<figure><img src="/x.png" alt="An X"><figcaption><b>Y</b></figcaption></figure>'),
    ({"type": "embed", "url": "https://v.example/1", "html": "<iframe></iframe>"},
     '<p><a href="https://v.example/1">https://v.example/1</a></p>'),
    ({"type": "bookmark", "url": "https://v.example/1", "metadata": {"title": "T <i>"}},
     '<p><a href="https://v.example/1">T</a></p>'),
    ({"type": "markdown", "markdown": "**x**\n\n* y"},
     "<p><strong>x</strong></p>\n<ul>\n<li>y</li>\n</ul>\n"),
    ({"type": "toggle", "heading": "<span>Ask</span>", "content": "<p>Answer</p>"}, "<h3>Ask</h3><p>Answer</p>"),
    ({"type": "callout", "calloutText": "Mind <b>this</b>"}, "<p>Mind <b>this</b></p>"),
    ({"type": "html", "html": "<p>x</p>"}, "<p>x</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "html"), LEXICAL)
def test_nodes_of_lexical(node, html):
    notes: list[str] = []
    assert lexical.to_html(json.loads(root(node)), notes) == html
    assert not notes


def test_cards_that_are_not_known_are_told():
    notes: list[str] = []
    tree = json.loads(root({"type": "signup"}, {"type": "newthing"}))
    assert lexical.to_html(tree, notes) == ""
    assert notes == [
        "The card “signup” was left out.",
        "The card “newthing” is not known here and was left out.",
    ]


def test_sections_of_mobiledoc():
    notes: list[str] = []
    document = {
        "markups": [["a", ["href", "https://a.example"]], ["strong"]],
        "atoms": [["soft-return", "", {}]],
        "cards": [["hr", {}], ["image", {"src": "/x.png"}], ["paywall", {}]],
        "sections": [
            [1, "p", [[0, [0], 0, "a "], [0, [1], 2, "b"], [1, [], 0, 0], [0, [], 0, "<c>"]]],
            [1, "h2", [[0, [], 0, "H"]]],
            [3, "ol", [[[0, [], 0, "x"]], [[0, [], 0, "y"]]]],
            [10, 0], [10, 1], [10, 2], [10, 99],
        ],
    }  # fmt: skip
    assert mobiledoc.to_html(document, notes) == (
        '<p><a href="https://a.example">a <strong>b</strong></a><br>&lt;c&gt;</p><h2>H</h2>'
        '<ol><li>x</li><li>y</li></ol><hr><figure><img src="/x.png" alt=""></figure>'
    )
    assert notes == ["The card “paywall” was left out."]


@pytest.mark.parametrize("broken", ["{", "[]", '{"root": 5}', '{"root": {"children": [[], 5]}}'])
def test_a_text_that_cannot_be_read_does_not_stop_the_others(tmp_path, broken):
    bring(written(tmp_path, {"posts": [post("a", lexical=broken), post("b")]}))
    assert Article.objects.count() == 2


def test_scripts_and_frames_of_cards_do_not_come_in(tmp_path):
    evil = {"type": "html", "html": '<script>x()</script><p onclick="x()">ok</p>'}
    link = paragraph({"type": "link", "url": "javascript:x()", "children": [text("go")]})
    bring(written(tmp_path, {"posts": [post("a", lexical=root(evil, link))]}))
    body = Article.objects.get().body
    assert "ok" in body
    assert not any(word in body for word in ("script", "onclick", "x()"))
