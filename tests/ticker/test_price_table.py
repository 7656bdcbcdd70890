"""The table of prices, sorted and filtered by addresses, and what a reader chose to see."""

import pytest

from ..pages import squeezed
from .conftest import page_of, rows

pytestmark = pytest.mark.django_db


# --- The table
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", ["BTC", "ETH", "SOL"]),
        ("?sort=name", ["BTC", "ETH", "SOL"]),
        ("?sort=-name", ["SOL", "ETH", "BTC"]),
        ("?sort=price", ["BTC", "ETH", "SOL"]),
        ("?sort=-price", ["SOL", "ETH", "BTC"]),
        ("?sort=change", ["ETH", "SOL", "BTC"]),
        ("?sort=value", ["BTC", "SOL", "ETH"]),  # what nobody knows comes last,
        ("?sort=-value", ["SOL", "BTC", "ETH"]),  # whichever way it goes
        ("?shown=rising", ["ETH"]),
        ("?shown=falling&sort=price", ["BTC"]),
        ("?named=sol", ["SOL"]),
        ("?named=BIT&sort=-price", ["BTC"]),
    ],
)
def test_the_table_is_sorted_and_filtered_by_addresses(client, quoted, asked, shown):
    assert rows(page_of(client, f"/prices/{asked}")) == shown


def test_a_column_says_how_it_is_sorted_and_leads_the_other_way(client, quoted):
    page = page_of(client, "/prices/?sort=price&shown=rising")
    assert (
        'aria-sort="descending"><a href="/prices/?sort=-price&amp;shown=rising">Price</a>'
        in squeezed(page)
    )
    assert page.count("aria-sort") == 1


@pytest.mark.parametrize("asked", ["?sort=nonsense", "?sort=-", "?shown=x", "?sort=--price"])
def test_what_is_no_order_leads_to_the_table(client, quoted, asked):
    assert client.get(f"/prices/{asked}").headers["Location"] == "/prices/"


def test_no_coin_by_that_name_is_said_and_escaped(client, quoted):
    page = page_of(client, "/prices/?named=<script>x")
    assert "We follow no coin called “&lt;script&gt;x”" in page


# --- What a reader chose
# -------------------------------------------------------------------------------


def test_a_choice_is_a_cookie_that_no_kept_page_is_made_by(client, quoted):
    page = page_of(client, "/prices/choice/")
    assert "csrfmiddlewaretoken" not in page
    response = client.post("/prices/choice/", {"hide": ["BTC", "NOPE"]})
    assert response.headers["Location"] == "/prices/?mine=1"
    assert client.cookies["prices"].value == "BTC"
    assert not client.cookies["prices"]["httponly"]  # The script that hides them reads it.
    assert rows(page_of(client, "/prices/")) == ["BTC", "ETH", "SOL"]
    assert rows(page_of(client, "/prices/?mine=1")) == ["ETH", "SOL"]
    assert 'value="BTC" checked' in page_of(client, "/prices/choice/")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 302),
        ({"HTTP_ORIGIN": "http://testserver"}, 302),
        ({"HTTP_ORIGIN": "http://testserver:8443", "HTTP_SEC_FETCH_SITE": "same-origin"}, 302),
        ({"HTTP_ORIGIN": "https://evil.example"}, 403),
        ({"HTTP_ORIGIN": "null"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
    ],
)
def test_no_other_site_chooses_for_a_reader(client, quoted, said, status):
    host = {"HTTP_HOST": "testserver"}
    assert client.post("/prices/choice/", {"off": "on"}, **host, **said).status_code == status


def test_all_prices_can_be_hidden_and_shown_again(client, quoted):
    client.post("/prices/choice/", {"off": "on"})
    assert client.cookies["prices"].value == "off"
    assert "You chose to see no prices" in page_of(client, "/prices/?mine=1")
    assert "$60,000" not in page_of(client, "/prices/?mine=1").split("<main")[1]
    assert 'name="off" checked' in page_of(client, "/prices/choice/")
    client.post("/prices/choice/", {"off": "on", "everything": "1"})
    assert client.cookies["prices"].value == ""


@pytest.mark.parametrize("cookie", ["x" * 5000, "<script>", "BTC.$$$", "..", "off.BTC"])
def test_a_cookie_that_is_nonsense_hides_nothing_else(client, quoted, cookie):
    client.cookies["prices"] = cookie
    assert "SOL" in rows(page_of(client, "/prices/?mine=1"))


def test_hiding_everything_leaves_a_way_back(client, quoted):
    client.post("/prices/choice/", {"hide": ["BTC", "ETH", "SOL"]})
    page = page_of(client, "/prices/?mine=1")
    assert "/prices/choice/" in page
