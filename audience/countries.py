"""The country of an address, by a database on this machine that the operator gives. Without one it is
not known.
"""

import functools
import ipaddress
import logging
from typing import Any

import maxminddb
from django.conf import settings

logger = logging.getLogger(__name__)


@functools.cache
def _database(path: str) -> Any:
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        logger.warning("the database of countries cannot be read", extra={"reason": str(error)})
        return None


def country_of(address: str | None) -> str:
    """Two letters, or “”."""
    database = _database(settings.COUNTRY_DATABASE) if settings.COUNTRY_DATABASE else None
    if database is None or not address:
        return ""
    try:
        found = database.get(ipaddress.ip_address(address))
    except (ValueError, maxminddb.InvalidDatabaseError):
        return ""
    code = (found or {}).get("country", {})
    code = code.get("iso_code", "") if isinstance(code, dict) else code
    return str(code)[:2]
