"""Addresses that leave the site: in mails, feeds, cards and structured data."""

from django.conf import settings


def absolute(address: str) -> str:
    """An address of ours as others must write it; one that is whole already stays as it is."""
    return address if address.startswith(("https://", "http://")) else settings.SITE_URL + address
