"""Words as search sees them: small letters without accents and apostrophes, and which of them are
forms of one word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST_TEXT = 200_000
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=[^\W_])['’](?=[^\W_])")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,8}(?![^\W_])")
_THOUSANDS = re.compile(r"(?<=\d)[,’'\u2009\u202f](?=\d{3}(?!\d))")
# Letters with a stroke or joined: what Unicode does not take apart, and keyboards do not have.
_PLAIN_LETTERS = str.maketrans(
    {
        **dict(zip("łŁøØđĐħĦŧŦıĸŋŊſƒ", "lLoOdDhHtTiknNsf", strict=True)),
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "ß": "ss",
        "ẞ": "SS",
        "ĳ": "ij",
        "Ĳ": "IJ",
    }
)
# Chinese and Japanese: runs without spaces, which are found by any part of theirs.
_HAN = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_HAN}]+")
_ENDING = re.compile(r"(?<=\w{3})(?:ings?|ied|ies|ed|es|ly|e|s|y)$")
# Letters of Europe with an accent, to the same ones without: text that went through it keeps its
# length.
_WITHOUT_ACCENT = {
    code: unicodedata.normalize("NFKD", chr(code))[0]
    for code in range(0xC0, 0x250)
    if unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[-1])
} | {code: plain for code, plain in _PLAIN_LETTERS.items() if len(plain) == 1}


def words_of(text: str, *, is_whole: bool = False) -> list[str]:
    """The words of `text` in their order: letters and digits only, whatever was typed between
    them. “U.S.” is one word, and so is “100,000”. Of Chinese and Japanese, every two signs that
    stand together are one; the last of a run is one, too, if the text `is_whole`.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN_LETTERS))
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    text = _INITIALS.sub(lambda match: match[0].replace(".", ""), text)
    found = _WORD.findall(_THOUSANDS.sub("", _APOSTROPHE.sub("", text)).casefold())
    if text.isascii():
        return found
    return [part for word in found for part in _parts(word, is_whole)]


def _parts(word: str, is_whole: bool) -> Iterator[str]:
    """The word itself, or its runs of Chinese and Japanese in pairs and what stands between."""
    start = 0
    for run in _RUN.finditer(word):
        if run.start() > start:
            yield word[start : run.start()]
        signs = run[0]
        yield from (signs[at : at + 2] for at in range(len(signs) - 1))
        if is_whole or len(signs) == 1:
            yield signs[-1]
        start = run.end()
    if start < len(word):
        yield word[start:]


def has_runs(text: str) -> bool:
    """Return whether Chinese or Japanese stands in `text`."""
    return _RUN.search(text) is not None


def is_beginning(word: str) -> bool:
    """Return whether `word` is one sign of Chinese or Japanese, which is found as the beginning of a pair."""
    return len(word) == 1 and _RUN.fullmatch(word) is not None


def search_text(headline: str, text: str) -> str:
    """Return the text that the index reads: the words of the headline in the first line, all others
    in the second.
    """
    # PostgreSQL keeps at most a megabyte of lexemes a story.
    first, rest = (" ".join(words_of(part, is_whole=True)) for part in (headline, text))
    return f"{first}\n{rest[:LONGEST_TEXT]}"


def places(text: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the places in `text` where one of `words`, or another form of it, begins and ends.

    The index stems as the literature does; this is a rougher guess, good enough to mark what it
    found.
    """
    roots = {root(word) for word in words}
    if not roots:
        return
    if signs := [word for word in roots if _RUN.fullmatch(word)]:
        for match in re.finditer("|".join(map(re.escape, signs)), text):
            yield match.span()
        roots -= set(signs)
        if not roots:
            return
    beginning = "|".join(map(re.escape, sorted(roots, key=len, reverse=True)))
    plain = text.translate(_WITHOUT_ACCENT)
    for match in re.finditer(rf"(?<![^\W_])(?:{beginning})[^\W_]*", plain, re.IGNORECASE):
        if root(match[0].lower()) in roots:
            yield match.span()


def root(word: str) -> str:
    """Return the part that forms of one word have in common, roughly."""
    return _ENDING.sub("", word)


def reading_minutes(count: int) -> int:
    """Of so many words, at 230 a minute, the middle of what studies of silent reading find; never
    0.
    """
    return max(1, round(count / 230))
