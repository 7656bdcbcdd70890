"""Text that no output can hold does not come in, by whichever door."""

import json
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model

from articles.models import Article, Autosave
from core import text

from ..factories import AuthorFactory, PublishedArticleFactory, SectionFactory, TagFactory

BAD = "".join(
    chr(code)
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)
    if chr(code) not in "\n"
)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Fees fall at\x0bone exchange", "Fees fall at one exchange"),
        ("two\r\nlines", "two lines"),
        ("nul\x00l", "null"),
        ("half \ud83d of one", "half  of one"),
        ("para\u2029graph", "para graph"),
        ("Łódź 比特币 🚀 \u200d", "Łódź 比特币 🚀 \u200d"),
    ],
)
def test_a_line_is_cleaned_and_keeps_its_words(typed, line):
    assert text.clean_line(typed) == line


def test_a_text_keeps_its_lines():
    assert text.clean("a\x0bb\r\nc\x07\u2028d\te") == "a\nb\nc\nd\te"
    assert text.clean_values({"a\x00": ["b\x01", ("c\x02",), 3, None]}) == {
        "a": ["b", ("c",), 3, None]
    }


@pytest.mark.django_db
def test_whatever_the_way_in_rows_are_clean():
    article = PublishedArticleFactory(
        title=f"Fees{BAD}fall", standfirst=f"a{BAD}", body=f"<p>b{BAD}c</p>"
    )
    subjects = [each() for each in (AuthorFactory, SectionFactory, TagFactory)]
    for each in subjects:
        each.name = f"n{BAD}"
        each.save()
    user = get_user_model().objects.create(username="u", first_name=f"f{BAD}")
    autosave = Autosave.objects.create(user=user, fields={"title": f"t{BAD}"})
    stored = Article.objects.get(pk=article.pk)
    words = (
        *(stored.title, stored.standfirst, stored.body, stored.search_text, user.first_name),
        *(each.name for each in subjects),
        autosave.fields["title"],
    )
    assert [word for word in words if set(word) & set(BAD.replace("\t", ""))] == []
    assert stored.title.split() == ["Fees", "fall"]


@pytest.mark.django_db
def test_a_row_that_came_in_otherwise_breaks_no_feed_and_no_sitemap(client):
    article = PublishedArticleFactory(title="Fees fall")
    bad = "Fees\x0b fall \ufffe\x1b"
    Article.objects.filter(pk=article.pk).update(
        title=bad, standfirst=bad, body=f"<p>{bad}</p>", search_text=bad
    )
    for path in ("/feeds/rss/", "/feeds/atom/", "/news-sitemap.xml", "/sitemap-stories-1.xml"):
        answer = client.get(path)
        if answer.status_code == 200:
            ElementTree.fromstring(answer.content)
        else:
            assert path.startswith("/sitemap-stories"), path
    assert json.loads(client.get("/feeds/json/").content)["items"]
    assert client.get(article.get_absolute_url()).status_code == 200
