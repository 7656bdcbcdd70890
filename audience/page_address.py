"""The signed name of a page, so that no browser can claim another one. It is part of the kept page, the
same for every reader.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing

LONGEST_SEARCH = 100

_signer = signing.Signer(salt="audience.page")


@dataclass(frozen=True)
class PageAddress:
    """A page by its path; with the story that it is, or what was searched on it. At one that is missing
    there is nothing.
    """

    path: str
    story: int | None = None
    searched: str = ""
    has_results: bool = True
    is_missing: bool = False

    @property
    def key(self) -> str:
        return f"story:{self.story}" if self.story else self.path


def sign(page: PageAddress) -> str:
    return _signer.sign_object(
        [page.path, page.story, page.searched, page.has_results, page.is_missing]
    )


def read(signed: str) -> PageAddress | None:
    """The page that we named, or None."""
    try:
        path, story, searched, has_results, is_missing = _signer.unsign_object(signed[:2000])
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return PageAddress(path, story, searched, has_results, is_missing)


def of_template(context: dict[str, Any]) -> PageAddress | None:
    """The page that a template stands for; None for one that is not counted: a preview, a failure, or
    what belongs to one person.
    """
    request, article = context.get("request"), context.get("article")
    if request is not None and context.get("is_missing"):
        path = request.path[:300]
        return PageAddress(path, is_missing=True) if path.isprintable() else None
    view = getattr(getattr(request, "resolver_match", None), "func", None)
    is_for_everybody = hasattr(view, "public_params") or "query" in context
    if request is None or not is_for_everybody:
        return None
    if context.get("is_preview") or context.get("is_failure"):
        return None
    searched = "".join(
        sign for sign in str(context.get("query") or "").lower() if sign.isprintable()
    )
    page = context.get("page")
    return PageAddress(
        request.path[:300],
        article.pk if article is not None else None,
        # An address of a person is nobody’s search word.
        "" if "@" in searched else " ".join(searched.split())[:LONGEST_SEARCH],
        bool(getattr(page, "items", True)),
    )
