"""The editor’s HTML comes out safe, and as readers need it."""

import pytest

from articles import body


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p>Fine</p><script>alert(1)</script>", "<p>Fine</p>"),
        ('<p onclick="x()">Fine</p>', "<p>Fine</p>"),
        ('<a href="javascript:alert(1)">Fine</a>', "<a>Fine</a>"),
        ("<h1>Fine</h1>", "Fine"),
        ('<iframe src="https://example.org"></iframe><p>Fine</p>', "<p>Fine</p>"),
        ('<p style="color:red">Fine</p>', "<p>Fine</p>"),
        ('<blockquote class="pull evil"><p>Fine</p></blockquote>', '<blockquote class="pull"><p>Fine</p></blockquote>'),
        ('<p class="MsoNormal">Fine</p>', "<p>Fine</p>"),
        ('<img src="https://tracker.example/x.gif" alt="">', ""),
        ("<p></p>", ""),
        ("", ""),
    ],
)
def test_takes_out_what_the_editor_does_not_offer(dirty, clean):
    assert body.sanitise(dirty) == clean


def test_keeps_what_the_editor_offers():
    html = (
        '<h2>Head</h2><p>A <strong>b</strong> <em>c</em> <a href="https://example.org/">d</a></p>'
        "<ul><li><p>e</p></li></ul><pre><code>f</code></pre><hr>"
        '<figure><img src="/media/images/g.webp" alt="g"><figcaption>h</figcaption></figure>'
        "<table><tbody><tr><th>i</th><td>j</td></tr></tbody></table>"
    )
    assert body.sanitise(html) == html


def test_cleaning_twice_changes_nothing_more():
    once = body.sanitise('<p>A</p><script>1</script><a href="/x" target="_blank">b</a>')
    assert body.sanitise(once) == once


def test_plain_text_keeps_words_and_lines():
    assert body.plain_text("<h2>Head</h2><p>Fish &amp; chips in [[BTC]]</p>") == "Head\nFish & chips in BTC"


def test_links_elsewhere_are_marked_and_ours_are_not():
    html = '<p><a href="https://other.example/">a</a> <a href="/prices/">b</a> <a href="https://us.example/">c</a></p>'
    page = body.for_page(html, {}, is_paid=False, own_host="us.example")
    assert 'href="https://other.example/" rel="noopener"' in page
    assert page.count("rel=") == 1


def test_links_in_paid_pieces_are_sponsored():
    page = body.for_page('<a href="https://palisade.example/">a</a>', {}, is_paid=True, own_host="us.example")
    assert 'rel="sponsored nofollow noopener"' in page


def test_a_chip_becomes_a_price_and_an_unknown_one_its_symbol():
    page = body.for_page("<p>[[BTC]] and [[XYZ]]</p>", {"BTC": "<a>BTC $1</a>"}, is_paid=False, own_host="")
    assert page == "<p><a>BTC $1</a> and XYZ</p>"


def test_the_body_is_cut_before_the_heading_nearest_its_middle():
    html = "".join(f"<h2>{n}</h2><p>{'word ' * 20}</p>" for n in range(4))
    first, second = body.halves(html)
    assert first + second == html
    assert second.startswith("<h2>2</h2>")


def test_a_body_without_headings_stays_whole():
    assert body.halves("<p>word</p>" * 9) == ("<p>word</p>" * 9, "")
