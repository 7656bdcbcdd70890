"""A page as it is kept: bodies, validators, and bytes that survive the way to a file and back."""

import gzip

import brotli
import pytest

from pagecache import cached_page
from pagecache.cached_page import CachedPage

HTML = ("Content-Type", "text/html; charset=utf-8")
BODY = b"<p>Nine banks agree.</p>" * 100


def a_page(body: bytes = BODY, status: int = 200, **values: object) -> CachedPage:
    return cached_page.make_cached_page(
        status, [HTML, ("Set-Cookie", "a=b"), ("X-Request-ID", "1")], body, **values
    )


def test_every_body_says_the_same():
    kept = a_page()
    assert (
        gzip.decompress(kept.bodies["gzip"])
        == brotli.decompress(kept.bodies["br"])
        == kept.bodies[""]
        == BODY
    )


def test_nothing_of_one_answer_is_kept():
    names = {name.lower() for name, _ in a_page().headers}
    assert names == {"content-type"}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("*", ""),
        ("brotli", ""),
        (",;q=;;", ""),
    ],
)
def test_the_smallest_body_that_the_reader_takes(accepted, encoding):
    assert a_page().best_encoding(accepted) == encoding


@pytest.mark.parametrize("kind", ["image/webp", "font/woff2"])
def test_what_is_compressed_already_is_left_alone(kind):
    kept = cached_page.make_cached_page(200, [("Content-Type", kind)], BODY)
    assert kept.best_encoding("gzip, br") == ""


def test_a_reader_who_has_it_is_told_so_in_whatever_encoding():
    kept = a_page()
    for encoding in kept.bodies:
        assert kept.is_known_by(kept.etag(encoding))
        assert kept.is_known_by(f'"other", W/{kept.etag(encoding)}')
    assert kept.is_known_by("*")
    assert not kept.is_known_by('"other"')
    assert not kept.is_known_by("", "Tue, 24 Nov 2026 00:00:00 GMT")
    assert kept.is_known_by("", cached_page.http_date(kept.last_modified))
    assert not kept.is_known_by('"other"', cached_page.http_date(kept.last_modified))


@pytest.mark.parametrize("status", [301, 404, 410])
def test_only_a_page_can_be_known(status):
    kept = a_page(status=status)
    assert not kept.is_known_by(kept.etag(""))


def test_a_page_that_says_the_same_again_keeps_its_date():
    first = a_page()
    earlier = first.__class__(**{**vars(first), "last_modified": 1000})
    assert a_page().successor(earlier).last_modified == 1000


def test_two_versions_of_one_second_do_not_share_a_date(noon):
    assert a_page(b"new" * 100).successor(a_page()).last_modified == 0
    noon.shift(5)
    assert a_page(b"new" * 100).successor(None).last_modified > 0


def test_there_and_back():
    kept = a_page(keys=["article:1"], refresh_at=5.5, changes_at=6.5, as_of=7)
    assert CachedPage.from_bytes(kept.to_bytes()) == kept


@pytest.mark.parametrize(
    "damage",
    [b"", b"\0", b"\0\0\0\2{}", b"\xff" * 40, a_page().to_bytes()[:-1]],
    ids=["empty", "zero", "no fields", "noise", "cut off"],  # The last one holds a time.
)
def test_half_a_file_is_no_page(damage):
    with pytest.raises(ValueError, match="kept page"):
        CachedPage.from_bytes(damage)


def test_one_wrong_byte_is_no_page():
    data = bytearray(a_page().to_bytes())
    data[data.index(b"Nine")] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        CachedPage.from_bytes(bytes(data))
