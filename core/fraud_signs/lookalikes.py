"""
Letters that only look alike, brought to one: the skeleton of Unicode Technical Standard 39.

“Αdmin” with a Greek Alpha, “аdmin” with a Cyrillic a and “Admіn” have one skeleton.
"""

import unicodedata
from functools import lru_cache

# What is confused in Latin itself, which the standard leaves to the reader. Capital I and l are the
# same stroke.
_LATIN = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "3": "e", "4": "a", "@": "a", "$": "s"}
)
# Nothing is seen of them: joiners, directions, soft hyphens.
_INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Me"})


def plain(text: str) -> str:
    """Lower case, one form of each letter, nothing invisible: what a reader would read aloud.

    All of it is read, though one character may stand for eighteen: what is not read is not checked.
    """
    letters = unicodedata.normalize("NFKD", text)
    seen = (
        letter
        for letter in letters
        if letter.isspace() or unicodedata.category(letter) not in _INVISIBLE
    )
    return "".join(map(_as_latin, seen)).casefold()


def as_letters(text: str) -> str:
    """Digits and signs that stand for letters as those letters, of the same length as `text`: what
    is plain already.
    """
    return text.translate(_LATIN)


def skeleton(name: str) -> str:
    """One and the same for all names that look the same, whatever stands between their letters."""
    return "".join(letter for letter in plain(name).translate(_LATIN) if letter.isalnum()).replace(
        "rn", "m"
    )


@lru_cache(4096)
def _as_latin(letter: str) -> str:
    if letter.isascii():
        return letter
    # Its tables take memory, and most processes never meet such a letter.
    from confusable_homoglyphs import confusables

    found = confusables.is_confusable(letter, greedy=True, preferred_aliases=[])
    if not found:
        return letter
    looks = (each["c"] for each in found[0]["homoglyphs"])
    return next((look for look in looks if look.isascii() and look.isalnum()), letter)
