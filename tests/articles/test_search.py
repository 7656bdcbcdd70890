"""Search: what it finds, in which order, and that its index follows every write."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from articles.discovery import search, search_index
from articles.discovery.search_terms import words_of
from articles.models import Article, ArticleCoin
from articles.publishing import workflow
from articles.reading.pagination import PAGE_SIZE, page_of
from articles.templatetags.stories import highlight
from newsroom.demo import scale

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SectionFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db


def found(query: str, section: Any = None) -> list[str]:
    results = search.Results.of(search.asked(query), section)
    return [story.title for story in results.newest(100)]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "bank",
            "banks",
            "BANKS",
            "staking",
            "stake",
            "zurich",
            "Zürich",
            "harbour's",
            "harbours",
            "O’Neil",
            "oneil",
        ),
        *(
            "the who",
            "nine-banks",
            "nine banks",
            "and/or",
            "1.5",
            "97,412",
            "$BTC",
            "stake bank zurich",
        ),
        '"staking" AND',
    ],
)
def test_a_word_is_found_in_its_other_forms(query):
    PublishedArticleFactory(
        title="Nine-banks in Zürich",
        standfirst="The harbour’s notary O'Neil asked The Who and/or nobody.",
        body="<p>They were staking 1.5 BTC at $97,412.</p>",
    )
    PublishedArticleFactory(title="Another", standfirst="Nothing of it.")
    assert found(query) == ["Nine-banks in Zürich"]


def test_every_word_must_be_there():
    PublishedArticleFactory(title="A clause")
    assert found("clause paragraph") == ["A clause"]
    assert found("clause paragraph zebra") == []
    assert found("ban") == found("!?") == found("") == []


@pytest.mark.parametrize("word", ["section_1", "status_published", "published", "section"])
def test_nobody_can_ask_for_what_the_index_keeps_for_itself(word):
    PublishedArticleFactory()
    assert found(word) == []


def test_only_what_is_public_is_found_and_at_its_time():
    DraftArticleFactory(title="Clause of a draft")
    ScheduledArticleFactory(title="Clause to come")
    withdrawn = PublishedArticleFactory(title="Clause taken back")
    workflow.withdraw(withdrawn, by=None)
    assert found("clause") == []
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        assert found("clause") == ["Clause to come"]


def test_the_newest_come_first_whatever_their_keys_and_pages_join():
    now = timezone.now()
    for hours in (5, 1, 4, 2, 3):
        for number in range(9):
            moment = now - timedelta(hours=hours, seconds=number // 3)  # three of the same moment
            PublishedArticleFactory(title=f"Clause {hours} {number}", published_at=moment)
    expected = list(
        Article.objects.order_by("-published_at", "-pk").values_list("title", flat=True)
    )
    walk = search.Results.of(search.asked("clause"))
    first = page_of(walk, QueryDict())
    second = page_of(walk, QueryDict(first.older[1:]))
    third = page_of(walk, QueryDict(second.older[1:]))
    assert [story.title for page in (first, second, third) for story in page.items] == expected
    assert not third.has_older
    back = page_of(walk, QueryDict(third.newer[1:]))
    assert back.items == second.items
    assert page_of(walk, QueryDict(back.newer[1:])).items == first.items
    assert len(first.items) == PAGE_SIZE


def test_a_section_is_searched_alone():
    markets = SectionFactory(name="Markets")
    PublishedArticleFactory(title="In policy")
    PublishedArticleFactory(title="In markets", section=markets)
    assert found("paragraph", markets) == ["In markets"]


def changes() -> list[Any]:
    """Every way in which a story may change, by model, by query and in bulk."""
    return [
        lambda story: Article.objects.filter(pk=story.pk).update(status="withdrawn"),
        lambda story: Article.objects.filter(pk=story.pk).update(
            published_at=timezone.now() - timedelta(days=9)
        ),
        lambda story: Article.objects.filter(pk=story.pk).update(status="published"),
        lambda story: Article.objects.filter(pk=story.pk).update(
            created_at=timezone.now() - timedelta(days=9)
        ),
        lambda story: Article.objects.filter(pk=story.pk).update(
            section=SectionFactory(name="Technology")
        ),
        lambda story: Article.objects.filter(pk=story.pk).update(comment_count=3),
        lambda story: (setattr(story, "title", "A ledger"), story.save()),
        lambda story: (setattr(story, "body", "<p>Of the zebra.</p>"), story.save()),
        lambda story: Article.objects.bulk_update([story], ["section"]),
        lambda story: Article.objects.filter(pk=story.pk).update(
            published_at=timezone.now() + timedelta(days=9)
        ),
        lambda story: story.delete(),
    ]


@pytest.mark.parametrize("make", [PublishedArticleFactory, DraftArticleFactory])
def test_the_index_after_every_change_is_the_one_made_anew(make):
    for name in ("Policy", "Technology", "Markets"):
        SectionFactory(name=name)
    story, _other = make(title="The vault"), make(title="The vault again")
    for change in changes():
        change(story)
        kept = everything()
        # PostgreSQL changes no table that has something left to check.
        connection.check_constraints()
        search_index.rebuild()
        assert everything() == kept


def everything() -> dict[str, list[int]]:
    """The answers of the index to a number of questions."""
    if connection.vendor == "sqlite":
        connection.cursor().execute(
            "INSERT INTO articles_search (articles_search) VALUES ('integrity-check')"
        )
    return {
        f"{word} {published} {section}": search_index.newest(
            search_index.Wanted((word,), published=published, section=section), 50
        )
        for word in ("vault", "ledger", "zebra", "paragraph", "banks")
        for published in (True, False)
        for section in (None, SectionFactory(name="Technology").pk)
    }


def test_stories_made_in_bulk_are_found():
    SectionFactory()
    scale.load(1, lambda text: None)
    assert len(found("ledger clause")) == 100


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL’s generated column cannot be lost alone."
)
def test_a_trigger_that_a_migration_dropped_comes_back_with_what_it_missed():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER articles_search_insert")
    PublishedArticleFactory(title="The vault")
    assert found("vault") == []
    call_command("migrate", verbosity=0)
    assert found("vault") == ["The vault"]


def test_the_index_can_be_made_anew(capsys):
    PublishedArticleFactory(title="The vault")
    connection.check_constraints()
    call_command("rebuild_search")
    assert "made anew" in capsys.readouterr().out
    assert found("vault") == ["The vault"]


@pytest.mark.parametrize("year", [1, 1969, 2038, 2500, 9999])
def test_no_time_is_too_early_or_too_late(year):
    moment = timezone.now().replace(year=year, month=6, day=1)
    story = PublishedArticleFactory(title="The vault", published_at=moment)
    wanted = search_index.Wanted(("vault",), published=False)
    assert search_index.newest(wanted, 5) == [story.pk]
    assert found("vault") == (["The vault"] if year < 2026 else [])


def test_a_very_long_story_is_saved_and_found():
    words = " ".join(f"word{number}" for number in range(60_000))
    PublishedArticleFactory(title="The vault", body=f"<p>{words}</p>")
    assert found("vault word7 word999") == ["The vault"]


def test_words_are_newsletters_and_digits():
    assert words_of("The Harbour’s “Zürich”: 97,412 – (naïve) snake_case ½ ﬁne") == [
        *("the", "harbours", "zurich", "97412", "naive", "snake", "case", "1", "2", "fine")
    ]


def test_forms_are_marked_and_beginnings_are_not():
    marked = highlight(
        "Staking banks in Zürich went bankrupt; the harbour’s stake & <b>",
        ["stake", "bank", "zurich"],
    )
    assert marked == (
        "<mark>Staking</mark> <mark>banks</mark> in <mark>Zürich</mark> went bankrupt;"
        " the harbour’s <mark>stake</mark> &amp; &lt;b&gt;"
    )
    assert highlight("all", []) == "all"


def test_the_excerpt_is_from_around_the_word():
    body = f"<p>{'Nothing here. ' * 40}The auditors counted. {'Nothing there. ' * 40}</p>"
    story = PublishedArticleFactory(body=body)
    text = search.excerpt(story, ["auditor"])
    assert text.startswith("…")
    assert text.endswith("…")
    assert "auditors counted" in text
    assert search.excerpt(story, ["zebra"]) == story.standfirst


# --- The best first ----------------------------------------------------------------------


def best(query: str, **filters: Any) -> list[str]:
    return [story.title for story in search.Results.of(search.asked(query), **filters).best(20)]


def test_words_in_the_headline_side_by_side_and_new_come_first():
    now = timezone.now()
    for title, days in (
        ("Only in the text", 0),
        ("Quorum, then much else, and a clause", 1),
        ("The quorum clause", 400),
        ("A quorum clause again", 2),
    ):
        story = PublishedArticleFactory(
            title=title, published_at=now - timedelta(days=days), body="<p>quorum clause</p>"
        )
        story.standfirst = ""
        story.save()
    assert best("quorum clause") == [
        "A quorum clause again",
        "The quorum clause",
        "Quorum, then much else, and a clause",
        "Only in the text",
    ]


def test_an_old_story_with_the_words_in_its_headline_is_found_behind_many_new_ones(monkeypatch):
    monkeypatch.setattr(search, "AMONG", 3)
    now = timezone.now()
    PublishedArticleFactory(title="The quorum", published_at=now - timedelta(days=900))
    for number in range(5):
        PublishedArticleFactory(title=f"Other {number}", body="<p>A quorum.</p>")
    assert best("quorum")[0] == "The quorum"


def test_filters_by_section_author_coin_and_time(client):
    author, coin = AuthorFactory(slug="ada"), CoinFactory()
    wanted = PublishedArticleFactory(title="Wanted quorum", authors=[author])
    ArticleCoin.objects.create(article=wanted, coin=coin)
    PublishedArticleFactory(
        title="Old quorum", published_at=timezone.now() - timedelta(days=40), authors=[author]
    )
    PublishedArticleFactory(title="Other quorum", section=SectionFactory(name="Markets"))
    for filters, titles in {
        "": {"Wanted quorum", "Old quorum", "Other quorum"},
        "&section=markets": {"Other quorum"},
        "&author=ada": {"Wanted quorum", "Old quorum"},
        "&coin=bitcoin": {"Wanted quorum"},
        "&when=month": {"Wanted quorum", "Other quorum"},
        "&author=ada&when=month": {"Wanted quorum"},
        "&author=ada&section=markets": set(),
        "&author=nobody&when=never&coin=x&order=x": {"Wanted quorum", "Old quorum", "Other quorum"},
    }.items():
        for order in ("", "&order=newest"):
            page = client.get(
                f"/search/?q=quorum{filters}{order if 'order' not in filters else ''}"
            )
            assert {story.title for story in page.context["page"].items} == titles, filters


def test_nothing_found_helps_on(client):
    TagFactory(name="Settlement")
    page = client.get("/search/?q=setlement").content.decode()
    assert 'You may have meant <a href="?q=Settlement">Settlement</a>.' in page


def test_suggestions_are_subjects_and_headlines_that_begin_like_that(client):
    TagFactory(name="Quorums", slug="quorums")
    story = PublishedArticleFactory(title="The quorum clause")
    ScheduledArticleFactory(title="Quorum to come")
    found = client.get("/search/suggest/?q=quor").json()["suggestions"]
    assert found == [
        {"label": "Quorums", "url": "/tag/quorums/"},
        {"label": "The quorum clause", "url": story.get_absolute_url()},
    ]
    assert client.get("/search/suggest/?q=q").json() == {"suggestions": []}


@pytest.mark.parametrize(
    "query",
    ['"', "'", "a" * 10_000, "AND OR NOT", "🙂", "* - + ( )", "%00", "\\", "{headline} : x"],
)
def test_no_question_is_an_error(client, query):
    PublishedArticleFactory()
    for address in ("/search/", "/search/suggest/"):
        assert client.get(address, {"q": query, "author": query, "when": query}).status_code in (
            200,
            400,
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Łódź weighs its miners", "Lodz"),
        ("Lodz weighs its miners", "Łódź"),
        ("Søren sells", "soren"),
        ("Đorđe pays", "dorde"),
        ("Straße of fees", "strasse"),
        ("Encyclopædia of coins", "encyclopaedia"),
        ("Þór mines", "thor"),
        ("The U.S. takes its time", "US"),
        ("The US takes its time", "U.S."),
        ("They sold 100,000 coins", "100000"),
        ("They sold 100000 coins", "100,000"),
    ],
)
def test_letters_and_numbers_are_found_as_people_type_them(client, title, query):
    article = PublishedArticleFactory(title=title)
    assert article.title in unescape(client.get("/search/", {"q": query}).content.decode()).replace(
        "<mark>", ""
    ).replace("</mark>", "")


# --- Words that stand together, words that must not be there, and runs without spaces -----------


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ('"clearing bank"', {"A clearing bank at sea"}),
        ("“clearing bank”", {"A clearing bank at sea"}),
        ("«clearing bank»", {"A clearing bank at sea"}),
        ("clearing bank", {"A clearing bank at sea", "A bank, and some clearing"}),
        ("bank -clearing", {"A bank alone"}),
        ('bank -"clearing bank"', {"A bank alone", "A bank, and some clearing"}),
        ("bank -clearings -alone", set()),
        ("-bank", set()),
        ('""', set()),
        ('"clearing', {"A clearing bank at sea", "A bank, and some clearing"}),
        ("bank - alone", {"A bank alone"}),
        ("well-known bank", set()),
    ],
)
def test_quotes_hold_words_together_and_a_minus_leaves_out(query, titles):
    for title in ("A clearing bank at sea", "A bank, and some clearing", "A bank alone"):
        PublishedArticleFactory(title=title, standfirst="", body="<p>It was so.</p>")
    assert set(found(query)) == titles
    asked = search.asked(query)
    assert {story.title for story in search.Results.of(asked).best(20)} == titles


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("比特币", True),
        ("特币", True),
        ("币", True),
        ("涨", True),
        ("ビット", True),
        ("コイン", True),
        ("ン", True),
        ("比特币 BTC", True),
        ("比币", False),
        ("インコ", False),
        ("比特币 -上涨", False),
    ],
)
def test_parts_of_runs_without_spaces_are_found(client, query, is_found):
    story = PublishedArticleFactory(
        title="今天的比特币价格上涨", body="<p>ビットコインのニュース。BTC up.</p>"
    )
    assert found(query) == ([story.title] if is_found else [])
    page = client.get("/search/", {"q": query}).content.decode()
    assert (story.get_absolute_url() in page) is is_found


@pytest.mark.parametrize(
    "query",
    [
        '"' * 200,
        "-" * 200,
        '-"' * 90,
        '"a" -"b" ' * 20,
        "NOT -NEAR(a b)",
        '-" "',
        "币" * 190,
        '" -a"',
    ],
)
def test_no_way_of_quoting_is_a_fault(client, query):
    PublishedArticleFactory()
    assert client.get("/search/", {"q": query}).status_code == 200
    assert client.get("/search/", {"q": query, "order": "newest"}).status_code == 200
    assert client.get("/search/suggest/", {"q": query}).status_code in (200, 404)


def test_what_was_found_in_a_run_is_marked():
    text = "今天的比特币价格"
    assert [text[a:b] for a, b in search.places(text, search.words("比特"))] == ["比特"]
