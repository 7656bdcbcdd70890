"""A service outside that counts as well, if the operator switched one on. Nothing of it is loaded
before a reader agrees; a browser that asks not to be tracked is not even asked.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# `plausible:site`, `plausible:site@https://own.host` or `ga4:G-…`
_PLAUSIBLE = re.compile(
    r"plausible:(?P<site>[\w.-]{1,200})(?:@(?P<origin>https://[\w.:-]{1,200}))?"
)
_GA4 = re.compile(r"ga4:(?P<site>G-[A-Z0-9]{4,20})")


@dataclass(frozen=True)
class OutsideAnalytics:
    """A service, where its script is, and the hosts that pages must be allowed to talk to."""

    name: str
    kind: str
    site: str
    script: str
    talks_to: tuple[str, ...]

    @property
    def script_origin(self) -> str:
        parts = urlsplit(self.script)
        return f"{parts.scheme}://{parts.netloc}"


def parse(value: str) -> OutsideAnalytics | None:
    """None for “”. Raises ImproperlyConfigured, with a sentence, for what is not understood."""
    if not value:
        return None
    if found := _PLAUSIBLE.fullmatch(value):
        origin = found["origin"] or "https://plausible.io"
        return OutsideAnalytics(
            "Plausible", "plausible", found["site"], f"{origin}/js/script.js", (origin,)
        )
    if found := _GA4.fullmatch(value):
        return OutsideAnalytics(
            "Google Analytics",
            "ga4",
            found["site"],
            f"https://www.googletagmanager.com/gtag/js?id={found['site']}",
            (
                "https://*.google-analytics.com",
                "https://*.analytics.google.com",
                "https://*.googletagmanager.com",
            ),
        )
    raise ImproperlyConfigured(
        "OUTSIDE_ANALYTICS is plausible:your.site, plausible:your.site@https://its.host or ga4:G-XXXXXXX."
    )
