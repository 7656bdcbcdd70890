"""Dates as the design writes them: 22 November 2026."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATE_FORMAT = "j M"
# For <time datetime>: HTML takes three digits of a second at most, and “c” writes six.
ISO = "Y-m-d\\TH:i:s\\Z"  # TIME_ZONE is UTC
