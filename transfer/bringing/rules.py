"""The fate of each item of an export: told alike to a dry run, to an import and to its report."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from transfer.bringing.parts import Author, Item, Part, Site, Term
from transfer.bringing.threads import threads_of

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic"})
# Of WordPress itself; whatever else there is belongs to a plugin.
LEFT_OUT = {
    "revision": "an older version",
    "nav_menu_item": "an entry of a menu",
    "wp_navigation": "a menu",
    "wp_template": "a part of the theme",
    "wp_template_part": "a part of the theme",
    "wp_global_styles": "a part of the theme",
    "custom_css": "a part of the theme",
    "customize_changeset": "a part of the theme",
    "wp_block": "a reusable block",
    "oembed_cache": "a kept answer of another site",
    "guest-author": "a guest author, brought with the stories",
}
STATUSES = frozenset({"publish", "future", "draft", "pending", "private"})


def reason_to_skip(item: Item) -> str:
    """The reason that an item is not imported, in words; empty where it is."""
    if item.kind == "attachment":
        suffix = PurePosixPath(urlsplit(item.file).path).suffix.lower() if item.file else ""
        return "" if suffix in PICTURES else "an attachment that is no picture"
    if item.kind not in ("post", "page"):
        return LEFT_OUT.get(item.kind, f"of a kind that is not known here: {item.kind[:60]}")
    if item.kind == "page" and (item.status != "publish" or item.password):
        return "a page that is not public: pages here have no drafts"
    if item.status == "trash":
        return "in the trash"
    if item.status not in STATUSES:
        return f"not a status that is brought: {item.status[:60]}"
    if not item.title and not item.content.strip():
        return "empty"
    return ""


@dataclass
class Counts:
    """Counts of what a file holds and what of it is imported."""

    site: str = ""
    items: int = 0
    posts: int = 0
    pages: int = 0
    attachments: int = 0
    featured_images: int = 0
    authors: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    comments: dict[str, int] = field(
        default_factory=lambda: {
            "total": 0,
            "replies": 0,
            "max_depth": 0,
            "orphans": 0,
            "loops": 0,
            "pingbacks": 0,
            "spam": 0,
            "trash": 0,
        }
    )
    reasons: dict[str, int] = field(default_factory=dict)
    imported: int = 0

    def add(self, part: Part) -> None:
        if isinstance(part, Site):
            self.site = self.site or part.address
        elif isinstance(part, Author):
            self.authors.update(filter(None, [part.login]))
        elif isinstance(part, Term):
            (self.categories if part.kind == "category" else self.tags).add(part.slug)
        else:
            self._add_item(part)

    def _add_item(self, item: Item) -> None:
        self.items += 1
        self.posts += item.kind == "post"
        self.pages += item.kind == "page"
        self.attachments += item.kind == "attachment"
        self.featured_images += item.kind in ("post", "page") and item.has_picture
        if item.creator:
            self.authors.add(item.creator)
        self.authors.update(guest_login(slug) for slug in item.slugs("author"))
        self.categories.update(item.slugs("category"))
        self.tags.update(item.slugs("post_tag"))
        self._add_comments(item)
        if reason := reason_to_skip(item):
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
        else:
            self.imported += 1

    def _add_comments(self, item: Item) -> None:
        threads = threads_of(item.comments)
        told = self.comments
        told["total"] += len(item.comments)
        told["replies"] += threads.replies
        told["max_depth"] = max(told["max_depth"], threads.max_depth)
        told["orphans"] += len(threads.orphans)
        told["loops"] += len(threads.loops)
        for comment in item.comments:
            told["pingbacks"] += comment.is_ping
            told["spam"] += comment.approved == "spam"
            told["trash"] += comment.approved in ("trash", "post-trashed")

    @property
    def skipped(self) -> int:
        return sum(self.reasons.values())

    def as_report(self, source: str) -> dict[str, object]:
        """`items` is `imported` and `skipped` together; `skipped` is the sum of `reasons`."""
        return {
            "source": source,
            "site": self.site,
            "items": self.items,
            "posts": self.posts,
            "pages": self.pages,
            "attachments": self.attachments,
            "authors_all": len(self.authors),
            "categories_all": len(self.categories),
            "tags_all": len(self.tags),
            "comments": dict(self.comments),
            "featured_images": self.featured_images,
            "imported": self.imported,
            "skipped": self.skipped,
            "reasons": dict(sorted(self.reasons.items())),
        }


def guest_login(slug: str) -> str:
    """Of a writer by Co-Authors Plus: “cap-ada” is “ada”."""
    return slug.removeprefix("cap-")
