"""A stylesheet per component in the sources, one file on the wire."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

FOLDER = "newsroom/css/"
# In the order of the cascade; each part declares its layer in layers.css.
SITE = (
    "layers",
    "fonts",
    "reset",
    "tokens",
    "base",
    "layout",
    "arriving",
    "masthead",
    "strip",
    "ticker",
    "market",
    "story",
    "most",
    "wire",
    "paid",
    "slot",
    "newsletter",
    "issue",
    "business",
    "button",
    "form",
    "note",
    "pager",
    "article",
    "prose",
    "table",
    "comments",
    "top",
    "footer",
    "page_heads",
    "coin",
    "prices",
    "search",
    "columns",
    "badge",
    "errors",
    "utilities",
    "print",
)
ADVERTISER = ("rates", "badges", "placements")
BUNDLES = {"site.css": SITE, "advertiser.css": ADVERTISER}


def parts(name: str) -> list[str]:
    return [f"{FOLDER}{part}.css" for part in BUNDLES[name]]


def urls(name: str) -> list[str]:
    return [static(part) for part in parts(name)] if settings.DEBUG else [static(FOLDER + name)]


class BundledManifestStorage(CompressedManifestStaticFilesStorage):
    """Joins the parts of each bundle before names get their hashes and files their compressed
    twins.
    """

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            for name in BUNDLES:
                paths[FOLDER + name] = (self, self._join(name))
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _join(self, name: str) -> str:
        joined = "\n".join(self._read(part) for part in parts(name))
        target = FOLDER + name
        self.delete(target)
        return self.save(target, ContentFile(squeezed(joined).encode()))

    def _read(self, path: str) -> str:
        with self.open(path) as file:
            return file.read().decode()


def squeezed(css: str) -> str:
    """Without comments and indentation. Spaces inside a line stay: in a selector they may mean
    something.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"([{};,])\s*\n\s*", r"\1", css).strip() + "\n"
