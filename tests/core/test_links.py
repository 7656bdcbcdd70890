"""Web addresses in texts of strangers."""

import time

import pytest

from core import links


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("See https://a.example/x_(y).", ["https://a.example/x_(y)"]),
        ("(https://a.example/x).", ["https://a.example/x"]),
        ("[https://a.example/x], and", ["https://a.example/x"]),
        ("“https://a.example/x”", ["https://a.example/x"]),
        ("https://a.example/it's-here, yes", ["https://a.example/it's-here"]),
        ("https://a.example/?q=a&b=c#d!", ["https://a.example/?q=a&b=c#d"]),
        ("HTTPS://A.EXAMPLE/B", ["https://a.example/B"]),
        ("https://bücher.example/ä?ö", ["https://xn--bcher-kva.example/ä?ö"]),
        ("https://faß.example/", ["https://xn--fa-hia.example/"]),
        ("https://ＥＸＡＭＰＬＥ.example/", ["https://example.example/"]),
        ("https://a.example:8080/x", ["https://a.example:8080/x"]),
        ("https://user:secret@a.example/", ["https://a.example/"]),
        ("javascript://a.example/ ftp://a.example/ mailto:a@b.example //a.example/", []),
        ("https:// and ://a and https://", []),
        ("https://a.example/ https://b.example/", ["https://a.example/", "https://b.example/"]),
    ],
)
def test_addresses_are_found_as_readers_read_them(text, urls):
    assert [each.url for each in links.find(text)] == urls


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("www.spam.com and spam.com/get", 2),
        ("https://a.example/ www.b.com c.net/x", 3),
        ("1.5 BTC, e.g. this. It is 12.30.", 0),
    ],
)
def test_addresses_without_a_scheme_count(text, number):
    assert links.count(text) == number


@pytest.mark.parametrize("part", ["https://", "https://a.example/(", "www.", "a.", "://", "a@"])
def test_no_comment_keeps_it_busy(part):
    text = (part * 3000)[:3000]
    begun = time.perf_counter()
    links.find(text)
    links.count(text)
    assert time.perf_counter() - begun < 5
