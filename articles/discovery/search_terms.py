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
_ENDING = re.compile(r"(?<=\w{3})(?:ings?|ied|ies|ed|es|ly|e|s|y)$")
# Letters of Europe with an accent, to the same ones without: text that went through it keeps its
# length.
_WITHOUT_ACCENT = {
    code: unicodedata.normalize("NFKD", chr(code))[0]
    for code in range(0xC0, 0x250)
    if unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[-1])
} | {code: plain for code, plain in _PLAIN_LETTERS.items() if len(plain) == 1}


def words_of(text: str) -> list[str]:
    """The words of `text` in their order: letters and digits only, whatever was typed between
    them. “U.S.” is one word, and so is “100,000”.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN_LETTERS))
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    text = _INITIALS.sub(lambda match: match[0].replace(".", ""), text)
    return _WORD.findall(_THOUSANDS.sub("", _APOSTROPHE.sub("", text)).casefold())


def search_text(headline: str, text: str) -> str:
    """Return the text that the index reads: the words of the headline in the first line, all others
    in the second.
    """
    # PostgreSQL keeps at most a megabyte of lexemes a story.
    return f"{' '.join(words_of(headline))}\n{' '.join(words_of(text))[:LONGEST_TEXT]}"


def places(text: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the places in `text` where one of `words`, or another form of it, begins and ends.

    The index stems as the literature does; this is a rougher guess, good enough to mark what it
    found.
    """
    roots = {root(word) for word in words}
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
