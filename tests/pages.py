"""A page as tests read it: without the line breaks that its templates have for people."""

import re


def squeezed(html: str) -> str:
    """`html` with one space for any white space, and none between two tags."""
    return re.sub(r"> <", "><", re.sub(r"\s+", " ", html))
