"""Words of the audience’s figures."""

from django.db import models


class SourceGroup(models.TextChoices):
    """A kind of place that readers come from."""

    SEARCH = "search", "Search"
    SOCIAL = "social", "Social"
    NEWSLETTER = "newsletter", "Newsletter"
    SITE = "site", "Another site"
    DIRECT = "direct", "Direct"
    INSIDE = "inside", "Inside"
    UNKNOWN = "unknown", "Not known"


class FigureKind(models.TextChoices):
    """Figures of a day for the whole publication, each by a word."""

    HOST = "host", "Site that readers came from"
    CAMPAIGN = "campaign", "Campaign"
    DEVICE = "device", "Device"
    COUNTRY = "country", "Country"
    SEARCHED = "searched", "Searched"
    NOT_FOUND = "not_found", "Searched, and found nothing"
    OUTBOUND = "outbound", "Site that readers went to"
    MISSING = "missing", "Address of nothing"
    NOT_COUNTED = "not_counted", "Not counted"


class Period(models.TextChoices):
    """Of a list of what is most read."""

    DAY = "day", "24 hours"
    WEEK = "week", "Week"
