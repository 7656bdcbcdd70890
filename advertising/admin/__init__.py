"""Advertising on the desk."""

from advertising.admin import money, placements

__all__ = ["money", "placements"]
