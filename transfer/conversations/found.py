"""A conversation of another program, and the story that it is about."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from articles.models import Article, FormerSlug, Redirect
from transfer.bringing.parts import Comment


@dataclass
class Conversation:
    address: str  # of its page, or its path
    title: str = ""
    comments: list[Comment] = field(default_factory=list)


def story_of(address: str) -> Article | None:
    """By its path here, by an old path that leads to one, or by its slug, now or formerly."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return None
    slashed = f"{path.rstrip('/')}/"
    led = Redirect.objects.filter(old_path__in=[path, slashed]).exclude(new_path="").first()
    slug = (led.new_path if led else path).strip("/").rsplit("/", 1)[-1].removesuffix(".html")
    if not slug:
        return None
    if story := Article.objects.filter(slug=slug[:200]).first():
        return story
    former = FormerSlug.objects.filter(slug=slug[:200]).select_related("article").first()
    return former.article if former else None
