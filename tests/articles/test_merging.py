"""Two people and one story: nothing that either wrote is lost, and only what touches is asked about."""

import random

import pytest

from articles import body
from articles.publishing import merging

WORDS = [
    "fees",
    "rise",
    "when",
    "banks",
    "agree",
    "and",
    "fall",
    "when",
    "miners",
    "leave",
    "again",
    "today",
]


def text(*paragraphs):
    return "".join(f"<p>{each}</p>" for each in paragraphs)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "merged"),
    [
        (["a", "b"], ["A", "b"], ["a", "B"], ["A", "B"]),  # neighbours
        (["a"], ["a", "theirs"], ["a", "mine"], ["a", "theirs", "mine"]),  # both at the end
        (["a"], ["theirs", "a"], ["a", "mine"], ["theirs", "a", "mine"]),
        (["a", "b", "c"], ["a", "c"], ["a", "b", "C"], ["a", "C"]),
        (["x = 1, y = 1"], ["x = 1, y = 9"], ["x = 2, y = 1"], ["x = 2, y = 9"]),
        (["a"], ["b"], ["b"], ["b"]),
        ([], ["a"], ["b"], ["a", "b"]),
        (["a", "b"], ["b"], ["a", "new", "b"], ["new", "b"]),
    ],
)
def test_what_does_not_touch_is_merged(base, theirs, mine, merged):
    found, is_clean = merging.merged_text(text(*base), text(*theirs), text(*mine), "mine")
    assert (found, is_clean) == (text(*merged), True)


@pytest.mark.parametrize(
    ("base", "theirs", "mine"),
    [
        (["It is short."], ["It is very short."], ["It is long."]),
        (["a b"], ["c b"], ["d b"]),
        (["a"], [], ["a, and more"]),
        (["<b>a</b> b"], ["a b"], ["<b>a</b> c"]),
    ],
)
def test_what_touches_is_left_to_somebody(base, theirs, mine):
    for keep, expected in (("mine", mine), ("theirs", theirs)):
        found, is_clean = merging.merged_text(text(*base), text(*theirs), text(*mine), keep)
        assert not is_clean
        assert found == text(*expected)


def test_fields_are_merged_each_for_itself():
    base = {"title": "T", "standfirst": "S", "hero": {"id": 1, "name": "x"}, "kind": "story"}
    theirs = base | {"title": "Theirs", "hero": {"id": 2, "name": "y"}}
    mine = base | {"title": "Mine", "standfirst": "Mine", "hero": {"id": 1, "name": ""}}
    found = merging.merge(base, theirs, mine)
    assert found.touching == ("title",)
    assert found.content == {**theirs, "title": "Mine", "standfirst": "Mine"}
    assert merging.merge(base, theirs, mine, keep="theirs").content["title"] == "Theirs"


def rows(*keys):
    return [{"id": key, "name": str(key)} for key in keys]


def test_tags_and_bylines_are_added_and_taken_away_by_both():
    base, theirs, mine = {"tags": rows(1, 2, 3)}, {"tags": rows(1, 3, 4)}, {"tags": rows(2, 3, 5)}
    found = merging.merge(base, theirs, mine)
    assert [row["id"] for row in found.content["tags"]] == [3, 4, 5]
    assert found.touching == ()


@pytest.mark.parametrize(
    "html",
    [
        "",
        "loose",
        "<p>a</p>loose<p>b</p>",
        "<h2>a</h2><ul><li><p>b<br>c</p></li></ul><hr><figure><img src='x'></figure><p>d</p>",
        "<hr><p>a</p>",
    ],
)
def test_a_text_is_its_blocks(html):
    assert "".join(body.blocks(html)) == html
    assert body.blocks("<p>a</p><hr><p>b</p>") == ["<p>a</p>", "<hr><p>b</p>"]


@pytest.mark.parametrize("seed", range(300))
def test_no_word_of_anybody_is_lost(seed):
    """Words are put into a text in two hands: a merge without a conflict has all of both, and what
    one side alone changed is as that side wants it.
    """
    chance = random.Random(seed)
    base = [" ".join(chance.choices(WORDS, k=8)) for _ in range(chance.randint(1, 6))]

    def written_by(name):
        paragraphs = list(base)
        for number in range(chance.randint(0, 4)):
            word = f"{name}{number}"
            place = chance.randrange(len(paragraphs))
            match chance.choice(["word", "word", "paragraph"]):
                case "word":
                    words = paragraphs[place].split()
                    words.insert(chance.randint(0, len(words)), word)
                    paragraphs[place] = " ".join(words)
                case "paragraph":
                    paragraphs.insert(place, word)
        return paragraphs

    theirs, mine = written_by("theirs"), written_by("mine")
    found, is_clean = merging.merged_text(text(*base), text(*theirs), text(*mine), "mine")
    wanted = {word for side in (theirs, mine) for word in " ".join(side).split()}
    if is_clean:
        assert wanted <= set(body.plain_text(found).split())
    assert set(" ".join(mine).split()) <= set(body.plain_text(found).split())
    assert merging.merged_text(text(*base), text(*theirs), text(*base), "mine")[0] == text(*theirs)
    assert merging.merged_text(text(*base), text(*base), text(*mine), "mine")[0] == text(*mine)


@pytest.mark.parametrize("word", ["a ", "<b>a</b> ", "&lt; ", "<p>a</p>"])
def test_no_text_keeps_a_merge_busy(word):
    """Comparing costs the square of what is alike. Without a bound this would not come to an end."""
    base = f"<p>{word * 40_000}</p>"
    theirs, mine = f"<p>x {word * 39_000} y</p>", f"<p>{word * 20_000} z {word * 20_000}</p>"
    found, _ = merging.merged_text(base, theirs, mine, "mine")
    assert " z " in found
