"""
The time that patterns and readers of strangers’ texts take grows with the text, not with its square.

Every pattern of the project is fed repetitions of what it looks for, in two lengths; so is every
function that takes a text apart before anything has bounded it.
"""

import ast
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from advertising.campaigns import checks, copy_text, story_text
from articles import body
from articles.publishing import word_diff
from comments.moderation.rules import detectors
from comments.posting import plain_text
from comments.reading import plain_text_html
from core.fraud_signs import lookalikes, scams, wallets

ROOT = Path(__file__).resolve().parents[2]
APPS = tuple(folder.name for folder in settings.CODE_FOLDERS if (folder / "__init__.py").exists())
SHORT, LONG = 1_000, 4_000  # characters
# Four times the text: linear is 4, quadratic 16. Between them is noise.
MOST_GROWTH = 9
LONGEST = 5  # seconds
TOO_SHORT_TO_TELL = 0.004  # seconds
# These read what our sanitiser wrote: there every “<” begins a tag that is closed.
AFTER_THE_SANITISER = {
    r"<img\b(?![^>]*\bsrc=\"/media/)[^>]*>",
    r'<img\b[^>]*\bdata-file="(\d{1,9})"[^>]*>',
    r"<img\b[^>]*>",
    r"(<[^>]*>)",
    r"<[^>]*>",
    r'<a href="([^"]*)"([^>]*)>(.*?)</a>',
    r"<table>.*?</table>",
    r"<figure\b[^>]*>.*?</figure>",
}
# Asked only where a text begins.
ANCHORED = {r"<p>(.*?)</p>"}
# Our own stylesheets, at the build; words of one search, of 100 letters.
OURS = {r"/\*.*?\*/", r"([{};,])\s*\n\s*"}
REPEATED = [
    *(
        " ",
        "\n",
        "\n ",
        " \n",
        "\t",
        "a",
        "0",
        "A",
        "é",
        "_",
        "-",
        ".",
        ",",
        "'",
        '"',
        "`",
        "@",
        "<",
    ),
    *(
        "a.",
        "a@",
        "0.",
        "0,",
        "a'",
        "a b ",
        "[[",
        "//",
        "\\",
        "(",
        "> a\n",
        "```a\n",
        "```\n",
        "x\n\n",
    ),
    *(
        "<p>",
        "<p> ",
        "<p> </p>",
        "<p><br></p>",
        "<p>a</p>",
        "<img ",
        "<img a",
        '<a href="',
        "<!--",
        "<![",
        "<table>",
        "<h2>",
    ),
    *("http://", "http://a", "www.", "&", "&#", "&amp;", "\u200b", "ﷺ", "…"),
]


def patterns() -> Iterator[str]:
    """Every pattern that is written in the code as one text."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if {"migrations", "demo"} & set(path.parts):
                continue
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if is_pattern(call):
                    yield ast.literal_eval(call.args[0])


def is_pattern(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr != "escape"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


WRITTEN = sorted(set(patterns()) - AFTER_THE_SANITISER - ANCHORED - OURS)
COMPOSED = {
    name: getattr(module, name)
    for module in (scams, checks, wallets, detectors)
    for name in dir(module)
    if isinstance(getattr(module, name), re.Pattern)
}


def seconds(work: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started


def grows_too_fast(work: Callable[[str], object], repeated: str) -> bool:
    """True if a text of four times the length takes much more than four times as long, three times in a row."""
    short, long = (repeated * (length // len(repeated)) + "!" for length in (SHORT, LONG))
    for _ in range(3):
        late = seconds(work, long)
        if late < TOO_SHORT_TO_TELL or late < MOST_GROWTH * seconds(work, short):
            return False
    return True


def worst_of(work: Callable[[str], object], repeated: list[str]) -> list[str]:
    return [each for each in repeated if hangs(work, each) or grows_too_fast(work, each)]


def hangs(work: Callable[[str], object], repeated: str) -> bool:
    """True if even a short text takes seconds, as with patterns that try every way to divide it."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LONGEST)
    try:
        work(repeated * (SHORT // len(repeated)) + "!")
    except TimeoutError:
        return True
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return False


def words_of(pattern: str) -> list[str]:
    """What a pattern looks for, as far as it says so in words."""
    found = re.findall(r"[A-Za-z]{2,}", re.sub(r"\\.", " ", pattern))
    return [part for word in dict.fromkeys(found) for part in (word, f"{word} ")]


def searched(pattern: re.Pattern[str]) -> Callable[[str], object]:
    def search(text: str) -> None:
        pattern.search(text)
        pattern.sub("", text)

    return search


def test_there_are_patterns_to_look_at():
    assert len(WRITTEN) > 40
    assert len(COMPOSED) > 10
    assert set(patterns()) >= AFTER_THE_SANITISER | ANCHORED | OURS


@pytest.mark.parametrize("pattern", WRITTEN)
def test_a_pattern_takes_time_as_long_as_its_text(pattern):
    work = searched(re.compile(pattern, re.DOTALL | re.MULTILINE))
    assert worst_of(work, [*REPEATED, *words_of(pattern)]) == []


@pytest.mark.parametrize("name", COMPOSED)
def test_a_composed_pattern_takes_time_as_long_as_its_text(name):
    pattern = COMPOSED[name]
    assert worst_of(searched(pattern), [*REPEATED, *words_of(pattern.pattern)]) == []


READERS: dict[str, Callable[[str], object]] = {
    "sanitising a story": body.sanitise,
    "words of a story": lambda text: body.plain_text(body.sanitise(text)),
    "a story for its page": lambda text: body.for_page(
        body.sanitise(text), {}, is_paid=True, own_host="a"
    ),
    "a sponsored article": lambda text: story_text.standfirst_and_body(story_text.to_html(text)),
    "a comment as it is kept": plain_text.clean,
    "a comment as HTML": plain_text_html.prose,
    "letters that look alike": lookalikes.plain,
    "paragraphs of copy": copy_text.paragraphs,
    "versions of a text": lambda text: word_diff.compare(text, text.replace("a", "b")),
    "versions that share every other word": lambda text: word_diff.words(
        text.replace("a", "a x "), text.replace("a", "b x ")
    ),
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_of_strangers_takes_time_as_long_as_the_text(name):
    assert worst_of(READERS[name], REPEATED) == []


def test_this_test_finds_what_is_quadratic_and_what_is_worse():
    assert hangs(re.compile(r"\s*(<p>\s*(<br>)?\s*</p>\s*)*").fullmatch, "<p> </p>")
    # On a busy machine one look may miss it.
    quadratic = searched(re.compile(r"\s*\n\s*;"))
    assert any(grows_too_fast(quadratic, " ") for _ in range(5))
