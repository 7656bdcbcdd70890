"""Text that readers type, as it is kept and as it is shown."""

import pytest

from comments.posting.plain_text import MOST_LINES, MOST_MARKS, clean, clean_line
from comments.reading.plain_text_html import prose

from ..factories import PublishedArticleFactory
from .test_posting import fresh


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("one\n \n\t\n \ntwo", "one\n\ntwo"),
        ("abc\u202edcba", "abcdcba"),  # what follows would read backwards
        ("\u2066x\u2069", "x"),
        ("wal\u200blet\ufeff\u00ad\u2060", "wallet"),
        ("bell\x07 and\x1b[31m", "bell and[31m"),
        ("e\u0301", "é"),
        ("o" + "\u0336\u0300" * 40, "o\u0336\u0300\u0336\u0300"),
        ("a\ufffeb\uffffc", "abc"),  # no XML may hold them, and comments stand in feeds
        ("\U000e0041\U000e0042x", "x"),
        ("  x  ", "x"),
    ],
)
def test_what_is_unseen_or_towers_is_not_kept(typed, kept):
    assert clean(typed) == kept or len(clean(typed)) <= 1 + MOST_MARKS


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d🚀 at work",
        "می\u200cخواهم",
        "שלום עולם",
        "Tiếng Việt",
        "ที่นี่",
        "हिन्दी",
        "Ça, naïve – “so”",
        "a\tb",
    ],
)
def test_the_words_of_every_language_stay(text):
    assert clean(text) == text


def test_a_name_is_one_line():
    assert (
        clean_line("Hollis\r\nBcc: everybody@readers.example")
        == "Hollis Bcc: everybody@readers.example"
    )
    assert clean_line(" \u200b\u202e ") == ""


def test_a_tower_of_any_height_costs_no_more_than_its_newsletters():
    """Put in order as it came, this would take minutes."""
    assert len(clean("a" + "\u0300" * 60_000 + "\u0316" * 60_000)) <= 1 + MOST_MARKS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"comment": "x\n" * MOST_LINES + "x"}, f"Keep it under {MOST_LINES} lines."),
        ({"comment": "x" * 100_000}, "Keep it under 3,000 characters."),
        ({"comment": "\u200b\u202e\n\u2060"}, "Write something first."),
        ({"comment": "a\x00b"}, "Null characters are not allowed."),
        ({"name": "\u200b"}, "Tell us what to call you."),
        ({"email": "a@readers.example\nBcc: b@readers.example"}, "Write the address in full"),
    ],
)
def test_bad_input_is_one_clear_sentence(client, data, sentence):
    answer = client.post("/comments/post/", fresh(PublishedArticleFactory(), **data))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "> said before\nand I say",
            "<blockquote><p>said before</p></blockquote>\n\n<p>and I say</p>",
        ),
        ("a\n> b\n> c\nd", "<p>a</p>\n\n<blockquote><p>b<br>c</p></blockquote>\n\n<p>d</p>"),
        ("> a\n>\n> b", "<blockquote><p>a</p><p>b</p></blockquote>"),
        (">", "<blockquote></blockquote>"),
        ("5 > 4 and 3 < 4", "<p>5 &gt; 4 and 3 &lt; 4</p>"),
        ("run `a < b` now", "<p>run <code>a &lt; b</code> now</p>"),
        ("`https://a.example/`", "<p><code>https://a.example/</code></p>"),
        ("an ` alone", "<p>an ` alone</p>"),
        (
            "x\n```\n> y `z`\n\n<b>\n```\nend",
            "<p>x</p>\n\n<pre><code>&gt; y `z`\n\n&lt;b&gt;</code></pre>\n\n<p>end</p>",
        ),
        ("```js\nlet a;\n```", "<pre><code>let a;</code></pre>"),
        ("``` never closed\nx", "<p>``` never closed<br>x</p>"),
        ("> https://a.example/", '<blockquote><p><a href="https://a.example/"'),
        (
            "> <script>alert(1)</script>",
            "<blockquote><p>&lt;script&gt;alert(1)&lt;/script&gt;</p></blockquote>",
        ),
        ("`</code><img src=x>`", "<code>&lt;/code&gt;&lt;img src=x&gt;</code>"),
    ],
)
def test_quotes_and_code_are_shown_as_such_and_nothing_else_is_markup(text, html):
    assert html in prose(text)


@pytest.mark.parametrize(
    "text", ["`" * 3000, "> " * 1500, ("```\n" * 700), ">\n" * 1400, "https://" * 370, "`a" * 1500]
)
def test_no_text_takes_long(text):
    """Each of these would take minutes with a pattern that tries every way to match."""
    assert prose(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "\u3164",
            "\u200d\u200d",
            "\u2800",
            "\u115f\u1160",
            "\u200e",
            "\ufe0f",
            "\uffa0",
            "\u034f",
        ),
        *("\u0301", "\u00a0", "\u2003 \u200c", "\u061c", "\U000e0041", "\u17b4", "\u3164\n\u2800"),
    ],
)
def test_what_shows_nothing_is_nothing(text):
    assert clean(text) == ""
    assert clean_line(text) == ""


@pytest.mark.parametrize("text", ["é", "👍", "می‌خواهم", "한글", "1", "?", "⠓", "❤️"])
def test_what_shows_something_stays(text):
    assert clean_line(text) == text
