"""Parts of another site’s export, whatever program wrote it."""

from dataclasses import dataclass, field
from datetime import datetime


class NotAnExport(Exception):
    """The file is none of the kind that was asked for, or it is broken. The message says which."""


@dataclass(frozen=True)
class Site:
    address: str


@dataclass(frozen=True)
class Author:
    login: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Term:
    """A category or a tag. `parent` is the slug of another category."""

    kind: str  # category, tag
    slug: str
    name: str
    parent: str = ""


@dataclass
class Comment:
    number: str
    parent: str
    author: str = ""
    email: str = ""
    url: str = ""
    ip: str = ""
    at: datetime | None = None
    text: str = ""
    approved: str = "1"
    kind: str = ""

    @property
    def is_ping(self) -> bool:
        return self.kind in ("pingback", "trackback")


@dataclass
class Item:
    """A post, page, attachment or something of a plugin."""

    number: str
    kind: str
    title: str = ""
    link: str = ""
    creator: str = ""
    content: str = ""
    excerpt: str = ""
    slug: str = ""
    status: str = ""
    password: str = ""
    parent: str = ""
    at: datetime | None = None
    is_sticky: bool = False
    takes_comments: bool = True
    is_html: bool = False  # whole paragraphs, and no shortcodes
    section: str = ""  # the slug of what says its section, where no category does
    file: str = ""
    terms: list[tuple[str, str, str]] = field(default_factory=list)  # domain, slug, name
    meta: dict[str, str] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    # Address, description and caption of its featured image, where it is no attachment.
    picture: tuple[str, str, str] = ("", "", "")
    notes: list[str] = field(default_factory=list)  # what its reader changed or left out

    @property
    def has_picture(self) -> bool:
        return bool(self.thumbnail or self.picture[0])

    @property
    def thumbnail(self) -> str:
        """The number of its featured image, if it has one."""
        number = self.meta.get("_thumbnail_id", "").strip()
        return number if number not in ("", "0", "-1") else ""

    def slugs(self, domain: str) -> list[str]:
        return [slug for found, slug, _ in self.terms if found == domain]


Part = Site | Author | Term | Item
