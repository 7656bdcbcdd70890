"""Plain text of comments: letters, marks and lines, and nothing that makes a page look like
something else.
"""

import re
import unicodedata

from django import forms

# Accents that stand on one letter: more of them is a tower that covers the lines above (“zalgo”).
MOST_MARKS = 4
MOST_LINES = 150
# Everything that reorders what follows, U+202A to U+202E and U+2066 to U+2069:
# https://www.unicode.org/reports/tr9/.
# What has no width and joins nothing. The joiners of emoji and of Persian, and the plain marks of
# direction, stay.
_UNSEEN = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\ufeff\u00ad\u180e"
    "\ufff9-\ufffb\ufffe\uffff\ufdd0-\ufdef\ue000-\uf8ff]"
)
# A null is left for Django to refuse, with a sentence.
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
# Letters and signs by their category, drawn as nothing: fillers of Hangul, and empty Braille.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_TAGS = re.compile("[\U000e0000-\U000e0fff]")


def clean(text: str) -> str:
    """`text` as it is kept: one kind of line end, no unseen characters, no towers of accents, no
    gaps of many lines.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _TAGS.sub("", _UNSEEN.sub("", _CONTROLS.sub("", text)))
    if not text.isascii():
        text = _without_towers(text)
    return _EMPTY_LINES.sub("\n\n", text).strip() if is_visible(text) else ""


def is_visible(text: str) -> bool:
    """Return whether there is anything to see: a name of joiners, fillers or marks alone is none."""
    return any(
        unicodedata.category(character)[0] not in "CMZ" and character not in _BLANKS
        for character in text
    )


def clean_line(text: str) -> str:
    """The same for what has one line, such as a name."""
    return " ".join(clean(text).split())


def _without_towers(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    # Only now: to put a tower in order takes the square of its height.
    return unicodedata.normalize("NFC", "".join(kept))


class _PlainField(forms.CharField):
    def cleaned(self, text: str) -> str:
        raise NotImplementedError

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        # What is far too long is refused as it came.
        return text if self.max_length and len(text) > 2 * self.max_length else self.cleaned(text)


class PlainTextField(_PlainField):
    """A text of several lines."""

    def cleaned(self, text: str) -> str:
        return clean(text)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value.count("\n") >= MOST_LINES:
            raise forms.ValidationError(f"Keep it under {MOST_LINES} lines.")


class PlainLineField(_PlainField):
    """A text of one line."""

    def cleaned(self, text: str) -> str:
        return clean_line(text)
