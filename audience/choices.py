"""Words of the audience’s figures."""

from django.db import models


class SourceGroup(models.TextChoices):
    """A kind of place that readers come from."""

    SEARCH = "search", "Search"
    SOCIAL = "social", "Social"
    NEWSLETTER = "newsletter", "Newsletter"
    SITE = "site", "Referral"
    DIRECT = "direct", "Direct"
    INSIDE = "inside", "Internal"
    UNKNOWN = "unknown", "Unknown"


class FigureKind(models.TextChoices):
    """Figures of a day for the whole publication, each by a word."""

    HOST = "host", "Referrer"
    CAMPAIGN = "campaign", "Campaign"
    DEVICE = "device", "Device"
    COUNTRY = "country", "Country"
    SEARCHED = "searched", "Search"
    NOT_FOUND = "not_found", "Search without results"
    OUTBOUND = "outbound", "Outbound link"
    MISSING = "missing", "Broken link"
    NOT_COUNTED = "not_counted", "Excluded"


class Period(models.TextChoices):
    """Of a list of what is most read."""

    DAY = "day", "24 hours"
    WEEK = "week", "Week"
