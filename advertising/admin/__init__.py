"""Advertising on the desk."""

from advertising.admin import billing, orders, placements

__all__ = ["billing", "orders", "placements"]
