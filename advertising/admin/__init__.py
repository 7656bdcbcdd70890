"""Advertising on the desk."""

from advertising.admin import billing, placements

__all__ = ["billing", "placements"]
