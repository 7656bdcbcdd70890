"""Text that every output can hold: XML, JSON, mail headers and databases."""

import re
from typing import Any

from django.db import models

# Breaks of a line by whatever name; a page separator of a word processor is one, too.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# What XML 1.0 cannot hold (section 2.2), what it advises against, and halves of characters.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_SPACES = re.compile(r"[\t\n]+")


def clean(text: str) -> str:
    """`text` without characters that some output cannot hold; its lines end in a line feed."""
    if text.isprintable():
        return text
    return _UNWRITABLE.sub("", _BREAKS.sub("\n", text))


def clean_line(text: str) -> str:
    """The same for what has one line: a break becomes a space."""
    if text.isprintable():
        return text
    return _SPACES.sub(" ", clean(text))


def clean_values(value: Any) -> Any:
    """The same for everything in a JSON value."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(name)): clean_values(each) for name, each in value.items()}
    if isinstance(value, list):
        return [clean_values(each) for each in value]
    if isinstance(value, tuple):
        return tuple(map(clean_values, value))
    return value


def clean_row(instance: models.Model, update_fields: Any = None, **kwargs: Any) -> None:
    """A receiver of `pre_save`: whatever the way in, no row holds what would break an output."""
    for field in instance._meta.concrete_fields:
        if update_fields is not None and field.name not in update_fields:
            continue
        value = instance.__dict__.get(field.attname)
        if isinstance(value, str) and not value.isprintable():
            cleaned = clean(value) if isinstance(field, models.TextField) else clean_line(value)
            setattr(instance, field.attname, cleaned)
        elif isinstance(field, models.JSONField):
            setattr(instance, field.attname, clean_values(value))
