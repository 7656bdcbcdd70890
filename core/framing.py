"""
Pages of ours that our own pages may frame: nobody else may, and no cache keeps them.

Lives here because advertising and the newsletter both know articles.
"""

from csp.constants import SELF
from django.http import HttpResponse


def in_our_frame(response: HttpResponse, **sources: list[str]) -> HttpResponse:
    """Let our own pages frame this one. `sources` replace directives of its policy, such as
    `img_src=[NONE]`.
    """
    response["Cache-Control"] = "private, no-store"
    response["X-Frame-Options"] = "SAMEORIGIN"
    policy = {name.replace("_", "-"): allowed for name, allowed in sources.items()}
    response._csp_replace = {"frame-ancestors": [SELF]} | policy  # type: ignore[attr-defined]
    return response
