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
        (
            '<blockquote class="pull evil"><p>Fine</p></blockquote>',
            '<blockquote class="pull"><p>Fine</p></blockquote>',
        ),
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
    assert (
        body.plain_text("<h2>Head</h2><p>Fish &amp; chips in [[BTC]]</p>")
        == "Head\nFish & chips in BTC"
    )


def test_links_elsewhere_are_marked_and_ours_are_not():
    html = '<p><a href="https://other.example/">a</a> <a href="/prices/">b</a> <a href="https://us.example/">c</a></p>'
    page = body.for_page(html, {}, is_paid=False, own_host="us.example")
    assert 'href="https://other.example/" rel="noopener"' in page
    assert page.count("rel=") == 1


def test_links_in_paid_pieces_are_sponsored():
    page = body.for_page(
        '<a href="https://palisade.example/">a</a>', {}, is_paid=True, own_host="us.example"
    )
    assert 'rel="sponsored nofollow noopener"' in page


def test_a_chip_becomes_a_price_and_an_unknown_one_its_symbol():
    page = body.for_page(
        "<p>[[BTC]] and [[XYZ]]</p>", {"BTC": "<a>BTC $1</a>"}, is_paid=False, own_host=""
    )
    assert page == "<p><a>BTC $1</a> and XYZ</p>"


def test_the_body_is_cut_before_the_heading_nearest_its_middle():
    html = "".join(f"<h2>{n}</h2><p>{'word ' * 20}</p>" for n in range(4))
    first, second = body.halves(html)
    assert first + second == html
    assert second.startswith("<h2>2</h2>")


def test_a_body_without_headings_stays_whole():
    assert body.halves("<p>word</p>" * 9) == ("<p>word</p>" * 9, "")


def test_a_link_with_a_paragraph_to_itself_becomes_a_card_without_any_script():
    html = '<p><a href="https://x.com/palisade/status/1?a=1&amp;b=2">https://x.com/palisade/status/1?a=1&amp;b=2</a></p>'
    page = body.for_page(html, {}, is_paid=False, own_host="us.example")
    assert (
        '<p class="embed"><a href="https://x.com/palisade/status/1?a=1&amp;b=2" rel="noopener">'
        in page
    )
    assert "<b>palisade/status/1</b><span>A post on X</span>" in page
    named = body.for_page(
        '<p><a href="https://www.bank.example/r">The report</a></p>',
        {},
        is_paid=False,
        own_host="us.example",
    )
    assert "<b>The report</b><span>bank.example</span>" in named


@pytest.mark.parametrize(
    "html",
    [
        '<p>See <a href="https://x.com/a">this</a></p>',
        '<p><a href="/prices/">Prices</a></p>',
        '<p><a href="https://us.example/a/">Ours</a></p>',
        '<p><a href="mailto:desk@us.example">Write</a></p>',
    ],
)
def test_other_links_stay_links(html):
    assert "embed" not in body.for_page(html, {}, is_paid=False, own_host="us.example")


def test_a_picture_of_the_library_is_shown_in_all_its_sizes_and_a_deleted_one_not_at_all():
    html = body.sanitise(
        '<figure><img src="/media/images/a.webp" alt="A &quot;b&quot;" data-file="7" onerror="x"></figure>'
    )
    assert body.pictures_in(html) == {7}
    shown = body.for_page(html, {}, {7: lambda alt: f"[{alt}]"}, is_paid=False, own_host="")
    assert shown == '<figure>[A "b"]</figure>'
    assert body.for_page(html, {}, {}, is_paid=False, own_host="") == ""
    assert (
        body.pictures_in('<img src="/media/a.webp" data-file="x"><img data-file="99999999999999">')
        == set()
    )


@pytest.mark.parametrize(
    "html",
    [
        "<pre><code>a = [[0]]</code></pre>",
        "<p>See <code>[[BTC]]</code></p>",
        "<pre>[[BTC]]</pre>",
    ],
)
def test_code_is_never_read_as_markup(html):
    chips = {"BTC": "<b>chip</b>", "0": "<b>nothing</b>"}
    shown = body.for_page(html, chips, is_paid=False, own_host="")
    assert shown.replace(' tabindex="0"', "") == html
    assert "[[" in body.for_feed(html, (), is_paid=False, site_url="https://news.example")
    assert "[[" in body.plain_text(html)


def test_after_code_markup_is_read_again():
    html = "<p><code>x</code> and [[BTC]]</p>"
    assert "chip" in body.for_page(html, {"BTC": "chip"}, is_paid=False, own_host="")
    assert body.plain_text(html) == "x and BTC"
