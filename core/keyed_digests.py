"""
Digests that nobody can make, or look up, without the secret of the site.

What was digested before SECRET_KEY was changed is still found, as long as the old key is one of
SECRET_KEY_FALLBACKS: look up by all of `digests`, store `digest`, compare by `is_digest`.
"""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac


def digest(purpose: str, text: str) -> str:
    """Hexadecimal, 64 digits. `purpose` keeps digests of one thing from being those of another."""
    return _by_key(settings.SECRET_KEY, purpose, text)


def digests(purpose: str, text: str) -> list[str]:
    """By every key that the site has or had, the present one first."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_by_key(key, purpose, text) for key in keys]


def is_digest(value: str, purpose: str, text: str) -> bool:
    """Return whether `value` is the beginning of a digest of `text`, in constant time. Empty is not."""
    found = [constant_time_compare(value, each[: len(value)]) for each in digests(purpose, text)]
    return bool(value) and any(found)


def _by_key(key: str, purpose: str, text: str) -> str:
    return salted_hmac(purpose, text, secret=key, algorithm="sha256").hexdigest()
