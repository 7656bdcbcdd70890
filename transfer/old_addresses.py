"""Addresses of a WordPress or Ghost site go on working: by rules, and by the numbers of what was brought. What
had a path of its own has a redirect instead.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from articles.models import Article, Author, Image, Redirect, Section, Tag
from transfer import pages
from transfer.bringing.pictures import key_of
from transfer.models import ImportedObject

Kind = ImportedObject.Kind
# In the address of the front page.
NUMBERED = ("p", "page_id", "attachment_id", "tag", "author_name", "category_name", "feed")
_FEED = re.compile(r"^(?P<page>/.*?/?)(?:feed(?:/(?:rss2?|rdf|atom))?|rss)/?$")
_AMP = re.compile(r"^(?P<page>/.+/)amp/?$")
_PAGED = re.compile(r"^(?P<page>/.*/)page/\d{1,6}/?$")
_MONTH = re.compile(r"^/(?P<year>(?:19|20)\d\d)/(?P<month>0[1-9]|1[0-2])(?:/\d\d)?/?$")
_YEAR = re.compile(r"^/(?:19|20)\d\d/?$")
_CATEGORY = re.compile(r"^/category/(?:[^/]+/)*(?P<slug>[^/]+)/?$")
_SUBJECT = re.compile(r"^/(?P<kind>tag|author)/(?P<slug>[^/]+)/?$")
_UPLOAD = re.compile(r"^/(?:[^/]+/)?(?:wp-content/uploads|content/images)/.+")
# WordPress: picture-300x200.jpg; Ghost: /content/images/size/w600/….
_SMALLER = re.compile(
    r"-\d{1,5}x\d{1,5}(?=\.\w{1,5}$)|(?<=/images)/size/w\d{1,5}(?:h\d{1,5})?(?=/)"
)


class OldAddressMiddleware:
    """The front page with a number: /?p=123."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/" and request.method in ("GET", "HEAD") and request.GET:
            for name in NUMBERED:
                if (value := request.GET.get(name)) and (found := of_query(name, value[:200])):
                    return HttpResponsePermanentRedirect(found)
        return self.get_response(request)


def of_query(name: str, value: str) -> str | None:
    if name in ("p", "page_id", "attachment_id"):
        return _brought(Kind.STORY, value) or _brought(Kind.PAGE, value)
    if name == "feed":
        return _feed("/", value)
    if name in ("tag", "author_name", "category_name"):
        kind = {"tag": "tag", "author_name": "author", "category_name": "category"}[name]
        return _subject(kind, value.rsplit("/", 1)[-1])
    return None


def of_path(path: str) -> str | None:
    """The address that a path of a WordPress site leads to now; None for one that is none. One hop."""
    if _UPLOAD.match(path):
        return _upload(path)
    if found := _FEED.match(path):
        return _feed(found["page"])
    if found := _AMP.match(path) or _PAGED.match(path):
        return _page(found["page"])
    if found := _MONTH.match(path):
        return reverse("archive-month", args=[int(found["year"]), int(found["month"])])
    if _YEAR.match(path):
        return reverse("archive")
    if found := _CATEGORY.match(path):
        return _subject("category", found["slug"])
    if found := _SUBJECT.match(path):
        return _subject(found["kind"], found["slug"])
    if not path.endswith("/"):
        return _moved(f"{path}/")
    return None


def _page(path: str) -> str | None:
    """The page there, or the one it has moved to."""
    return _moved(path) or of_path(path) or ("/" if path == "/" else None)


def _moved(path: str) -> str | None:
    moved = Redirect.objects.filter(old_path=path).exclude(new_path="")
    return moved.values_list("new_path", flat=True).first()


def _brought(kind: Kind, number: str) -> str | None:
    found = ImportedObject.objects.filter(kind=kind, foreign_id=number[:64]).order_by("-pk").first()
    if found is None:
        return None
    if kind == Kind.PAGE:
        return pages.registered().address(found.target)
    story = Article.objects.published().select_related("section").filter(pk=found.target).first()
    return story.get_absolute_url() if story else None


def _subject(kind: str, slug: str) -> str | None:
    """A section, tag or author by what it was called there."""
    kinds = {"category": (Kind.CATEGORY, Kind.TAG), "tag": (Kind.TAG,), "author": (Kind.AUTHOR,)}[
        kind
    ]
    models: dict[str, type[Section | Tag | Author]] = {
        Kind.CATEGORY: Section,
        Kind.TAG: Tag,
        Kind.AUTHOR: Author,
    }
    for each in kinds:
        brought = (
            ImportedObject.objects.filter(kind=each, foreign_id=slug[:64]).order_by("-pk").first()
        )
        model = models[each]
        found = (
            model.objects.filter(pk=brought.target) if brought else model.objects.filter(slug=slug)
        )
        if subject := found.first():
            return subject.get_absolute_url()
    return None


def _feed(page: str, form: str = "rss") -> str | None:
    form = "atom" if form == "atom" else "rss"
    if page in ("/", ""):
        return reverse("feed", args=[form])
    if page == "/comments/":
        return reverse("feed-comments", args=[form])
    for pattern, kinds in ((_CATEGORY, "category"), (_SUBJECT, "")):
        if found := pattern.match(page):
            kind = kinds or found["kind"]
            target = _subject(kind, found["slug"])
            if target is None:
                return None
            parts = target.strip("/").split("/")
            return reverse(
                "feed-of", args=[form, parts[0] if len(parts) > 1 else "section", parts[-1]]
            )
    # The feed of comments of one story: the story itself has them.
    return _page(page)


def _upload(path: str) -> str | None:
    """The picture itself, whatever size of it was linked."""
    for address in dict.fromkeys((path, _SMALLER.sub("", path))):
        brought = ImportedObject.objects.filter(
            kind=Kind.PICTURE, foreign_id=key_of(address)
        ).first()
        if brought and (image := Image.objects.filter(pk=brought.target).first()):
            return str(image.file.url)
    return None
