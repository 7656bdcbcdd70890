"""Comments of Disqus and Isso: to the stories that they are about, in their threads, each once."""

import gzip
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, FormerSlug, Redirect
from comments.models import SiteComment
from transfer.models import Import, ImportNote
from transfer.undoing import undo

from ..factories import PublishedArticleFactory

pytestmark = pytest.mark.django_db


def post(number: int, thread: int, parent: int = 0, message: str = "", **told: Any) -> str:
    answers = f'<parent dsq:id="{parent}"/>' if parent else ""
    return (
        f'<post dsq:id="{number}"><id/><message><![CDATA[<p>{message or f"Comment {number}"}</p>]]></message>'
        f"<createdAt>2020-01-0{number}T10:00:00Z</createdAt>"
        f"<isDeleted>{told.get('deleted', 'false')}</isDeleted><isSpam>{told.get('spam', 'false')}</isSpam>"
        f"<author><email>r{number}@readers.example</email><name>Reader {number}</name></author>"
        f'<thread dsq:id="{thread}"/>{answers}</post>'
    )


def disqus(*posts: str, links: dict[int, str]) -> str:
    threads = "".join(
        f'<thread dsq:id="{key}"><id/><link>{escape(link)}</link><title>T{key}</title></thread>'
        for key, link in links.items()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><disqus xmlns="http://disqus.com" '
        'xmlns:dsq="http://disqus.com/disqus-internals"><category dsq:id="9"><title>General</title>'
        f"</category>{threads}{''.join(posts)}</disqus>"
    )


def isso(path: Path, threads: dict[int, str], comments: list[tuple[Any, ...]]) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR, title VARCHAR);"
            "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created FLOAT, modified FLOAT,"
            " mode INTEGER, remote_addr, text, author, email, website, likes, dislikes, voters);"
        )
        database.executemany("INSERT INTO threads VALUES (?, ?, 'Title')", threads.items())
        database.executemany(
            "INSERT INTO comments (tid, id, parent, created, mode, text, author) VALUES (?, ?, ?, ?, ?, ?, ?)",
            comments,
        )
        database.commit()


def bring(path: Path, source: str, *more: str) -> dict[str, Any]:
    report = path.parent / "report"
    call_command(
        "import_comments", source, str(path), "--report", str(report), *more, stdout=io.StringIO()
    )
    return json.loads(report.read_text())


@pytest.fixture
def stories() -> list[Article]:
    one, two, three = (PublishedArticleFactory(slug=f"story-{number}") for number in (1, 2, 3))
    Redirect.objects.create(old_path="/2019/05/older/", new_path=two.get_absolute_url())
    FormerSlug.objects.create(article=three, slug="former")
    return [one, two, three]


@pytest.mark.parametrize("is_packed", [False, True])
def test_threads_of_disqus_find_their_stories(tmp_path, stories, is_packed):
    text = disqus(
        post(1, 1, message="First<br>line</p><p>and <a href='https://a.example'>more</a>"),
        post(2, 1, 1),
        post(3, 1, 2, spam="true"),
        post(4, 2),
        post(5, 3, 99),
        post(6, 4),
        links={1: "https://old.example/blog/story-1/", 2: "https://old.example/2019/05/older",
               3: "https://old.example/former.html", 4: "https://old.example/nowhere/", 5: "x"},
    ).encode()  # fmt: skip
    path = tmp_path / "disqus.xml"
    path.write_bytes(gzip.compress(text) if is_packed else text)
    dry = bring(path, "disqus", "--dry-run")
    assert not SiteComment.objects.exists()
    report = bring(path, "disqus")
    assert {name: report[name] for name in ("conversations", "without_a_story", "comments")} == {
        name: dry[name] for name in ("conversations", "without_a_story", "comments")
    }
    assert report["conversations"] == 4
    assert report["without_a_story"] == ["https://old.example/nowhere/"]
    assert report["comments"] == {
        "total": 6,
        "replies": 3,
        "max_depth": 3,
        "orphans": 1,
        "loops": 0,
    }
    first, second, third = SiteComment.objects.filter(object_pk=stories[0].pk).order_by("pk")
    assert (first.user_name, first.comment) == ("Reader 1", "First\nline\n\nand more")
    assert (second.parent_id, third.is_removed) == (first.pk, True)
    stories[0].refresh_from_db()
    assert stories[0].comment_count == 2
    assert ImportNote.objects.get().sentence == "No story here has this address."
    assert bring(path, "disqus")["brought"]["comments"] == 0
    undo(Import.objects.order_by("pk").first())
    assert not SiteComment.objects.exists()


def test_a_database_of_isso(tmp_path, stories):
    path = tmp_path / "comments.db"
    isso(
        path,
        {1: "/blog/story-1/", 2: "/none/"},
        [
            (1, 1, None, 1577959200.0, 1, "One", "Dee"),
            (1, 2, 1, 1577959300.5, 2, "Waits", None),
            (1, 3, 1, 1577959400.0, 4, "Gone", "Eve"),
            (2, 4, None, 1577959400.0, 1, "Elsewhere", "Eve"),
        ],
    )
    report = bring(path, "isso")
    assert report["comments"]["total"] == 4
    one, waits, gone = SiteComment.objects.order_by("pk")
    assert (one.user_name, one.submit_date.year, one.is_public) == ("Dee", 2020, True)
    assert (waits.user_name, waits.parent_id, waits.is_public) == ("Anonymous", one.pk, False)
    assert gone.is_removed
    assert bring(path, "isso")["brought"]["comments"] == 0


@pytest.mark.parametrize("source", ["disqus", "isso"])
@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"<rss></rss>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\x1f\x8bxx",
     b"<disqus xmlns='http://disqus.com'>", b"SQLite format 3\x00xx"],
)  # fmt: skip
def test_what_is_neither_ends_with_2_and_changes_nothing(tmp_path, source, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CommandError) as error:
        bring(path, source)
    assert error.value.returncode == 2
    assert not Import.objects.exists()
